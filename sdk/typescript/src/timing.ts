const firstBackoff = 500
const maxBackoff = 8_000

/** Milliseconds to wait after the given attempt: what the city asks for, else exponential with jitter. */
export function backoff(attempt: number, error: unknown): number {
  const asked = (error as { retryAfter?: number }).retryAfter
  if (asked !== undefined) return asked * 1000
  const ceiling = Math.min(maxBackoff, firstBackoff * 2 ** attempt)
  return ceiling / 2 + (Math.random() * ceiling) / 2
}

/** Waits; throws the signal's reason when it is aborted before or meanwhile. */
export function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop)
      resolve()
    }, ms)
    signal?.addEventListener("abort", stop, { once: true })
  })
}

/** Aborts a signal after a time without a sign of life, or with an outer signal. */
export class Watchdog {
  /** Whether it was the time, not the outer signal. */
  timedOut = false
  private readonly controller = new AbortController()
  private readonly stop = () => this.controller.abort(this.outer?.reason)
  private timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    ms: number,
    private readonly outer?: AbortSignal,
  ) {
    if (outer?.aborted) this.stop()
    outer?.addEventListener("abort", this.stop, { once: true })
    this.restart(ms)
  }

  get signal(): AbortSignal {
    return this.controller.signal
  }

  /** Begins the time anew. */
  restart(ms: number): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timedOut = true
      this.controller.abort()
    }, ms)
  }

  /** Lets the time stand still until it begins anew. */
  pause(): void {
    clearTimeout(this.timer)
  }

  /** Lets go of the timer and of the outer signal. */
  end(): void {
    clearTimeout(this.timer)
    this.outer?.removeEventListener("abort", this.stop)
  }
}
