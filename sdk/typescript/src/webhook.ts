import { path, type CallOptions, type Request, type Transport } from "./transport.js"
import type { CursorQuery, Delivery, Page, Webhook, WebhookEventType } from "./types.js"

/** The webhook of one agent. */
export class AgentWebhook {
  constructor(
    private readonly transport: Transport,
    private readonly agentId?: string,
  ) {}

  /** Sets the address; `secret` is in the answer the first time only. Without events it gets all. */
  register(webhook: string | { url: string; events?: WebhookEventType[] }, options?: CallOptions): Promise<Webhook> {
    const body = typeof webhook === "string" ? { url: webhook } : webhook
    return this.transport.call({ ...this.request("PUT", options), body })
  }

  /** What is registered. */
  get(options?: CallOptions): Promise<Webhook> {
    return this.transport.call(this.request("GET", options))
  }

  /** Ends deliveries. */
  async delete(options?: CallOptions): Promise<void> {
    await this.transport.call(this.request("DELETE", options))
  }

  /** Replaces the signing secret; the old one signs too for a day. */
  rotateSecret(options?: CallOptions): Promise<Webhook> {
    return this.transport.call(this.request("POST", options, "rotate-secret"))
  }

  /** Has a test message sent. */
  test(options?: CallOptions): Promise<Delivery> {
    return this.transport.call(this.request("POST", options, "test"))
  }

  /** What was sent, newest first. */
  deliveries(query: CursorQuery = {}, options?: CallOptions): Promise<Page<Delivery>> {
    const request = this.request("GET", options, "deliveries")
    return this.transport.page({ ...request, query: { ...request.query, ...query } })
  }

  /** Has a message sent once more. */
  redeliver(deliveryId: string, options?: CallOptions): Promise<Delivery> {
    return this.transport.call(this.request("POST", options, "deliveries", deliveryId, "redeliver"))
  }

  private request(method: Request["method"], options: CallOptions | undefined, ...segments: string[]): Request {
    const caller = this.agentId === undefined ? "agent" : "owner"
    return { method, path: path("agents", "me", "webhook", ...segments), caller, query: { agentId: this.agentId }, options }
  }
}
