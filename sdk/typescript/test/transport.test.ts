import { describe, expect, it, onTestFinished } from "vitest"
import * as sdk from "../src/index.js"
import { AgentCity, NetworkError } from "../src/index.js"
import { backoff } from "../src/timing.js"
import { ok, refuse, serve } from "./server.js"

const soon = { "retry-after": "0" }

describe("errors", () => {
  it.each([
    [400, "VALIDATION_ERROR", sdk.ValidationError],
    [401, "UNAUTHORIZED", sdk.AuthenticationError],
    [402, "INSUFFICIENT_CREDITS", sdk.PaymentRequiredError],
    [403, "SAME_OWNER", sdk.ForbiddenError],
    [404, "AGENT_NOT_FOUND", sdk.NotFoundError],
    [409, "INVALID_STATE", sdk.ConflictError],
    [413, "PAYLOAD_TOO_LARGE", sdk.AgentCityError],
    [429, "RATE_LIMITED", sdk.RateLimitError],
    [503, "SANDBOX_UNAVAILABLE", sdk.ServerError],
  ])("are typed by status: %i %s", async (status, code, type) => {
    const { baseUrl } = await serve((_, response) => refuse(response, status, code, { "retry-after": "90" }))
    const error = await new AgentCity({ baseUrl }).agents.get("agt_1").catch((e) => e)
    expect(error).toBeInstanceOf(type)
    expect(error).toBeInstanceOf(sdk.AgentCityError)
    expect(error).toMatchObject({ name: type.name, code, status, message: "No.", requestId: "req_1", retryAfter: 90 })
    if (error instanceof sdk.ValidationError) expect(error.fields).toEqual([{ field: "input.description", message: "is empty" }])
  })

  it("of a proxy keep their status", async () => {
    const { baseUrl } = await serve((_, response) => void response.writeHead(403).end("<html>"))
    await expect(new AgentCity({ baseUrl }).agents.get("agt_1")).rejects.toMatchObject({
      name: "ForbiddenError",
      code: "",
      message: "GET /agents/agt_1 answered 403 Forbidden",
    })
  })

  it.each(["hello", '{"id":"agt_1"}', "null"])("tell an answer that is not the city's: %s", async (body) => {
    const { baseUrl } = await serve((_, response) => void response.writeHead(200).end(body))
    await expect(new AgentCity({ baseUrl, retries: 0 }).agents.get("agt_1")).rejects.toBeInstanceOf(NetworkError)
  })

  it("tell that nobody answered", async () => {
    const city = new AgentCity({ baseUrl: "http://127.0.0.1:1", retries: 0 })
    await expect(city.agents.get("agt_1")).rejects.toThrow(/GET \/agents\/agt_1 failed: .*(ECONNREFUSED|bad port)/)
  })

  it("say which secret is missing", async () => {
    const city = new AgentCity({ baseUrl: "http://127.0.0.1:1" })
    await expect(city.vault.getPool()).rejects.toThrow(/pass an owner token/)
    await expect(city.tasks.listSubmitted()).rejects.toThrow(/pass its key/)
    await expect(city.vault.getBalance()).rejects.toBeInstanceOf(sdk.AuthenticationError)
  })
})

describe("retries", () => {
  const calls: Record<string, [(city: AgentCity) => Promise<unknown>, number]> = {
    "GET is repeated": [(city) => city.agents.get("agt_1"), 3],
    "PUT is repeated": [(city) => city.agents.registerWebhook("https://a.b/c"), 3],
    "DELETE is repeated": [(city) => city.tasks.destroySandbox("tsk_1", "sbx_1"), 3],
    "submit is repeated under its key": [(city) => city.tasks.submit({ taskType: "design", maxBudget: 1, input: { description: "d" } }), 3],
    "top-up is repeated under its key": [(city) => city.vault.topUp(500), 3],
    "withdraw is repeated under its key": [(city) => city.vault.withdraw({ amount: 1000 }), 3],
    "a step of a task is repeated": [(city) => city.tasks.executing("tsk_1", "sbx_1"), 3],
    "register is not": [(city) => city.agents.register({ displayName: "A", framework: "custom", model: "m", capabilities: [] }), 1],
    "exec is not": [(city) => city.tasks.exec("tsk_1", "true"), 1],
    "exec is, under the caller's key": [(city) => city.tasks.exec("tsk_1", "true", { idempotencyKey: "k" }), 3],
  }
  it.each(Object.entries(calls))("%s", async (_, [call, attempts]) => {
    const { baseUrl, got } = await serve((_, response) => refuse(response, 503, "SANDBOX_CAPACITY", soon))
    await expect(call(new AgentCity({ apiKey: "a", ownerToken: "o", baseUrl }))).rejects.toMatchObject({ status: 503 })
    expect(got).toHaveLength(attempts)
    expect(new Set(got.map(({ headers }) => headers["idempotency-key"])).size).toBe(1)
    expect(new Set(got.map(({ body }) => JSON.stringify(body))).size).toBe(1)
  })

  it("deliver the later answer, also after a broken connection", async () => {
    let calls = 0
    const { baseUrl } = await serve((_, response) => {
      calls++
      if (calls === 1) return void response.destroy()
      if (calls === 2) return refuse(response, 429, "RATE_LIMITED", soon)
      return ok({ newBalance: 1500, amountCharged: 500 })
    })
    const city = new AgentCity({ ownerToken: "o", baseUrl })
    expect(await city.vault.topUp(500)).toEqual({ newBalance: 1500, amountCharged: 500 })
  })

  it.each([
    ["what will not change", 404, {}, 2],
    ["what should wait for an hour", 503, { "retry-after": "3600" }, 2],
    ["what the caller does not want", 503, soon, 0],
  ])("leave %s", async (_, status, headers, retries) => {
    const { baseUrl, got } = await serve((_, response) => refuse(response, status, "X", headers as Record<string, string>))
    await expect(new AgentCity({ baseUrl, retries }).agents.get("agt_1")).rejects.toMatchObject({ status })
    expect(got).toHaveLength(1)
  })

  it("wait longer each time, with jitter, and as long as told", () => {
    for (const [attempt, ceiling] of [500, 1000, 2000, 4000, 8000, 8000].entries()) {
      const wait = backoff(attempt, new Error())
      expect(wait).toBeGreaterThanOrEqual(ceiling / 2)
      expect(wait).toBeLessThanOrEqual(ceiling)
    }
    expect(backoff(0, { retryAfter: 7 })).toBe(7000)
  })
})

describe("a call", () => {
  it("ends after the timeout", async () => {
    const { baseUrl } = await serve(() => undefined)
    const city = new AgentCity({ baseUrl, timeout: 20, retries: 0 })
    await expect(city.agents.get("agt_1")).rejects.toThrow(new NetworkError("GET /agents/agt_1 got no answer within 20 ms."))
  })

  it("ends with the caller's signal", async () => {
    const controller = new AbortController()
    const { baseUrl } = await serve(() => controller.abort(new Error("enough")))
    const city = new AgentCity({ baseUrl })
    await expect(city.agents.get("agt_1", { signal: controller.signal })).rejects.toThrow("enough")
  })

  it.each([
    [{ ownerToken: "o" }, { authorization: "Bearer o" }, { authorization: "Bearer o" }],
    [{ apiKey: "a" }, { "x-api-key": "a" }, { "x-api-key": "a" }],
    [{ ownerToken: "o", apiKey: "a" }, { "x-api-key": "a" }, { authorization: "Bearer o" }],
  ])("sends the secret that fits: %j", async (options, agent, owner) => {
    const { baseUrl, got } = await serve(() => ok({}))
    const city = new AgentCity({ ...options, baseUrl })
    await city.agents.getWebhook()
    await city.vault.getPool()
    const secrets = got.map(({ headers }) => {
      const { authorization, "x-api-key": key } = headers
      return JSON.parse(JSON.stringify({ authorization, "x-api-key": key }))
    })
    expect(secrets).toEqual([agent, owner])
  })

  it("goes to AICITY_BASE_URL when nothing else is said", async () => {
    const { baseUrl, got } = await serve(() => ok({}))
    process.env["AICITY_BASE_URL"] = baseUrl + "/"
    onTestFinished(() => void delete process.env["AICITY_BASE_URL"])
    await new AgentCity().agents.get("a/b")
    expect(got[0]?.path).toBe("/agents/a%2Fb")
  })
})
