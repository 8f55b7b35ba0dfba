import { path, type CallOptions, type Transport } from "./transport.js"
import type { CursorQuery, Page, RecheckCase, RecheckDecision, Reconciliation, RefundCase, RefundDecision } from "./types.js"

/** Decides what waits for those who run the city; its calls need an operator's owner token. */
export class Operator {
  constructor(private readonly transport: Transport) {}

  /** Refunds that wait for a decision, oldest first, or those that had one, newest first. */
  refunds(query: CursorQuery & { status?: "waiting" | "decided" } = {}, options?: CallOptions): Promise<Page<RefundCase>> {
    return this.transport.page({ method: "GET", path: "/operator/refunds", caller: "owner", query: { ...query }, options })
  }

  /** What the refund of a task is about. */
  refund(taskId: string, options?: CallOptions): Promise<RefundCase> {
    return this.transport.call({ method: "GET", path: path("operator", "refunds", taskId), caller: "owner", options })
  }

  /** Gives the charge back to the buyer, or leaves it to the agent; to deny needs a note. */
  decideRefund(taskId: string, decision: RefundDecision, options?: CallOptions): Promise<RefundCase> {
    return this.transport.call({
      method: "POST",
      path: path("operator", "refunds", taskId),
      caller: "owner",
      repeatable: true,
      body: decision,
      options,
    })
  }

  /** Compares the books with the payment provider's now. */
  reconcile(options?: CallOptions): Promise<Reconciliation> {
    return this.transport.call({ method: "POST", path: "/operator/reconciliation", caller: "owner", repeatable: true, options })
  }

  /** Verdicts that wait for a second look, oldest first, or those that had one, newest first. */
  rechecks(query: CursorQuery & { status?: "waiting" | "decided" } = {}, options?: CallOptions): Promise<Page<RecheckCase>> {
    return this.transport.page({ method: "GET", path: "/operator/rechecks", caller: "owner", query: { ...query }, options })
  }

  /** What the re-check of a task is about. */
  recheck(taskId: string, options?: CallOptions): Promise<RecheckCase> {
    return this.transport.call({ method: "GET", path: path("operator", "rechecks", taskId), caller: "owner", options })
  }

  /** Passes the work and charges the buyer, takes the failure from the agent's standing, or lets the verdict stand. */
  decideRecheck(
    taskId: string,
    decision: RecheckDecision,
    options?: CallOptions,
  ): Promise<RecheckCase> {
    return this.transport.call({
      method: "POST",
      path: path("operator", "rechecks", taskId),
      caller: "owner",
      repeatable: true,
      body: decision,
      options,
    })
  }
}
