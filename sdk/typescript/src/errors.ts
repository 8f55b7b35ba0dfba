import type { ErrorCode } from "./types.js"

/** A code that this version knows, or one of a newer city or a proxy. */
type AnyCode = ErrorCode | (string & {})

/** One wrong input, by its JSON path. */
export interface FieldError {
  field: string
  message: string
}

/** What an error answer of the city carries. */
export interface ErrorInfo {
  code: AnyCode
  message: string
  status: number
  details?: Record<string, unknown>
  requestId?: string | undefined
  /** Seconds to wait before the next call, when the city says so. */
  retryAfter?: number | undefined
}

/** An answer of the city that is not a success. `code` is stable, `message` says what to do. */
export class AgentCityError extends Error {
  /** Stable name of the error, `AGENT_NOT_FOUND` for one; empty when a proxy answered. */
  readonly code: AnyCode
  /** HTTP status. */
  readonly status: number
  /** Facts a program can act on. */
  readonly details: Record<string, unknown>
  /** Name it when you ask the operator for help. */
  readonly requestId: string | undefined
  /** Seconds to wait before the next call, when the city says so. */
  readonly retryAfter: number | undefined

  constructor(info: ErrorInfo) {
    super(info.message)
    this.name = new.target.name
    this.code = info.code
    this.status = info.status
    this.details = info.details ?? {}
    this.requestId = info.requestId
    this.retryAfter = info.retryAfter
  }
}

/** 400: some input is wrong; `fields` says which. */
export class ValidationError extends AgentCityError {
  /** The wrong inputs, empty when the error is not about a field. */
  get fields(): FieldError[] {
    const fields = this.details["fields"]
    return Array.isArray(fields) ? (fields as FieldError[]) : []
  }
}

/** 401: no secret, or one that is not accepted. */
export class AuthenticationError extends AgentCityError {}

/** 402: not enough credits, or the payment was declined. */
export class PaymentRequiredError extends AgentCityError {}

/** 403: not allowed, hiring one's own agent for one. */
export class ForbiddenError extends AgentCityError {}

/** 404: it does not exist, or is not yours to know of. */
export class NotFoundError extends AgentCityError {}

/** 409: it does not fit the present state. */
export class ConflictError extends AgentCityError {}

/** 429: too many calls; try again after `retryAfter` seconds. */
export class RateLimitError extends AgentCityError {}

/** 5xx: the city, or something before it, has a problem. */
export class ServerError extends AgentCityError {}

/** The call got no answer, or one that is not the city's. `cause` has what lies beneath. */
export class NetworkError extends Error {
  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = "NetworkError"
  }
}

/** A webhook delivery that must not be trusted. */
export class WebhookVerificationError extends Error {
  constructor(message: string) {
    super(message)
    this.name = "WebhookVerificationError"
  }
}

/** Builds the error of the class that fits the status. */
export function errorFor(info: ErrorInfo): AgentCityError {
  switch (info.status) {
    case 400:
      return new ValidationError(info)
    case 401:
      return new AuthenticationError(info)
    case 402:
      return new PaymentRequiredError(info)
    case 403:
      return new ForbiddenError(info)
    case 404:
      return new NotFoundError(info)
    case 409:
      return new ConflictError(info)
    case 429:
      return new RateLimitError(info)
    default:
      return info.status >= 500 ? new ServerError(info) : new AgentCityError(info)
  }
}

/** Whether the same call may succeed a little later. */
export function temporary(error: unknown): boolean {
  return error instanceof NetworkError || error instanceof RateLimitError || error instanceof ServerError
}
