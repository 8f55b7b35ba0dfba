import { createHmac } from "node:crypto"
import { describe, expect, it } from "vitest"
import { AgentCity, WebhookVerificationError } from "../src/index.js"

const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
const body = '{"id":"evt_1","type":"task_assigned","createdAt":"2026-01-02T03:04:05Z","data":{"taskId":"tsk_1","note":"é"}}'
const { webhooks } = new AgentCity()

function sign(key: string, payload: string, timestamp: string): string {
  const hmac = createHmac("sha256", Buffer.from(key.replace("whsec_", ""), "base64"))
  return "v1," + hmac.update(`evt_1.${timestamp}.${payload}`).digest("base64")
}

function signed(key = secret, payload = body, age = 0) {
  const timestamp = String(Math.floor(Date.now() / 1000) - age)
  return { "webhook-id": "evt_1", "webhook-timestamp": timestamp, "webhook-signature": sign(key, payload, timestamp) }
}

describe("webhooks.verify", () => {
  it("returns what was signed", () => {
    expect(webhooks.verify(body, signed(), secret)).toEqual(JSON.parse(body))
    expect(webhooks.verify(Buffer.from(body), new Headers(signed()), secret).type).toBe("task_assigned")
  })

  it("takes headers in any case, and either of two signatures", () => {
    const headers = signed()
    const both = `v1a,AAAA ${sign(other, body, headers["webhook-timestamp"])} ${headers["webhook-signature"]}`
    expect(
      webhooks.verify(body, { "Webhook-Id": "evt_1", "Webhook-Timestamp": headers["webhook-timestamp"], "Webhook-Signature": both }, secret).id,
    ).toBe("evt_1")
  })

  // The example of the specification's own library for signing.
  it("computes the signature as the specification does", () => {
    const hmac = createHmac("sha256", Buffer.from("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "base64"))
    const example = hmac.update('msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}').digest("base64")
    expect(example).toBe("g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  })

  it.each([
    ["another secret", body, signed(other), secret],
    ["a changed body", body + " ", signed(), secret],
    ["an old delivery", body, signed(secret, body, 301), secret],
    ["one from the future", body, signed(secret, body, -310), secret],
    ["missing headers", body, {}, secret],
    ["a timestamp that is no number", body, { ...signed(), "webhook-timestamp": "soon" }, secret],
    ["an unknown version", body, { ...signed(), "webhook-signature": signed()["webhook-signature"].replace("v1", "v2") }, secret],
    ["an empty secret", body, signed(""), ""],
    ["a bare prefix", body, signed("whsec_"), "whsec_"],
  ])("refuses %s", (_, payload, headers, key) => {
    expect(() => webhooks.verify(payload, headers, key)).toThrow(WebhookVerificationError)
  })
})
