import { AgentCityError, temporary } from "./errors.js"
import { repoDir, type Tasks } from "./tasks.js"
import { backoff, sleep } from "./timing.js"
import type { Completion, ErrorCode, ExecOptions, ExecResult, FileEntry, Match, Output, Task } from "./types.js"

/** A task being worked on, with its sandbox at hand. Paths may be relative to the repository. */
export interface Job {
  /** The task with the open input. */
  readonly task: Task
  readonly sandboxId: string
  /** Aborted when the task is no longer the agent's to do, or the agent is shut down. */
  readonly signal: AbortSignal
  /** All entries of a directory of the repository, or with `recursive` all below it. */
  listFiles(directory?: string, options?: { recursive?: boolean }): Promise<FileEntry[]>
  /** A file's text. */
  readFile(file: string): Promise<string>
  /** A file's bytes. */
  readBytes(file: string): Promise<Uint8Array>
  writeFile(file: string, content: string | Uint8Array): Promise<void>
  /** The lines that match an extended regular expression. */
  searchFiles(pattern: string, directory?: string): Promise<Match[]>
  exec(command: string | ExecOptions): Promise<ExecResult>
  /** Throws when the task is no longer the agent's to do. `run` does the same by itself. */
  heartbeat(): Promise<void>
}

/** What a handler returns: the result as markdown, an output, or a whole completion. */
export type Work = string | Output | Completion

/**
 * Does the work of one task. What it throws gives the task up: the buyer is refunded and reads the
 * error's message, so that should hold nothing that is not for the buyer.
 */
export type Handler = (job: Job) => Work | Promise<Work>

/** Options of `run`. */
export interface RunOptions {
  /** How many tasks are worked on at once; 1. */
  concurrency?: number
  /** How many seconds one poll may wait for work; 25. */
  waitSeconds?: number
  /** How often the city is asked whether a running task is still the agent's to do; 15. */
  heartbeatSeconds?: number
  /** How long running tasks may go on after `signal`, then they are given up; 30. */
  drainSeconds?: number
  /** Stops the agent when aborted: no new task is taken, `run` returns when the running ones are done. */
  signal?: AbortSignal
  /** Decides from the redacted view whether to take a task; the others are declined. */
  accept?: (task: Task) => boolean | Promise<boolean>
  /** Hears of everything that went wrong; `task` is missing for polling. Default: console.error. */
  onError?: (error: unknown, task?: Task) => void
}

/** How often a task is tried to be started before it is declined. */
const maxTries = 3
/** The pause before polling again when a poll brought nothing new at once, in milliseconds. */
const crowded = 1000
/** How much of an error a buyer reads, in characters. */
const maxReason = 1000

/** Runs an agent until its signal is aborted or the city refuses its key. */
export async function run(tasks: Tasks, handler: Handler, options: RunOptions = {}): Promise<void> {
  const loop = new Loop(tasks, handler, options)
  try {
    await loop.poll()
  } finally {
    await loop.drain()
  }
}

class Loop {
  private readonly concurrency: number
  private readonly waitSeconds: number
  private readonly heartbeat: number
  private readonly drainTime: number
  private readonly signal: AbortSignal | undefined
  private readonly accept: (task: Task) => boolean | Promise<boolean>
  private readonly onError: (error: unknown, task?: Task) => void
  private readonly running = new Map<string, Promise<void>>()
  /** Tasks that stopped running since the last poll was asked: they may still be in its answer. */
  private readonly left = new Set<string>()
  /** Tasks that could not be started: how often, and until when they are left alone. */
  private readonly failed = new Map<string, { tries: number; until: number }>()
  /** Of the running handlers, to shut them down. */
  private readonly handlers = new Set<AbortController>()
  /** Settles when no new task shall be taken. */
  private readonly stopped: Promise<void>

  constructor(
    private readonly tasks: Tasks,
    private readonly handler: Handler,
    options: RunOptions,
  ) {
    this.concurrency = Math.max(1, options.concurrency ?? 1)
    this.waitSeconds = options.waitSeconds ?? 25
    this.heartbeat = (options.heartbeatSeconds ?? 15) * 1000
    this.drainTime = (options.drainSeconds ?? 30) * 1000
    this.signal = options.signal
    this.stopped = new Promise((resolve) => options.signal?.addEventListener("abort", () => resolve(), { once: true }))
    this.accept = options.accept ?? (() => true)
    this.onError = options.onError ?? ((error, task) => console.error(task ? `task ${task.id}:` : "agent:", error))
  }

  /** Looks for tasks until the signal is aborted; throws when the agent is refused. */
  async poll(): Promise<void> {
    for (let failures = 0; !this.signal?.aborted; ) {
      if (this.running.size >= this.concurrency) {
        await Promise.race([...this.running.values(), this.stopped])
        continue
      }
      const asked = Date.now()
      this.left.clear()
      let pause = 0
      try {
        const waiting = await this.tasks.listSubmitted({ wait: this.waitSeconds, signal: this.signal })
        failures = 0
        // What waits is known already, or the city did not let the poll wait.
        if (this.startAll(waiting) === 0 && (waiting.length > 0 || Date.now() - asked < crowded)) pause = crowded
      } catch (error) {
        if (this.signal?.aborted) return
        if (!temporary(error)) throw error
        this.onError(error)
        pause = backoff(failures++, error)
      }
      if (pause > 0) await sleep(pause, this.signal).catch(() => undefined)
    }
  }

  /** Waits for the running tasks, and gives them up when the time is over. */
  async drain(): Promise<void> {
    const timer = setTimeout(() => {
      for (const handler of this.handlers) handler.abort(new Error("the agent was shut down"))
    }, this.drainTime)
    await Promise.all(this.running.values())
    clearTimeout(timer)
  }

  /** Starts the tasks that are new, as many as may run, and counts them. The others stay in the city's list. */
  private startAll(waiting: Task[]): number {
    for (const id of this.failed.keys()) {
      if (!this.running.has(id) && !waiting.some((task) => task.id === id)) this.failed.delete(id)
    }
    let started = 0
    for (const task of waiting) {
      if (this.running.size >= this.concurrency) break
      if (this.running.has(task.id) || this.left.has(task.id) || Date.now() < (this.failed.get(task.id)?.until ?? 0)) continue
      started++
      const work = this.work(task)
        .catch((error) => this.onError(error, task))
        .finally(() => {
          this.running.delete(task.id)
          this.left.add(task.id)
        })
      this.running.set(task.id, work)
    }
    return started
  }

  /**
   * Does one task from the redacted view to the destroyed sandbox, which is left where the city may still think that
   * the agent is at it: an agent that destroys the sandbox of a task under way has given the task up.
   */
  private async work(task: Task): Promise<void> {
    if (!(await this.accept(task))) return this.tasks.decline(task.id)
    let sandboxId: string | undefined
    let over = true
    try {
      try {
        ;({ sandboxId } = await this.tasks.provisionSandbox(task.id))
        await this.tasks.executing(task.id, sandboxId)
      } catch (error) {
        over = !temporary(error)
        this.onError(error, task)
        return await this.startFailed(task, error)
      }
      this.failed.delete(task.id)
      over = await this.execute(task, sandboxId)
    } finally {
      if (sandboxId && over) await this.tasks.destroySandbox(task.id, sandboxId)
    }
  }

  /** Puts a task off that may start later, and declines it when it will not, so that another agent gets it. */
  private async startFailed(task: Task, error: unknown): Promise<void> {
    const tries = (this.failed.get(task.id)?.tries ?? 0) + 1
    this.failed.set(task.id, { tries, until: Date.now() + backoff(tries, error) })
    if (temporary(error) && tries < maxTries) return
    this.failed.delete(task.id)
    await this.tasks.decline(task.id).catch((declined) => {
      if (!gone(declined)) this.onError(declined, task)
    })
  }

  /** Calls the handler while a heartbeat watches the task, hands in or gives up, and tells whether the city took it. */
  private async execute(offered: Task, sandboxId: string): Promise<boolean> {
    const controller = new AbortController()
    const { signal } = controller
    this.handlers.add(controller)
    const beat = this.watch(offered, controller)
    const started = Date.now()
    let completion: Completion
    try {
      const task = await this.tasks.get(offered.id) // now with the open input
      const work = await unlessAborted(signal, () => this.handler(jobOf(this.tasks, task, sandboxId, signal)))
      completion = { executionTimeMs: Date.now() - started, ...completionOf(work) }
    } catch (error) {
      this.onError(error, offered)
      if (signal.reason instanceof TaskLostError) return true
      return await this.giveUp(offered, signal.aborted ? signal.reason : error)
    } finally {
      clearInterval(beat)
      this.handlers.delete(controller)
    }
    try {
      await this.tasks.complete(offered.id, completion)
      return true
    } catch (error) {
      this.onError(error, offered)
      if (temporary(error)) return false
      return gone(error) || (await this.giveUp(offered, error))
    }
  }

  private async giveUp(task: Task, error: unknown): Promise<boolean> {
    try {
      await this.tasks.fail(task.id, reasonOf(error))
      return true
    } catch (failed) {
      this.onError(failed, task)
      return !temporary(failed)
    }
  }

  /** Asks every now and then whether the task still runs. */
  private watch(task: Task, handler: AbortController): ReturnType<typeof setInterval> {
    return setInterval(async () => {
      try {
        await stillOurs(this.tasks, task.id)
      } catch (error) {
        if (error instanceof TaskLostError) handler.abort(error)
        else this.onError(error, task)
      }
    }, this.heartbeat)
  }
}

/** An error as the city takes it: never empty, and not cut within a character. */
function reasonOf(error: unknown): string {
  const text = (error instanceof Error ? error.message : String(error)).trim()
  return [...(text || "the agent met an error")].slice(0, maxReason).join("")
}

/** The task is no longer the agent's to do: its deadline passed, say. */
export class TaskLostError extends Error {
  constructor(status: string) {
    super(`The task is no longer the agent's to do: it is ${status}.`)
    this.name = "TaskLostError"
  }
}

async function stillOurs(tasks: Tasks, taskId: string): Promise<void> {
  const { status } = await tasks.get(taskId).catch((error) => {
    throw gone(error) ? new TaskLostError("gone") : error
  })
  if (status !== "executing") throw new TaskLostError(status)
}

/** What the city says when a task is not the agent's to do. */
const goneCodes: string[] = ["TASK_NOT_FOUND", "INVALID_STATE"] satisfies ErrorCode[]

function gone(error: unknown): boolean {
  return error instanceof AgentCityError && goneCodes.includes(error.code)
}

function completionOf(work: Work): Completion {
  if (typeof work === "string") return { output: { result: work } }
  if (work && "output" in work) return work
  if (work && "result" in work) return { output: work }
  throw new Error("the agent returned no deliverable")
}

function jobOf(tasks: Tasks, task: Task, sandboxId: string, signal: AbortSignal): Job {
  const { id } = task
  const place = (file: string) => (file.startsWith("/") ? file : `${repoDir}/${file}`)
  const bytes = async (file: string) => {
    const { content, encoding } = await tasks.readFile(id, place(file), { signal })
    return Buffer.from(content, encoding === "base64" ? "base64" : "utf8")
  }
  return {
    task,
    sandboxId,
    signal,
    async listFiles(directory = repoDir, options = {}) {
      const all: FileEntry[] = []
      let cursor: string | undefined
      do {
        const page = await tasks.listFiles(id, place(directory), { ...options, ...(cursor ? { cursor } : {}), signal })
        all.push(...page.entries)
        cursor = page.nextCursor
      } while (cursor)
      return all
    },
    readBytes: bytes,
    readFile: async (file) => (await bytes(file)).toString("utf8"),
    writeFile: (file, content) => tasks.writeFile(id, place(file), content, { signal }),
    searchFiles: (pattern, directory = repoDir) => tasks.searchFiles(id, pattern, place(directory), { signal }),
    exec: (command) => tasks.exec(id, command, { signal }),
    heartbeat: () => stillOurs(tasks, id),
  }
}

/** Does the work, but waits for it no longer than the signal allows. */
function unlessAborted<T>(signal: AbortSignal, work: () => T | Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
    Promise.resolve().then(work).then(resolve, reject)
  })
}
