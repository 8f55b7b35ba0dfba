import { createHmac, timingSafeEqual } from "node:crypto"
import { WebhookVerificationError } from "./errors.js"
import type { WebhookEvent } from "./types.js"

/** Headers of a request, as fetch, Node or a plain object has them. */
export type WebhookHeaders = Headers | Record<string, string | string[] | undefined>

/** How far a delivery's clock may be off, in seconds. */
const tolerance = 5 * 60

/** Verifies webhook deliveries, which are signed as the Standard Webhooks specification says. */
export class Webhooks {
  /**
   * Checks that a delivery was signed with `secret` (`whsec_…`) at most five minutes ago and returns
   * what it says. `payload` must be the body as it came, before any JSON parsing. Deliveries repeat:
   * act once on each `id`. Throws a WebhookVerificationError.
   */
  verify(payload: string | Uint8Array, headers: WebhookHeaders, secret: string): WebhookEvent {
    const id = header(headers, "webhook-id")
    const timestamp = header(headers, "webhook-timestamp")
    const signatures = header(headers, "webhook-signature")
    if (!id || !timestamp || !signatures) {
      throw new WebhookVerificationError("The headers webhook-id, webhook-timestamp and webhook-signature are needed.")
    }
    checkTime(timestamp)
    const expected = createHmac("sha256", keyOf(secret)).update(`${id}.${timestamp}.`).update(payload).digest()
    // During a rotation of the secret the city signs with both.
    if (!signatures.split(" ").some((signature) => matches(signature, expected))) {
      throw new WebhookVerificationError("No signature matches: wrong secret, or the body was changed.")
    }
    return JSON.parse(Buffer.from(payload).toString("utf8")) as WebhookEvent
  }
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof (headers as Headers).get === "function") return (headers as Headers).get(name) ?? undefined
  for (const [key, value] of Object.entries(headers)) {
    if (key.toLowerCase() === name) return Array.isArray(value) ? value[0] : value
  }
  return undefined
}

function checkTime(timestamp: string): void {
  const age = Date.now() / 1000 - Number(timestamp)
  if (!/^\d+$/.test(timestamp)) throw new WebhookVerificationError("The webhook-timestamp is no number.")
  if (age > tolerance) throw new WebhookVerificationError("The delivery is too old.")
  if (age < -tolerance) throw new WebhookVerificationError("The delivery is from the future.")
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64")
  if (key.length === 0) throw new WebhookVerificationError("The webhook's secret (whsec_…) is empty.")
  return key
}

function matches(signature: string, expected: Buffer): boolean {
  const [version, encoded] = signature.split(",", 2)
  if (version !== "v1" || !encoded) return false
  const given = Buffer.from(encoded, "base64")
  return given.length === expected.length && timingSafeEqual(given, expected)
}
