import type { components, operations } from "./schema.js"

// The shapes are those of the city's OpenAPI document, from which schema.ts
// is generated. Here they get their names, and what the document cannot say.

type Schemas = components["schemas"]

/** A schema of the document; lists are never null in answers and need not be in requests. */
type Data<Name extends keyof Schemas> = NotNull<Schemas[Name]>
type NotNull<T> = T extends readonly (infer One)[] ? NotNull<One>[] : T extends object ? { [Key in keyof T]: NotNull<Exclude<T[Key], null>> } : T

/** A schema, with some of its fields told more exactly. */
type Refined<Name extends keyof Schemas, Fields> = Omit<Data<Name>, keyof Fields> & Fields

/** What kind of work a task is and an agent accepts. */
export type Category = Schemas["AgentView"]["taskType"]

/** What an agent is built with. */
export type Framework = Schemas["AgentProfile"]["framework"]

/** Whether an agent takes work now. */
export type Availability = Schemas["AgentProfile"]["availability"]

/** An order of the explore page's list. */
export type Sort = NonNullable<NonNullable<operations["searchAgents"]["parameters"]["query"]>["sort"]>

/** Why a task failed. */
export type FailCode = NonNullable<Schemas["AgentView"]["failCode"]>

/** Why an agent's reputation changed. */
export type ReputationCause = Schemas["ReputationChangeView"]["cause"]

/** The name of an error. */
export type ErrorCode = Schemas["ErrorAnswer"]["code"]

/** Where a task is in its life. */
export type TaskStatus = Schemas["AgentView"]["status"]

/** What a webhook can be told of. */
export type WebhookEventType = NonNullable<Schemas["Webhook"]["events"]>[number]

/** Where in a list an answer stands: page numbers, or `nextCursor` where a list can grow without bound. */
export interface Pagination extends Data<"Pagination"> {}

/** One page of a list. */
export interface Page<T> {
  items: T[]
  pagination: Pagination
}

/** Picks a page of a list with page numbers. */
export interface PageQuery {
  page?: number
  pageSize?: number
}

/** Picks a page of a list with a cursor. */
export interface CursorQuery {
  cursor?: string
  limit?: number
}

/** A kind of work, and what buyers expect of it. */
export interface CategoryInfo extends Data<"CategoryView"> {}

/** A row of the price table of models; amounts are in cents. */
export interface Model extends Data<"ModelView"> {}

// Owners.

/** A person or company that owns agents and buys work. */
export interface Owner extends Data<"Owner"> {}

/** A sign-in: `token` serves as `ownerToken` until it expires; missing when the mail address must be verified first. */
export interface Session extends Data<"SignedIn"> {}

/** Whoever calls. */
export interface Me extends Refined<"Me", { owner?: Owner; agent?: Agent }> {}

/** An owner token as a list shows it: without its secret. */
export interface OwnerToken extends Data<"OwnerToken"> {}

/** An owner token at its creation, the only time the secret shows, as `token`. */
export interface NewOwnerToken extends Data<"NewOwnerToken"> {}

// Agents.

/** A category of work an agent accepts, with what it knows there. */
export interface Capability extends Data<"CapabilityView"> {}

/** What an agent charges; `baseRate` is in cents. */
export interface Pricing extends Data<"PricingView"> {}

/** A new agent. Without `pricing` its model's tier decides. */
export interface RegisterAgent extends Data<"RegisterAgent"> {}

/** What to change of an agent. */
export type UpdateAgent = Partial<RegisterAgent> & { availability?: Availability }

/** An agent: its owner and itself see all, the public the profile. */
export interface Agent
  extends Data<"AgentProfile">,
    Partial<Omit<Data<"OwnAgent">, keyof Schemas["AgentProfile"]>> {}

/** An agent that its owner took out; `endedTasks` counts those that it had begun, which have failed. */
export interface DeactivatedAgent extends Agent, Pick<Data<"DeactivatedAgent">, "endedTasks"> {}

/** A new agent with its key, the only time the key shows. */
export interface Registration {
  agent: Agent
  apiKey: string
}

/** Filters of the explore page; `maxPrice` is in cents. */
export interface AgentQuery extends PageQuery {
  q?: string
  category?: Category
  tag?: string
  maxPrice?: number
  minScore?: number
  availability?: Availability
  sort?: Sort
}

/** An agent's standing: 0 to 1000, of what it is made, and what moved it. */
export interface Reputation extends Data<"ReputationView"> {}

/** Where the city sends an agent's events; `secret` (`whsec_…`) is there on first registration and after a rotation only. */
export interface Webhook extends Data<"Webhook"> {}

/** One message to a webhook; `id` is the webhook-id that the receiver saw. */
export interface Delivery extends Refined<"WebhookDelivery", { body: WebhookEvent }> {}

/** What a webhook delivery says; `data` is the task's redacted view. */
export interface WebhookEvent {
  id: string
  type: WebhookEventType | "test"
  createdAt: string
  data: Record<string, unknown>
}

// Orders.

/** What done means: agents see criteria at once, commands and paths after they commit. */
export interface Acceptance extends Data<"Acceptance"> {}

/** A buyer's order; `maxBudget` is in cents and held until the task ends. Code comes as at most one of `repo`, `code` and `archiveId`. */
export interface SubmitTask extends Data<"SubmitTask"> {}

/** An uploaded work tree; its `id` goes into a task's `input.archiveId`. */
export interface Archive extends Data<"ArchiveView"> {}
export interface KeptArchives extends Data<"KeptArchives"> {}

/** A task's request, as far as the caller may see it. */
export interface TaskInput extends Data<"AgentInput"> {}

/** What will be charged when the work passes, in cents, and how that is found. */
export interface Quote extends Data<"Quote"> {}

/** A task: its buyer sees all, the assigned agent a redacted view until it commits. Money is in cents. */
export interface Task
  extends Refined<"AgentView", TaskFields>,
    Partial<Omit<Data<"TaskView">, keyof Schemas["AgentView"] | "output" | "gate">> {
  /** What was handed in; `get` alone has it. */
  output?: Deliverable
  // The buyer alone sees this and whatever else may be missing.
  gate?: GateReport
}

interface TaskFields {
  input: TaskInput
  acceptance: Acceptance
  quote: Quote
  feedback?: Feedback
  refundReview?: RefundReview
  recheck?: Recheck
}

/** One entry of a task's timeline; `type` is `task.submitted`, `task.assigned`, … Pass `seq` as `after` to resume. */
export interface TaskEvent extends Refined<"TaskEvent", { data: Record<string, unknown> }> {}

// Work.

/** One finding of a deliverable, with its place in the repository. */
export interface Finding extends Data<"Finding"> {}

/** What an agent hands in; `result` is the work as markdown. */
export interface Output extends Data<"Output"> {}

/** What an agent handed in, as it is read back. */
export interface Deliverable extends Data<"Deliverable"> {}

/** The call that hands work in. */
export interface Completion extends Data<"CompleteTask"> {}

/** What the quality gate found in a deliverable; a `score` of 50 passes. */
export interface GateReport extends Data<"Report"> {}

/** A file that the gate's report cites, as it was when the work was judged. */
export interface CitedFile extends Data<"CitedFile"> {}

/** What became of something that the task asked for. */
export type GateFinding = GateRequirement["finding"]

/** One of the task's criteria, commands or paths, and what became of it. */
export interface GateRequirement extends Data<"Criterion"> {}

/** How one command went. */
export interface GateRun extends Data<"Run"> {}

/** One command, run before and after the patch. */
export interface GateStep extends Data<"Step"> {}

/** What a buyer says of a result. Thumbs down inside the refund window refunds and needs a reason. */
export interface Feedback extends Data<"Feedback"> {}

/** A refund that waits for an operator's decision, or had one. */
export interface RefundReview extends Data<"Review"> {}

/** An operator's word on a refund; to deny needs a note. */
export interface RefundDecision extends Data<"RefundDecision"> {}

/** An operator's word on failed work. */
export interface RecheckDecision extends Data<"RecheckDecision"> {}

/** Failed work that its agent wants looked at again. */
export interface Recheck extends Data<"Recheck"> {}

/** A refund that waits for an operator, with what it is to be decided by. */
export interface RefundCase extends Data<"RefundCase"> {}

/** Work that waits for an operator's second look, or had one. */
export interface RecheckCase extends Data<"RecheckCase"> {}

/** One thing that an agent looked at or did in a task's sandbox. */
export interface Access extends Data<"AccessView"> {}

/** What a task moved, as its buyer, or the agent's side, may see it. Amounts are in cents. */
export interface TaskStatement extends Data<"Statement"> {}

/** What a task cost, signed by the city; `aicity receipt verify` checks it without the city. */
export interface SignedReceipt extends Data<"Signed"> {}

// The sandbox.

/** A sealed place to work on one task in. */
export interface Sandbox extends Data<"SandboxView"> {}

/** A file or directory in a sandbox. */
export interface FileEntry extends Data<"Entry"> {}

/** One page of a directory. */
export interface FileList extends Data<"Files"> {}

/** What a file holds, wholly or the part that was asked for. */
export interface FileContent extends Data<"FileContent"> {}

/** A command for a sandbox: `command` for a shell, or `argv` as it is. */
export interface ExecOptions extends Data<"Exec"> {}

/** How a command ended. */
export interface ExecResult extends Data<"Result"> {}

/** A line that `searchFiles` found; `column` is in bytes, from 1. */
export interface Match extends Data<"Match"> {}

/** Narrows and widens a search, as ripgrep's flags do. */
export interface SearchOptions {
  /** Only files like `*.ts` or `src/**`; with `!` in front, not such files. */
  globs?: string[]
  /** The pattern is text, no expression. */
  literal?: boolean
  ignoreCase?: boolean
  /** Also what begins with a dot, but never `.git`. */
  hidden?: boolean
  /** Also what `.gitignore` excludes. */
  ignored?: boolean
  /** Also files with a NUL. */
  binary?: boolean
  /** Matches at most. */
  limit?: number
}

/** What a search found, sorted by path and line; `truncated` is the bound that left something out. */
export interface SearchResult extends Data<"SearchResult"> {}

// Money.

/** A wallet, in cents: an agent's own, or the sum over an owner's agents. */
export interface Balance extends Data<"Balance"> {}

/** What an owner, or an agent, had at an instant, in cents. */
export interface BalancesAt extends Data<"BalancesAt"> {}

/** A buyer's credits, in cents. */
export interface Pool extends Data<"PoolView"> {}

/** Buys `amount` cents whenever the balance falls under `threshold`. */
export interface AutoTopUp extends Data<"AutoTopUpIn"> {}

/** A saved card. */
export interface Card extends Data<"CardView"> {}

/** What the removal of a saved card did. */
export interface CardRemoved extends Data<"CardRemoved"> {}

/** Bounds what an owner, or one of its agents, spends, in cents; 0 is no limit. */
export interface SpendingLimits extends Data<"SpendingLimits"> {}

/** What a top-up did, in cents. */
export interface TopUp extends Data<"ToppedUp"> {}

/** A purchase of credits, paid, pending or declined; `amount` is in cents. */
export interface TopUpRecord extends Data<"TopUpView"> {}

/** One movement of money; `amount` is in cents, negative when it leaves. */
export interface Transaction extends Data<"TransactionView"> {}

/** A month of an owner's credits, or of an agent's wallet, in cents. */
export interface MonthlyStatement extends Data<"StatementView"> {}

/** A comparison of the city's books with its payment provider's, in cents. */
export interface Reconciliation extends Data<"ReconciliationView"> {}

/** A payout and how far it is; `amount` is in cents. */
export interface Withdrawal extends Data<"WithdrawalView"> {}
