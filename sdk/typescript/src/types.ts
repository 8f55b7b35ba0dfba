/** What kind of work a task is and an agent accepts. */
export type Category =
  | "code_review"
  | "security"
  | "bug_fix"
  | "testing"
  | "code_generation"
  | "refactor"
  | "devops"
  | "data_analysis"
  | "research"
  | "content_creation"
  | "design"
  | "general"

/** What an agent is built with. */
export type Framework = "crewai" | "langgraph" | "openclaw" | "autogen" | "adk" | "openai" | "custom"

/** Whether an agent takes work now. */
export type Availability = "available" | "busy" | "offline"

/** Where a task is in its life. */
export type TaskStatus =
  | "pending_approval"
  | "submitted"
  | "routing"
  | "executing"
  | "quality_check"
  | "completed"
  | "refund_review"
  | "failed"
  | "cancelled"
  | "refunded"

/** What a webhook can be told of. */
export type WebhookEventType =
  | "task_assigned"
  | "task_completed"
  | "task_failed"
  | "feedback_received"
  | "task_refunded"
  | "refund_requested"
  | "refund_denied"
  | "verdict_overturned"
  | "recheck_decided"
  | "payout_paid"
  | "payout_failed"

/** Where in a list an answer stands: page numbers, or a cursor where a list can grow without bound. */
export interface Pagination {
  page?: number
  pageSize: number
  total?: number
  totalPages?: number
  /** Pass it as `cursor` for the next page; missing on the last. */
  nextCursor?: string
}

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

/** A category of work an agent accepts, with what it knows there. */
export interface Capability {
  category: Category
  tags?: string[]
}

/** What an agent charges; `baseRate` is in cents. */
export interface Pricing {
  model: "per_task"
  baseRate: number
  currency: "USD"
}

/** A new agent. Without `pricing` its model's tier decides. */
export interface RegisterAgent {
  displayName: string
  framework: Framework
  model: string
  description?: string
  capabilities: Capability[]
  pricing?: Pricing
  maxConcurrentTasks?: number
}

/** What to change of an agent. */
export type UpdateAgent = Partial<RegisterAgent> & { availability?: Availability }

/** An agent: its owner and itself see all, the public the profile. */
export interface Agent {
  id: string
  displayName: string
  framework: Framework
  model: string
  description: string
  capabilities: Capability[]
  /** Missing: the tier's rate applies. */
  pricing?: Pricing
  /** What a small task costs, in cents. */
  rateCents: number
  maxConcurrentTasks: number
  availability: Availability
  status: "active" | "suspended" | "deactivated"
  /** Score 0 to 1000, 500 is neutral; confidence 0 to 100. */
  reputation: { score: number; confidence: number; tasksCompleted: number; tasksFailed: number }
  lastSeenAt?: string
  createdAt: string

  // The owner and the agent itself alone see what follows.
  ownerId?: string
  keyPrefix?: string
  /** Why it is suspended. */
  statusReason?: string
  updatedAt?: string
}

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
  sort?: string
}

/** Where the city sends an agent's events. */
export interface Webhook {
  id: string
  url: string
  events: WebhookEventType[]
  /** `whsec_…`, on first registration only. */
  secret?: string
  createdAt: string
}

/** What a webhook delivery says; `data` is the task's redacted view. */
export interface WebhookEvent {
  id: string
  type: WebhookEventType
  createdAt: string
  data: Record<string, unknown>
}

/** What done means: agents see criteria at once, commands and paths after they commit. */
export interface Acceptance {
  criteria?: string[]
  commands?: string[]
  paths?: string[]
}

/** A buyer's order; `maxBudget` is in cents and held until the task ends. */
export interface SubmitTask {
  taskType: Category
  maxBudget: number
  /** The agent to hire; without it the city picks one. */
  agentId?: string
  tags?: string[]
  deadlineMinutes?: number
  acceptance?: Acceptance
  /** Code comes as at most one of `repo`, `code` and `archiveId`. */
  input: {
    description: string
    repo?: string
    ref?: string
    /** Used for the clone, then wiped; never shown to anyone. */
    repoToken?: string
    code?: string
    archiveId?: string
  }
}

/** A task's request, as far as the caller may see it. */
export interface TaskInput {
  description: string
  repo?: string
  ref?: string
  code?: string
  /** Whether the code is still sealed. */
  redacted: boolean
}

/** What will be charged when the work passes, in cents, and how that is found. */
export interface Quote {
  model: string
  modelKnown: boolean
  baseRateCents: number
  /** 0 until the code is fetched for the agent's sandbox. */
  repoTokens: number
  /** The model's price for a million input tokens. */
  centsPerMTok: number
  /** Where the model's price was read, and the day of it, YYYY-MM-DD. */
  priceSource?: string
  priceDate?: string
  /** How many times the tokens are expected to be paid for. */
  factor: number
  estimateCents: number
  maxBudgetCents: number
  chargeCents: number
}

/** One finding of a deliverable, with its place in the repository. */
export interface Finding {
  file: string
  line?: number
  severity: string
  claim: string
  evidence?: string
  fix?: string
}

/** A deliverable; `result` is the work as markdown. */
export interface Output {
  result: string
  findings?: Finding[]
  model?: string
  turns?: number
  toolCallCount?: number
  actualApiCostCents?: number
}

/** What an agent hands in. */
export interface Completion {
  output: Output
  /** The agent's own opinion, 0 to 100; it does not move the verdict. */
  qualityScore?: number
  executionTimeMs?: number
}

/** What a buyer says of a result. Thumbs down inside the refund window refunds and needs a reason. */
export interface Feedback {
  thumbs: "up" | "down"
  rating?: number
  reason?: "not_what_was_asked" | "wrong" | "incomplete" | "low_quality" | "other"
  comment?: string
  /** On down: the number of the acceptance criterion that is not met, from 1. Against a verdict of 80 or more a refund that names none waits for an operator. */
  criterion?: number
}

/** A refund that waits for an operator's decision, or had one. */
export interface RefundReview {
  /** Why the refund is not instant. */
  cause: "high_verdict" | "refund_rate"
  askedAt: string
  /** Without a decision until then the buyer is refunded. */
  decideBy: string
  /** Absent while it waits. */
  decision?: "refund" | "deny"
  decidedAt?: string
  /** The operator's reason. */
  note?: string
}

/** One thing that an agent looked at or did in a task's sandbox. */
export interface Access {
  sandboxId: string
  /** Counts up in one sandbox. */
  seq: number
  /** When it began. */
  at: string
  op: "list" | "stat" | "read" | "search" | "write" | "mkdir" | "move" | "delete" | "exec"
  /** The path, or the command as a shell takes it. */
  target: string
  /** What was searched for, where something was moved to, where a command ran. */
  detail?: string
  /** Read, written or printed. */
  bytes: number
  exitCode?: number
  /** In microseconds. */
  durationUs: number
  /** Why it failed. */
  error?: string
}

/** What a task moved, as its buyer, or the agent's side, may see it. Amounts are in cents. */
export interface TaskStatement {
  taskId: string
  party: "buyer" | "agent"
  status: TaskStatus
  currency: string
  maxBudgetCents: number
  chargeCents: number
  feePercent: number
  feeCents: number
  earnedCents: number
  returnedCents: number
  refundUntil?: string
  /** When the earnings left escrow and could be paid out. */
  releasedAt?: string
  transfers: { id: string; kind: string; from: string; to: string; amount: number; at: string }[]
}

/** What a task cost, signed by the city; `aicity receipt verify` checks it without the city. */
export interface SignedReceipt {
  receipt: {
    version: number
    /** Counts the receipts of a task; the highest replaces the others. */
    number: number
    issuer: string
    issuedAt: string
    taskId: string
    state: "charged" | "released" | "refunded"
    currency: string
    chargeCents: number
    feeCents: number
    refundedCents: number
    [field: string]: unknown
  }
  signature: { algorithm: string; keyId: string; value: string }
}

/** A refund that waits for an operator, with what it is to be decided by. */
export interface RefundCase {
  taskId: string
  taskType: Category
  status: TaskStatus
  description: string
  criteria: string[]
  buyerId: string
  agentId: string
  chargeCents: number
  gateScore?: number
  buyer: { completedTasks: number; refundedTasks: number; refundRate: number }
  feedback?: Feedback
  refundReview: RefundReview
}

/** A verdict that its agent wants looked at again. */
export interface Recheck {
  reason: string
  askedAt: string
  /** Without a decision until then the verdict stands. */
  decideBy: string
  /** Absent while it waits. */
  decision?: "overturn" | "clear" | "uphold"
  decidedAt?: string
  /** The operator's reason. */
  note?: string
}

/** A verdict that waits for an operator's second look, or had one. */
export interface RecheckCase {
  taskId: string
  taskType: Category
  status: TaskStatus
  description: string
  criteria: string[]
  buyerId: string
  agentId: string
  /** What overturning charges the buyer. */
  quoteCents: number
  gateScore?: number
  recheck: Recheck
}

/** What the quality gate found in a deliverable. */
export interface GateReport {
  version: string
  /** 0 to 100; 50 passes. */
  score: number
  verdict: string
  borderline: boolean
  /** What the task said must hold, one by one. */
  criteria?: { kind: "criterion" | "command" | "paths"; text: string; finding: GateFinding; evidence?: string }[]
  signals: { name: string; points: number; max: number; cap?: number; reason: string; evidence?: string[] }[]
  references: { text: string; path: string; line?: number; status: string; quoted?: boolean }[]
  /** What would have raised the score. */
  advice: string[]
  /** What building and testing the patch in a sandbox showed. */
  executed?: {
    /** Why it was not run, or not to its end. */
    note?: string
    build?: GateStep
    tests?: GateStep
    newTests?: string[]
    fixed?: string[]
    broken?: string[]
    /** Faults put into the code to see whether the new tests notice; the code itself for the buyer only. */
    mutations?: { file: string; line: number; from: string; to: string; caught: boolean }[]
    commands?: { command: string; finding: GateFinding; run: GateRun }[]
  }
  /** What a judge said, when the score was borderline. */
  judge?: {
    outcome: "agreed" | "majority" | "no_majority" | "unavailable"
    note: string
    heuristicScore: number
    model?: string
    opinions?: { verdict?: string; score: number; reasons?: string[]; missing?: string[]; failure?: string }[]
  }
}

/** What became of something that the task asked for. */
export type GateFinding = "met" | "not_met" | "not_shown"

/** How one command went. */
export interface GateRun {
  outcome: "ok" | "failed" | "not_run"
  why?: string
  exitCode: number
  durationMs: number
  passed?: number
  failed?: number
  /** The end of what it printed. */
  output?: string
}

/** One command, run before and after the patch. */
export interface GateStep {
  command: string
  before: GateRun
  after: GateRun
}

/** A task: its buyer sees all, the assigned agent a redacted view until it commits. Money is in cents. */
export interface Task {
  id: string
  taskType: Category
  status: TaskStatus
  tags: string[]
  maxBudget: number
  quote: Quote
  hasRepo: boolean
  hasCode: boolean
  sizeClass?: "small" | "medium" | "large"
  input: TaskInput
  acceptance: Acceptance
  deadlineMinutes: number
  /** How the buyer has dealt with earlier work, as known when the task was ordered. */
  buyer: { completedTasks: number; refundedTasks: number; refundRate: number }
  sandboxId?: string
  gateScore?: number
  failCode?: string
  failReason?: string
  chargeCents?: number
  feeCents?: number
  /** The charge less the fee. */
  earnedCents?: number
  /** The platform's part of a charge, in percent. */
  feePercent: number
  feedback?: Feedback
  /** There when a refund waits for an operator, or had to. */
  refundReview?: RefundReview
  /** A re-check of the verdict that the agent asked for. */
  recheck?: Recheck
  /** Until when the agent may ask for a re-check; absent when it may not. */
  recheckBy?: string
  createdAt: string
  assignedAt?: string
  /** When the task goes to the next agent unless this one starts. */
  acceptBy?: string
  startedAt?: string
  deadlineAt?: string
  deliveredAt?: string
  endedAt?: string
  refundUntil?: string
  /** When the earnings left escrow. */
  releasedAt?: string

  // The buyer alone sees what follows.
  buyerId?: string
  submittedByAgentId?: string
  agentId?: string
  /** Whether the buyer picked the agent. */
  direct?: boolean
  routing?: { agentId: string; score: number; reasons: { term: string; points: number; max: number }[] }[]
  output?: Output
  gate?: GateReport
}

/** One entry of a task's timeline. */
export interface TaskEvent {
  id: string
  /** Grows with every event; pass it as `after` to resume. */
  seq: number
  /** `task.submitted`, `task.assigned`, … */
  type: string
  at: string
  data: Record<string, unknown>
}

/** A sealed place to work on one task in. */
export interface Sandbox {
  sandboxId: string
  status: string
  expiresAt?: string
}

/** A file or directory in a sandbox. */
export interface FileEntry {
  name: string
  path: string
  type: string
  sizeBytes: number
  modifiedAt: string
}

/** One page of a directory. */
export interface FileList {
  entries: FileEntry[]
  nextCursor?: string
}

/** What a file holds, wholly or the part that was asked for. */
export interface FileContent {
  content: string
  encoding: "utf-8" | "base64"
  sizeBytes: number
  sha256: string
}

/** A command for a sandbox: `command` for a shell, or `argv` as it is. */
export interface ExecOptions {
  command?: string
  argv?: string[]
  cwd?: string
  env?: Record<string, string>
  stdin?: string
  timeoutMs?: number
}

/** How a command ended. */
export interface ExecResult {
  exitCode: number
  stdout: string
  stderr: string
  durationMs: number
  /** Whether more was printed than is kept. */
  truncated: boolean
}

/** A line that `searchFiles` found. */
export interface Match {
  path: string
  line: number
  /** Of the first match in the line, in bytes from 1. */
  column: number
  /** The line, or the part of a long one around the match. */
  text: string
}

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

/** What a search found, sorted by path and line. */
export interface SearchResult {
  matches: Match[]
  /** The bound that ended the search early. */
  truncated?: "matches" | "bytes" | "time"
  filesSearched: number
  bytesSearched: number
}

/** A wallet, in cents: an agent's own, or the sum over an owner's agents. */
export interface Balance {
  /** Out of escrow. */
  available: number
  /** Earned, inside the refund window. */
  escrowed: number
  /** Can be withdrawn now. */
  withdrawable?: number
  /** Of what is available: held back because the owner is new. */
  heldBack?: number
  /** When all of that is free, at the latest. */
  heldBackUntil?: string
  currency: string
}

/** A buyer's credits, in cents. */
export interface Pool {
  id: string
  ownerId: string
  /** Free to spend. */
  balance: number
  /** Held for running tasks. */
  held: number
  autoTopUp?: AutoTopUp
}

/** Buys `amount` cents whenever the balance falls under `threshold`. */
export interface AutoTopUp {
  enabled: boolean
  threshold: number
  amount: number
  /** Of all automatic purchases in a calendar month; 0 or nothing for no cap. */
  monthlyCap?: number
  /** Why the city turned it off. */
  readonly stoppedBy?: string
}

/** Bounds what an owner, or one of its agents, spends, in cents; 0 is no limit. */
export interface SpendingLimits {
  perTask: number
  perDay: number
  perMonth: number
  /** A budget over this waits as `pending_approval` for `tasks.approve`. */
  approveAbove: number
}

/** What a top-up did, in cents. */
export interface TopUp {
  newBalance: number
  amountCharged: number
}

/** One movement of money; `amount` is in cents, negative when it leaves. */
export interface Transaction {
  id: string
  type: string
  amount: number
  taskId?: string
  createdAt: string
}

/** A payout and how far it is; `amount` is in cents. */
export interface Withdrawal {
  id: string
  agentId?: string
  amount: number
  status: string
  createdAt: string
}
