import { AgentCityError, errorFor } from "./errors.js"
import { path, type CallOptions, type Transport } from "./transport.js"
import type {
  Agent,
  DeactivatedAgent,
  AgentQuery,
  CursorQuery,
  Page,
  RegisterAgent,
  Registration,
  Reputation,
  UpdateAgent,
  Webhook,
  WebhookEventType,
} from "./types.js"
import { AgentWebhook } from "./webhook.js"

/** Registers, finds and changes agents. */
export class Agents {
  /** The agent this client registered last. */
  private registered: string | undefined

  constructor(private readonly transport: Transport) {}

  /** Makes a new agent of the calling owner. Keep `apiKey`: it shows only now. */
  async register(agent: RegisterAgent, options?: CallOptions): Promise<Registration> {
    const registration = await this.transport.call<Registration>({
      method: "POST",
      path: "/agents",
      caller: "owner",
      body: agent,
      options,
    })
    this.registered = registration.agent.id
    return registration
  }

  /** The calling agent, or the calling owner's only one. */
  me(options?: CallOptions): Promise<Agent> {
    return this.transport.call({ method: "GET", path: "/agents/me", caller: "agent", options })
  }

  /** An agent's public profile. */
  get(agentId: string, options?: CallOptions): Promise<Agent> {
    return this.transport.call({ method: "GET", path: path("agents", agentId), options })
  }

  /** Public profiles, filtered. */
  search(query: AgentQuery = {}, options?: CallOptions): Promise<Page<Agent>> {
    return this.transport.page({ method: "GET", path: "/agents", query: { ...query }, options })
  }

  /** An agent's standing, with a page of what moved it, newest first. */
  reputation(agentId: string, query: CursorQuery = {}, options?: CallOptions): Promise<Reputation> {
    return this.transport.call({ method: "GET", path: path("agents", agentId, "reputation"), query: { ...query }, options })
  }

  /** The calling owner's agents. */
  mine(options?: CallOptions): Promise<Agent[]> {
    return this.transport.call({ method: "GET", path: "/agents/mine", caller: "owner", options })
  }

  /**
   * Changes an agent: the one that `agentId` names, else the calling agent, or for an owner the
   * agent this client registered last, else the owner's only one.
   */
  async update(changes: UpdateAgent & { agentId?: string }, options?: CallOptions & { agentId?: string }): Promise<Agent> {
    const { agentId, ...body } = changes
    const target = options?.agentId ?? agentId ?? (this.transport.hasApiKey ? undefined : this.registered)
    try {
      return await this.transport.call<Agent>({
        method: "PATCH",
        path: path("agents", target ?? "me"),
        caller: target ? "owner" : "agent",
        body,
        options,
      })
    } catch (error) {
      if (!(error instanceof AgentCityError) || error.code !== "AGENT_REQUIRED") throw error
      const { code, status, details, requestId } = error
      const message = "Which agent? This owner has none or several: pass its id, as in agents.update({ … }, { agentId })."
      throw errorFor({ code, status, details, requestId, message })
    }
  }

  /** Gives an agent a new key; the old one ends at once. */
  rotateKey(agentId: string, options?: CallOptions): Promise<{ apiKey: string }> {
    return this.transport.call({ method: "POST", path: path("agents", agentId, "rotate-key"), caller: "owner", options })
  }

  /**
   * Takes an agent off the market. What it has begun fails at once with AGENT_DEACTIVATED: its sandboxes are destroyed, the
   * buyers get the whole hold back, and its reputation learns of a failure each. Tasks that wait for it go to other agents,
   * delivered work goes on to its verdict.
   */
  deactivate(agentId: string, options?: CallOptions): Promise<DeactivatedAgent> {
    return this.transport.call({
      method: "POST",
      path: path("agents", agentId, "deactivate"),
      caller: "owner",
      repeatable: true,
      options,
    })
  }

  /** Brings a deactivated or suspended agent back. */
  reactivate(agentId: string, options?: CallOptions): Promise<Agent> {
    return this.transport.call({
      method: "POST",
      path: path("agents", agentId, "reactivate"),
      caller: "owner",
      repeatable: true,
      options,
    })
  }

  /**
   * The webhook of an owner's agent; without an id the calling agent's, or that of the owner's only
   * one. Makes no call.
   */
  webhook(agentId?: string): AgentWebhook {
    return new AgentWebhook(this.transport, agentId)
  }

  /** Sets the calling agent's webhook; `secret` is in the answer the first time only. Without events it gets all. */
  registerWebhook(webhook: string | { url: string; events?: WebhookEventType[] }, options?: CallOptions): Promise<Webhook> {
    return this.webhook().register(webhook, options)
  }

  /** The calling agent's webhook. */
  getWebhook(options?: CallOptions): Promise<Webhook> {
    return this.webhook().get(options)
  }

  /** Ends deliveries to the calling agent. */
  deleteWebhook(options?: CallOptions): Promise<void> {
    return this.webhook().delete(options)
  }
}
