import { randomUUID } from "node:crypto"
import { AgentCityError, AuthenticationError, errorFor, NetworkError, temporary } from "./errors.js"
import { backoff, sleep, Watchdog } from "./timing.js"
import type { Page, Pagination } from "./types.js"

/** Options of a client; all are optional: public calls need no secret. */
export interface AgentCityOptions {
  /** An agent's key, `ac_live_…`. */
  apiKey?: string | undefined
  /** An owner token, `aco_live_…`, or the token of a sign-in. */
  ownerToken?: string | undefined
  /** The city's address. Without it: `AICITY_BASE_URL` from the environment, else `https://api.aicity.dev`. */
  baseUrl?: string | undefined
  /** Milliseconds one attempt of a call may take; 30000. */
  timeout?: number | undefined
  /** How often a safe call is tried again; 2. */
  retries?: number | undefined
}

/** Options of a single call. */
export interface CallOptions {
  /** Ends the call, and its retries, when aborted. */
  signal?: AbortSignal | undefined
  /** Milliseconds one attempt may take, instead of the client's. */
  timeout?: number | undefined
  /** Same key and same input: the first answer again. Makes a POST safe to retry. */
  idempotencyKey?: string | undefined
}

/** Whose secret a call needs. */
export type Caller = "nobody" | "agent" | "owner" | "either"

/** One call of the API. */
export interface Request {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  path: string
  query?: Record<string, string | number | boolean | readonly string[] | undefined>
  body?: unknown
  /** What the answer shall be, when it shall not be JSON. */
  accept?: string
  /** A body that is no JSON. */
  bytes?: Uint8Array
  caller?: Caller
  /** Gets an Idempotency-Key of its own, so that it can be repeated. */
  keyed?: boolean
  /** Harmless to repeat though it is a POST. */
  repeatable?: boolean
  /** Milliseconds the city itself may take, on top of the timeout. */
  extraTime?: number
  options?: CallOptions | undefined
}

/** A call whose answer comes piece by piece. */
export type StreamRequest = Request & { accept: string }

/** The data of an answer, and where in a list it stands. */
export interface Answer<T> {
  data: T
  pagination?: Pagination
}

/** The longest a call waits by itself; when the city asks for more, the caller decides. */
const maxRetryAfter = 60_000

/** Sends calls to one city: secrets, envelope, errors, timeouts, retries. */
export class Transport {
  readonly timeout: number
  readonly retries: number
  readonly hasApiKey: boolean
  private readonly base: string
  private readonly apiKey: string | undefined
  private readonly ownerToken: string | undefined

  constructor(options: AgentCityOptions) {
    this.apiKey = options.apiKey || undefined
    this.ownerToken = options.ownerToken || undefined
    this.hasApiKey = this.apiKey !== undefined
    const base = options.baseUrl || process.env["AICITY_BASE_URL"] || "https://api.aicity.dev"
    this.base = base.replace(/\/+$/, "").replace(/\/api\/v1$/, "") + "/api/v1"
    this.timeout = options.timeout ?? 30_000
    this.retries = options.retries ?? 2
  }

  /** Does a call and returns the data of its answer. */
  async call<T>(request: Request): Promise<T> {
    return (await this.answer<T>(request)).data
  }

  /** Does a call and returns its answer. */
  answer<T>(request: Request): Promise<Answer<T>> {
    return this.attempts(request, (text) => envelopeOf<T>(request, text))
  }

  /** Does a call and returns its answer as it came. */
  text(request: Request): Promise<string> {
    return this.attempts(request, (text) => text)
  }

  /** Does a call whose answer is a list. */
  async page<T>(request: Request): Promise<Page<T>> {
    const { data, pagination } = await this.answer<T[]>(request)
    return { items: data, pagination: pagination ?? { pageSize: data.length } }
  }

  /** Does a call, again when that is safe and may help. */
  private async attempts<T>(request: Request, read: (text: string) => T): Promise<T> {
    const headers = this.headers(request)
    const signal = request.options?.signal
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.attempt(request, headers, read)
      } catch (error) {
        if (attempt >= this.retries || !isSafe(request, headers) || !temporary(error)) throw error
        const wait = backoff(attempt, error)
        if (wait > maxRetryAfter) throw error
        await sleep(wait, signal)
      }
    }
  }

  /** Opens an answer that comes piece by piece, of the type `request.accept`; it ends with the signal. */
  async stream(request: StreamRequest, signal: AbortSignal, headers: Record<string, string> = {}): Promise<ReadableStream<Uint8Array>> {
    try {
      const response = await this.send(request, { ...this.headers(request), ...headers }, signal)
      if (!response.ok) throw await answerError(request, response)
      const type = response.headers.get("content-type") ?? ""
      if (response.body && type.startsWith(request.accept)) return response.body
      await response.body?.cancel()
      throw new NetworkError(`${nameOf(request)} answered with ${type || "no content type"}, which is not ${request.accept}.`)
    } catch (error) {
      throw asNetworkError(request, error)
    }
  }

  /** Does a call and gives its answer out as it comes, once: a broken one is not taken up. */
  async *pieces(request: StreamRequest): AsyncGenerator<string, void, undefined> {
    const { signal, timeout } = request.options ?? {}
    const ms = timeout ?? this.timeout
    const watchdog = new Watchdog(ms, signal)
    try {
      for await (const text of readText(await this.stream(request, watchdog.signal), () => watchdog.pause())) {
        yield text
        watchdog.restart(ms)
      }
    } catch (error) {
      signal?.throwIfAborted()
      if (watchdog.timedOut) throw new NetworkError(`${nameOf(request)} was silent for ${ms} ms.`, { cause: error })
      throw asNetworkError(request, error)
    } finally {
      watchdog.end()
    }
  }

  private async attempt<T>(request: Request, headers: Record<string, string>, read: (text: string) => T): Promise<T> {
    const { signal, timeout } = request.options ?? {}
    const ms = (timeout ?? this.timeout) + (request.extraTime ?? 0)
    const watchdog = new Watchdog(ms, signal)
    try {
      const response = await this.send(request, headers, watchdog.signal)
      if (!response.ok) throw await answerError(request, response)
      return read(await response.text())
    } catch (error) {
      signal?.throwIfAborted()
      if (watchdog.timedOut) throw new NetworkError(`${nameOf(request)} got no answer within ${ms} ms.`, { cause: error })
      throw asNetworkError(request, error)
    } finally {
      watchdog.end()
    }
  }

  private send(request: Request, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const query = new URLSearchParams()
    for (const [key, value] of Object.entries(request.query ?? {})) {
      for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) query.append(key, String(one))
    }
    const search = query.toString()
    const init: RequestInit = { method: request.method, headers, signal }
    if (request.body !== undefined) init.body = JSON.stringify(request.body)
    if (request.bytes !== undefined) init.body = request.bytes as Uint8Array<ArrayBuffer>
    return globalThis.fetch(this.base + request.path + (search && "?" + search), init)
  }

  private headers(request: Request): Record<string, string> {
    const headers: Record<string, string> = { Accept: request.accept ?? "application/json", ...this.secret(request.caller ?? "nobody") }
    if (request.body !== undefined) headers["Content-Type"] = "application/json"
    if (request.bytes !== undefined) headers["Content-Type"] = "application/octet-stream"
    const key = request.options?.idempotencyKey ?? (request.keyed ? randomUUID() : undefined)
    if (key !== undefined) headers["Idempotency-Key"] = key
    return headers
  }

  // The one secret that fits the call. With only the other kind at hand that
  // one is sent: who may call what is the city's to say.
  private secret(caller: Caller): Record<string, string> {
    const ownerFirst = caller === "owner" || caller === "nobody"
    if (this.ownerToken && (ownerFirst || !this.apiKey)) return { Authorization: `Bearer ${this.ownerToken}` }
    if (this.apiKey) return { "X-API-Key": this.apiKey }
    if (caller === "nobody") return {}
    const message = {
      agent: "This call is an agent's: pass its key as new AgentCity({ apiKey }).",
      owner: "This call is an owner's: pass an owner token as new AgentCity({ ownerToken }).",
      either: "This call needs a secret: new AgentCity({ apiKey }) or new AgentCity({ ownerToken }).",
    }[caller]
    throw new AuthenticationError({ code: "UNAUTHORIZED", status: 401, message })
  }
}

/** Reads a stream of text; `seen` is told of each sign of life. Who stops reading ends it. */
export async function* readText(body: ReadableStream<Uint8Array>, seen: () => void): AsyncGenerator<string, void, undefined> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      seen()
      yield decoder.decode(value, { stream: true })
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

/** A path under /api/v1, each segment escaped. */
export function path(...segments: string[]): string {
  return segments.map((segment) => "/" + encodeURIComponent(segment)).join("")
}

function nameOf(request: Request): string {
  return `${request.method} ${request.path}`
}

/** Whether doing a call twice is the same as doing it once. */
function isSafe(request: Request, headers: Record<string, string>): boolean {
  return ["GET", "PUT", "DELETE"].includes(request.method) || request.repeatable === true || "Idempotency-Key" in headers
}

function envelopeOf<T>(request: Request, text: string): Answer<T> {
  let body: (Answer<T> & { success?: boolean }) | null
  try {
    body = JSON.parse(text)
  } catch (error) {
    throw new NetworkError(`${nameOf(request)} answered with something that is not JSON.`, { cause: error })
  }
  if (body?.success !== true) throw new NetworkError(`${nameOf(request)} answered with JSON that is not the city's.`)
  return body
}

/** The typed error of an answer; a proxy's answer keeps its status. */
async function answerError(request: Request, response: Response): Promise<AgentCityError> {
  const known = errorIn(await response.text())
  return errorFor({
    code: known?.code ?? "",
    message: known?.message ?? `${nameOf(request)} answered ${response.status} ${response.statusText}`.trim(),
    status: response.status,
    details: known?.details ?? {},
    requestId: known?.requestId ?? response.headers.get("x-request-id") ?? undefined,
    retryAfter: retryAfter(response.headers),
  })
}

interface ErrorAnswer {
  code: string
  message: string
  details?: Record<string, unknown>
  requestId?: string
}

function errorIn(text: string): ErrorAnswer | undefined {
  try {
    const body = JSON.parse(text) as { error?: ErrorAnswer } | null
    return typeof body?.error?.code === "string" ? body.error : undefined
  } catch {
    return undefined
  }
}

/** Seconds of the Retry-After header, given in seconds or as a date. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after")
  if (value === null) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, (at - Date.now()) / 1000)
}

/** What fetch throws, as a NetworkError; typed errors stay as they are. */
export function asNetworkError(request: Request, error: unknown): Error {
  if (error instanceof AgentCityError || error instanceof NetworkError) return error
  const { message, cause } = error as Error & { cause?: { message?: string } }
  return new NetworkError(`${nameOf(request)} failed: ${cause?.message || message}`, { cause: error })
}
