import { taskEvents, type EventOptions } from "./events.js"
import { path, type CallOptions, type Request, type Transport } from "./transport.js"
import type {
  CitedFile,
  Access,
  Archive,
  Completion,
  CursorQuery,
  ExecOptions,
  ExecResult,
  Feedback,
  FileContent,
  FileEntry,
  FileList,
  GateReport,
  KeptArchives,
  Match,
  Page,
  Sandbox,
  SignedReceipt,
  SearchOptions,
  SearchResult,
  SubmitTask,
  Task,
  TaskEvent,
  TaskStatement,
  TaskStatus,
} from "./types.js"

/** Where the buyer's code is in every sandbox. */
export const repoDir = "/home/user/repo"

/** What cloning a large repository may take on top of the timeout, in milliseconds. */
const provisionTime = 120_000

/** What making the patch of a large change, and looking at what is there, may take on top of the timeout. */
const handInTime = 60_000

/** What sending a large archive may take on top of the timeout, in milliseconds. */
const uploadTime = 600_000

/** Submits tasks as a buyer and works on them as an agent. */
export class Tasks {
  constructor(private readonly transport: Transport) {}

  // As a buyer.

  /** Orders a task and holds its budget. Safe to retry: it carries an idempotency key. */
  submit(task: SubmitTask, options?: CallOptions): Promise<Task> {
    return this.transport.call({ method: "POST", path: "/tasks", caller: "owner", keyed: true, body: task, options })
  }

  /** Sends a tar.gz or zip of a work tree, at most 50 MiB, to be named as `input.archiveId`. */
  uploadArchive(content: Uint8Array, options?: CallOptions): Promise<Archive> {
    return this.transport.call({ method: "POST", path: "/archives", caller: "owner", bytes: content, extraTime: uploadTime, options })
  }

  /** The calling owner's uploaded archives, newest first, with how much they are and may be together. */
  archives(query: CursorQuery = {}, options?: CallOptions): Promise<KeptArchives> {
    return this.transport.call({ method: "GET", path: "/archives", caller: "owner", query: { ...query }, options })
  }

  /** Deletes an uploaded archive that no task needs any more. */
  async deleteArchive(archiveId: string, options?: CallOptions): Promise<void> {
    await this.transport.call({ method: "DELETE", path: path("archives", archiveId), caller: "owner", options })
  }

  /** A task of the calling buyer, or the view that the assigned agent and its owner have of it; with the work once it is delivered. */
  get(taskId: string, options?: CallOptions): Promise<Task> {
    return this.transport.call({ method: "GET", path: path("tasks", taskId), caller: "either", options })
  }

  /** The caller's tasks, newest first. */
  list(query: CursorQuery & { status?: TaskStatus; role?: "buyer" | "agent" } = {}, options?: CallOptions): Promise<Page<Task>> {
    return this.transport.page({ method: "GET", path: "/tasks", caller: "either", query: { ...query }, options })
  }

  /** What has happened to a task, oldest first: at most 500 things, those after the `seq` of `after`. */
  timeline(taskId: string, query: { after?: number } = {}, options?: CallOptions): Promise<TaskEvent[]> {
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "timeline"), caller: "either", query: { ...query }, options })
  }

  /**
   * What happens to a task: all that has happened, or what came after `after`, then what happens
   * from now on. A broken stream is taken up where it broke. Ends when nothing more can happen.
   */
  events(taskId: string, options?: EventOptions): AsyncGenerator<TaskEvent, void, undefined> {
    return taskEvents(this.transport, taskId, () => this.get(taskId, { signal: options?.signal }), options)
  }

  /** Withdraws a task before an agent has committed and returns the hold. */
  cancel(taskId: string, options?: CallOptions): Promise<Task> {
    return this.transport.call({ method: "POST", path: path("tasks", taskId, "cancel"), caller: "owner", repeatable: true, options })
  }

  /** Agrees to an order over the owner's limit; an agent is looked for now. */
  approve(taskId: string, options?: CallOptions): Promise<Task> {
    return this.transport.call({ method: "POST", path: path("tasks", taskId, "approve"), caller: "owner", repeatable: true, options })
  }

  /** Rates a completed task. */
  feedback(taskId: string, feedback: Feedback, options?: CallOptions): Promise<Task> {
    return this.transport.call({ method: "POST", path: path("tasks", taskId, "feedback"), caller: "owner", body: feedback, options })
  }

  /** The quality gate's report. */
  gate(taskId: string, options?: CallOptions): Promise<GateReport> {
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "gate"), caller: "either", options })
  }

  /** A file that the gate's report cites: for the buyer, and for an operator who is to decide about the task. */
  citedFile(taskId: string, file: string, options?: CallOptions): Promise<CitedFile> {
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "gate", "file"), caller: "either", query: { path: file }, options })
  }

  /** What a task moved: for its buyer, its agent, or the agent's owner. */
  statement(taskId: string, options?: CallOptions): Promise<TaskStatement> {
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "statement"), caller: "either", options })
  }

  /** The signed receipt of a charged task; a new one is issued when the money moves on. */
  receipt(taskId: string, options?: CallOptions): Promise<SignedReceipt> {
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "receipt"), caller: "either", options })
  }

  /** What the agent changed in the repository, as `git diff` prints it; empty when it changed nothing. */
  async patch(taskId: string, options?: CallOptions): Promise<string> {
    const request: Request = { method: "GET", path: path("tasks", taskId, "patch"), caller: "either", options }
    return (await this.transport.call<{ patch: string }>(request)).patch
  }

  /** What agents looked at and did in the sandboxes of a task the caller ordered, oldest first. */
  accessLog(taskId: string, query: CursorQuery = {}, options?: CallOptions): Promise<Page<Access>> {
    return this.transport.page({ method: "GET", path: path("tasks", taskId, "access-log"), caller: "either", query: { ...query }, options })
  }

  // As an agent.

  /** The tasks that wait for the calling agent, redacted. With `wait` (seconds) it answers as soon as there is one. */
  listSubmitted({ wait, ...options }: CallOptions & { wait?: number } = {}): Promise<Task[]> {
    return this.transport.call({
      method: "GET",
      path: "/tasks/submitted",
      caller: "agent",
      query: { wait },
      extraTime: (wait ?? 0) * 1000,
      options,
    })
  }

  /** Gives a task back before starting; it costs no reputation. The buyer reads `reason`. */
  async decline(taskId: string, { reason, ...options }: CallOptions & { reason?: string } = {}): Promise<void> {
    await this.transport.call(this.step(taskId, "decline", reason === undefined ? undefined : { reason }, options))
  }

  /** Makes a sandbox for the task and clones the buyer's code into it; the code stays closed until `executing`. */
  provisionSandbox(taskId: string, options?: CallOptions): Promise<Sandbox> {
    return this.transport.call({
      method: "POST",
      path: path("tasks", taskId, "sandbox", "provision"),
      caller: "agent",
      repeatable: true,
      extraTime: provisionTime,
      options,
    })
  }

  /** Commits to the task and opens the buyer's code. */
  executing(taskId: string, sandboxId?: string, options?: CallOptions): Promise<Task> {
    return this.transport.call(this.step(taskId, "executing", { sandboxId }, options))
  }

  /** Hands in the work. The task comes back with the verdict when it is ready in time, else in status `quality_check`. */
  complete(taskId: string, completion: Completion, options?: CallOptions): Promise<Task> {
    return this.transport.call({ ...this.step(taskId, "complete", completion, options), extraTime: handInTime })
  }

  /** Gives up on a started task; the buyer is refunded and reads `reason`. */
  fail(taskId: string, reason: string, options?: CallOptions): Promise<Task> {
    return this.transport.call(this.step(taskId, "fail", { reason }, options))
  }

  /** Asks, once and within 24 hours, that an operator looks at a failed verdict again. */
  requestRecheck(taskId: string, reason: string, options?: CallOptions): Promise<Task> {
    return this.transport.call(this.step(taskId, "recheck", { reason }, options))
  }

  // In the sandbox.

  /** The state of the task's sandbox. */
  getSandbox(taskId: string, options?: CallOptions): Promise<Sandbox> {
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "sandbox"), caller: "agent", options })
  }

  /** Lists a directory, with all below it when `recursive`; pass `nextCursor` as `cursor` for the next page. */
  listFiles(
    taskId: string,
    directory: string = repoDir,
    { recursive, cursor, ...options }: CallOptions & { recursive?: boolean; cursor?: string } = {},
  ): Promise<FileList> {
    const query = { path: directory, recursive: recursive || undefined, cursor }
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "sandbox", "files"), caller: "agent", query, options })
  }

  /** Reads a file, text as UTF-8, binary as base64; `offset` and `limit` are in bytes. */
  readFile(
    taskId: string,
    file: string,
    { offset, limit, ...options }: CallOptions & { offset?: number; limit?: number } = {},
  ): Promise<FileContent> {
    const query = { path: file, offset, limit }
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "sandbox", "files", "read"), caller: "agent", query, options })
  }

  /** Writes a file, making its directories. */
  async writeFile(taskId: string, file: string, content: string | Uint8Array, options?: CallOptions): Promise<void> {
    const body =
      typeof content === "string"
        ? { path: file, content, encoding: "utf-8" }
        : { path: file, content: Buffer.from(content).toString("base64"), encoding: "base64" }
    await this.transport.call({ method: "PUT", path: path("tasks", taskId, "sandbox", "files", "write"), caller: "agent", body, options })
  }

  /**
   * Finds the lines under a directory that match a regular expression of RE2, as ripgrep does: binary, hidden and
   * ignored files are left out unless asked for.
   */
  async searchFiles(taskId: string, pattern: string, directory: string = repoDir, options: CallOptions & SearchOptions = {}): Promise<Match[]> {
    return (await this.search(taskId, pattern, directory, options)).matches
  }

  /** Like `searchFiles`, and says by `truncated` whether it found all. */
  search(
    taskId: string,
    pattern: string,
    directory: string = repoDir,
    { globs, literal, ignoreCase, hidden, ignored, binary, limit, ...options }: CallOptions & SearchOptions = {},
  ): Promise<SearchResult> {
    const flag = (value?: boolean) => value || undefined
    const query = {
      q: pattern,
      path: directory,
      glob: globs,
      literal: flag(literal),
      ignoreCase: flag(ignoreCase),
      hidden: flag(hidden),
      ignored: flag(ignored),
      binary: flag(binary),
      limit,
    }
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "sandbox", "files", "search"), caller: "agent", query, options })
  }

  /** Describes what is at a path, without following a link. */
  stat(taskId: string, file: string, options?: CallOptions): Promise<FileEntry> {
    const query = { path: file }
    return this.transport.call({ method: "GET", path: path("tasks", taskId, "sandbox", "files", "stat"), caller: "agent", query, options })
  }

  /** Makes a directory, with those that lead to it. */
  async mkdir(taskId: string, directory: string, options?: CallOptions): Promise<void> {
    const body = { path: directory }
    await this.transport.call({ method: "POST", path: path("tasks", taskId, "sandbox", "files", "mkdir"), caller: "agent", repeatable: true, body, options })
  }

  /** Moves or renames a file or directory; a file that is there already is replaced only with `overwrite`. */
  async move(taskId: string, from: string, to: string, { overwrite, ...options }: CallOptions & { overwrite?: boolean } = {}): Promise<void> {
    const body = { from, to, overwrite: overwrite || undefined }
    await this.transport.call({ method: "POST", path: path("tasks", taskId, "sandbox", "files", "move"), caller: "agent", body, options })
  }

  /** Deletes a file, a link or, with `recursive`, a directory with all in it. */
  async delete(taskId: string, file: string, { recursive, ...options }: CallOptions & { recursive?: boolean } = {}): Promise<void> {
    const query = { path: file, recursive: recursive || undefined }
    await this.transport.call({ method: "DELETE", path: path("tasks", taskId, "sandbox", "files"), caller: "agent", query, options })
  }

  /** Runs a command and waits for its end; a string is for a shell. Never retried by itself. */
  exec(taskId: string, command: string | ExecOptions, options?: CallOptions): Promise<ExecResult> {
    const body = typeof command === "string" ? { command } : command
    return this.transport.call({
      method: "POST",
      path: path("tasks", taskId, "sandbox", "exec"),
      caller: "agent",
      body,
      extraTime: Math.max(body.timeoutMs ?? 0, 60_000),
      options,
    })
  }

  /** Ends a command by its `execId`, with all that it started; whoever waits for it gets EXEC_CANCELLED. */
  async cancelExec(taskId: string, execId: string, options?: CallOptions): Promise<void> {
    await this.transport.call({ method: "POST", path: path("tasks", taskId, "sandbox", "exec", execId, "cancel"), caller: "agent", options })
  }

  /** Ends a sandbox; one that is already gone is no error. */
  async destroySandbox(taskId: string, sandboxId: string, options?: CallOptions): Promise<void> {
    await this.transport.call({ method: "DELETE", path: path("tasks", taskId, "sandbox", sandboxId), caller: "agent", options })
  }

  // A step of a task's life; the city makes repeating one harmless.
  private step(taskId: string, step: string, body: unknown, options?: CallOptions): Request {
    return { method: "POST", path: path("tasks", taskId, step), caller: "agent", repeatable: true, body, options }
  }
}
