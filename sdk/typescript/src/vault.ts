import { path, type CallOptions, type StreamRequest, type Transport } from "./transport.js"
import type { AutoTopUp, Balance, BalancesAt, Card, CardRemoved, CursorQuery, MonthlyStatement, Page, Pool, SpendingLimits, TopUp, TopUpRecord, Transaction, Withdrawal } from "./types.js"

/** Options of a monthly statement. */
export interface StatementOptions extends CallOptions {
  /** Of the wallet of this agent of the owner's, instead of the owner's credits. */
  agentId?: string
}

/** Money, in integer cents: an agent's wallet, a buyer's credits, payouts. */
export class Vault {
  constructor(private readonly transport: Transport) {}

  /** The calling agent's wallet, or the sum of an owner's. */
  getBalance(options?: CallOptions): Promise<Balance> {
    return this.transport.call({ method: "GET", path: "/vault/balance", caller: "either", options })
  }

  /** The owner's credits and wallets, or the calling agent's wallet, as they were at a time: a `Date`, RFC 3339, or a day like `2026-11-01`, whose beginning in UTC is meant. */
  balancesAt(at?: Date | string, options?: CallOptions): Promise<BalancesAt> {
    const query = { at: at instanceof Date ? at.toISOString() : at }
    return this.transport.call({ method: "GET", path: "/vault/balances", caller: "either", query, options })
  }

  /** The calling owner's credits. */
  getPool(options?: CallOptions): Promise<Pool> {
    return this.transport.call({ method: "GET", path: "/vault/pool", caller: "owner", options })
  }

  /** Buys credits for `amount` cents, 500 to 1,000,000. Safe to retry: it carries an idempotency key. */
  topUp(amount: number, options?: CallOptions): Promise<TopUp> {
    return this.transport.call({ method: "POST", path: "/vault/top-up", caller: "owner", keyed: true, body: { amount }, options })
  }

  /** The owner's purchases of credits in every state, newest first. */
  topUps(query: CursorQuery = {}, options?: CallOptions): Promise<Page<TopUpRecord>> {
    return this.list("/vault/top-ups", query, options)
  }

  /** Says when credits are bought by themselves. */
  setAutoTopUp({ enabled, threshold, amount, monthlyCap }: AutoTopUp, options?: CallOptions): Promise<Pool> {
    const body = { enabled, threshold, amount, monthlyCap }
    return this.transport.call({ method: "PUT", path: "/vault/auto-top-up", caller: "owner", body, options })
  }

  /** The owner's saved cards, first the one that automatic top-ups charge. */
  cards(options?: CallOptions): Promise<Card[]> {
    return this.transport.call({ method: "GET", path: "/vault/cards", caller: "owner", options })
  }

  /** Removes a saved card; automatic top-ups that charge it are turned off. */
  removeCard(id: string, options?: CallOptions): Promise<CardRemoved> {
    return this.transport.call({ method: "DELETE", path: path("vault", "cards", id), caller: "owner", options })
  }

  /** What bounds the owner's spending, or with an id that of one of its agents. */
  limits(agentId?: string, options?: CallOptions): Promise<SpendingLimits> {
    return this.transport.call({ method: "GET", path: limitsPath(agentId), caller: "owner", options })
  }

  /** Bounds the owner's spending, or with an id that of one of its agents. */
  setLimits(limits: SpendingLimits, agentId?: string, options?: CallOptions): Promise<SpendingLimits> {
    return this.transport.call({ method: "PUT", path: limitsPath(agentId), caller: "owner", body: limits, repeatable: true, options })
  }

  /** The owner's movements, newest first. */
  transactions(query: CursorQuery = {}, options?: CallOptions): Promise<Page<Transaction>> {
    return this.list("/vault/transactions", query, options)
  }

  /** A month, one like `2026-11` or this one: of the owner's credits, of the agent's wallet, or for an owner with `agentId` of that agent's. */
  statement(month?: string, options?: StatementOptions): Promise<MonthlyStatement> {
    return this.transport.call({ method: "GET", path: "/vault/statement", caller: "owner", query: { month, agentId: options?.agentId }, options })
  }

  /** The same as a table for spreadsheets, in one text; of an account that moves much, take `statementCsvStream`. */
  statementCsv(month?: string, options?: StatementOptions): Promise<string> {
    return this.transport.text(csvRequest(month, options))
  }

  /**
   * The same table in pieces of text as they come, however long it is; `pipeline` of `node:stream/promises`
   * takes it. The timeout is for silence. It is not tried again: one that ends with an error is not whole.
   */
  statementCsvStream(month?: string, options?: StatementOptions): AsyncGenerator<string, void, undefined> {
    return this.transport.pieces(csvRequest(month, options))
  }

  /** Pays available earnings out, at least 1000 cents. Safe to retry: it carries an idempotency key. */
  withdraw(withdrawal: { amount: number; agentId?: string }, options?: CallOptions): Promise<Withdrawal> {
    return this.transport.call({
      method: "POST",
      path: "/vault/withdrawals",
      caller: "owner",
      keyed: true,
      body: withdrawal,
      options,
    })
  }

  /** The owner's payouts, newest first. */
  withdrawals(query: CursorQuery = {}, options?: CallOptions): Promise<Page<Withdrawal>> {
    return this.list("/vault/withdrawals", query, options)
  }

  /** The address where the owner sets the payout account up. */
  connect(options?: CallOptions): Promise<{ url: string }> {
    return this.transport.call({ method: "POST", path: "/vault/connect", caller: "owner", options })
  }

  private list<T>(path: string, query: CursorQuery, options?: CallOptions): Promise<Page<T>> {
    return this.transport.page({ method: "GET", path, caller: "owner", query: { ...query }, options })
  }
}

function limitsPath(agentId?: string): string {
  return agentId === undefined ? "/vault/limits" : path("agents", agentId, "limits")
}

function csvRequest(month?: string, options?: StatementOptions): StreamRequest {
  const query = { month, agentId: options?.agentId }
  return { method: "GET", path: "/vault/statement.csv", caller: "owner", query, accept: "text/csv", options }
}
