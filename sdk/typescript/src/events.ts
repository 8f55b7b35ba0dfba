import { NetworkError, temporary } from "./errors.js"
import { asNetworkError, path, readText, type StreamRequest, type Transport } from "./transport.js"
import { sleep, Watchdog } from "./timing.js"
import type { Task, TaskEvent } from "./types.js"

/** Options of a stream of events. */
export interface EventOptions {
  /** Only what came after the event with this `seq`. */
  after?: number
  /** Ends the stream when aborted. */
  signal?: AbortSignal
}

/** How long a stream may be silent before it counts as lost, in milliseconds. The city gives a sign of life much more often. */
const idle = 90_000
const firstPause = 500
const maxPause = 8_000
const ended = ["completed", "failed", "cancelled", "refunded"]

/** Follows a task's events over as many connections as it takes. */
export async function* taskEvents(
  transport: Transport,
  taskId: string,
  getTask: () => Promise<Task>,
  { after, signal }: EventOptions = {},
): AsyncGenerator<TaskEvent, void, undefined> {
  const request: StreamRequest = { method: "GET", path: path("tasks", taskId, "events"), caller: "either", accept: "text/event-stream" }
  const place: Place = { id: after === undefined ? "" : String(after), pause: firstPause }
  for (let failures = 0; ; ) {
    let news = 0
    try {
      for await (const event of connection(transport, request, place, signal)) {
        news++
        failures = 0
        yield event
      }
      // The city closed the stream. Once it does so without news and the task
      // has ended, nothing was missed.
      if (ended.includes((await getTask()).status)) {
        if (news === 0) return
        continue
      }
    } catch (error) {
      if (!temporary(error) || ++failures > transport.retries) throw error
    }
    await sleep(place.pause, signal)
  }
}

/** Where a stream is to be taken up, and how long to wait before. */
interface Place {
  id: string
  pause: number
}

/** Reads one connection to its end. */
async function* connection(
  transport: Transport,
  request: StreamRequest,
  place: Place,
  signal: AbortSignal | undefined,
): AsyncGenerator<TaskEvent, void, undefined> {
  const watchdog = new Watchdog(transport.timeout, signal)
  try {
    const headers: Record<string, string> = place.id ? { "Last-Event-ID": place.id } : {}
    const body = await transport.stream(request, watchdog.signal, headers)
    yield* parse(readText(body, () => watchdog.restart(idle)), place)
  } catch (error) {
    signal?.throwIfAborted()
    throw asNetworkError(request, error)
  } finally {
    watchdog.end()
  }
}

/** Reads server-sent events; an unfinished one at the end is dropped, as the format wants it. */
async function* parse(chunks: AsyncIterable<string>, place: Place): AsyncGenerator<TaskEvent, void, undefined> {
  let id = place.id
  let data: string[] = []
  for await (const line of lines(chunks)) {
    if (line === "") {
      // Only a finished event moves the place to resume at.
      place.id = id
      if (data.length > 0) yield eventOf(data.join("\n"))
      data = []
      continue
    }
    const [, field, value = ""] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (field === "id") id = value
    else if (field === "data") data.push(value)
    else if (field === "retry" && /^\d+$/.test(value)) place.pause = Math.min(Number(value), maxPause)
  }
}

function eventOf(json: string): TaskEvent {
  try {
    return JSON.parse(json) as TaskEvent
  } catch (error) {
    throw new NetworkError("The event stream carried something that is not JSON.", { cause: error })
  }
}

async function* lines(chunks: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  let rest = ""
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split("\n")
    rest = parts.pop() ?? ""
    for (const part of parts) yield part.replace(/\r$/, "")
  }
}
