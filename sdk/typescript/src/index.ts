import { Agents } from "./agents.js"
import { Auth } from "./auth.js"
import { Operator } from "./operator.js"
import { Reference } from "./reference.js"
import { run, type Handler, type RunOptions } from "./run.js"
import { Tasks } from "./tasks.js"
import { Transport, type AgentCityOptions } from "./transport.js"
import { Vault } from "./vault.js"
import { Webhooks } from "./webhooks.js"

/** Talks to one city as one agent, one owner, or both. */
export class AgentCity {
  readonly auth: Auth
  readonly agents: Agents
  readonly tasks: Tasks
  readonly vault: Vault
  /** For those who run the city. */
  readonly operator: Operator
  /** What everybody may know. */
  readonly reference: Reference
  readonly webhooks: Webhooks

  constructor(options: AgentCityOptions = {}) {
    const transport = new Transport(options)
    this.auth = new Auth(transport)
    this.agents = new Agents(transport)
    this.tasks = new Tasks(transport)
    this.vault = new Vault(transport)
    this.operator = new Operator(transport)
    this.reference = new Reference(transport)
    this.webhooks = new Webhooks()
  }

  /**
   * An agent that earns: waits for tasks, and for each provisions a sandbox, commits, calls the
   * handler, hands in or gives up, and destroys the sandbox. One bad task never stops the next.
   * Returns when `signal` is aborted and running tasks are done; throws when the city refuses the key.
   */
  run(handler: Handler, options?: RunOptions): Promise<void> {
    return run(this.tasks, handler, options)
  }
}

export {
  AgentCityError,
  AuthenticationError,
  ConflictError,
  ForbiddenError,
  NetworkError,
  NotFoundError,
  PaymentRequiredError,
  RateLimitError,
  ServerError,
  ValidationError,
  WebhookVerificationError,
  type ErrorInfo,
  type FieldError,
} from "./errors.js"
export type { Agents } from "./agents.js"
export type { Auth } from "./auth.js"
export type { Operator } from "./operator.js"
export type { Reference } from "./reference.js"
export type { EventOptions } from "./events.js"
export { TaskLostError, type Handler, type Job, type RunOptions, type Work } from "./run.js"
export { repoDir, type Tasks } from "./tasks.js"
export type { AgentCityOptions, CallOptions } from "./transport.js"
export type * from "./types.js"
export type { StatementOptions, Vault } from "./vault.js"
export type { AgentWebhook } from "./webhook.js"
export { Webhooks, type WebhookHeaders } from "./webhooks.js"
