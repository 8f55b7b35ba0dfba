import { describe, expect, it } from "vitest"
import { AgentCity, ValidationError } from "../src/index.js"
import { ok, refuse, serve } from "./server.js"

const pricing = { model: "per_task", baseRate: 300, currency: "USD" } as const
const agent = { displayName: "A", framework: "custom", model: "m", capabilities: [{ category: "security" }] } as const

describe("what each method sends", () => {
  const calls: Record<string, [(city: AgentCity) => Promise<unknown>, unknown?]> = {
    "POST /auth/sign-up": [
      (city) => city.auth.signUp({ name: "n", email: "e@f.g", password: "p" }),
      { name: "n", email: "e@f.g", password: "p" },
    ],
    "POST /auth/sign-in": [(city) => city.auth.signIn("e@f.g", "p"), { email: "e@f.g", password: "p" }],
    "POST /auth/sign-out": [(city) => city.auth.signOut()],
    "GET /me": [(city) => city.auth.me()],
    "PATCH /me": [(city) => city.auth.rename("n"), { name: "n" }],
    "POST /me/password": [(city) => city.auth.changePassword("a", "b"), { currentPassword: "a", newPassword: "b" }],
    "POST /auth/verify-email": [(city) => city.auth.verifyEmail("t"), { token: "t" }],
    "POST /auth/forgot-password": [(city) => city.auth.forgotPassword("e@f.g"), { email: "e@f.g" }],
    "POST /auth/reset-password": [
      (city) => city.auth.resetPassword({ token: "t", newPassword: "b", revokeTokens: true }),
      { token: "t", newPassword: "b", revokeTokens: true },
    ],
    "POST /tokens": [(city) => city.auth.createToken({ name: "n", expiresInDays: 9 }), { name: "n", expiresInDays: 9 }],
    "GET /tokens": [(city) => city.auth.tokens()],
    "DELETE /tokens/tok_1": [(city) => city.auth.revokeToken("tok_1")],
    "GET /agents/me": [(city) => city.agents.me()],
    "GET /agents/mine": [(city) => city.agents.mine()],
    "GET /agents?q=go&maxPrice=300&page=2": [(city) => city.agents.search({ q: "go", maxPrice: 300, page: 2 })],
    "PATCH /agents/agt_1": [(city) => city.agents.update({ agentId: "agt_1", pricing }), { pricing }],
    "PATCH /agents/agt_2": [(city) => city.agents.update({ availability: "busy" }, { agentId: "agt_2" }), { availability: "busy" }],
    "POST /agents/agt_1/rotate-key": [(city) => city.agents.rotateKey("agt_1")],
    "POST /agents/agt_1/deactivate": [(city) => city.agents.deactivate("agt_1")],
    "POST /agents/agt_1/reactivate": [(city) => city.agents.reactivate("agt_1")],
    "GET /agents/agt_1/reputation?cursor=7&limit=5": [(city) => city.agents.reputation("agt_1", { cursor: "7", limit: 5 })],
    "GET /categories": [(city) => city.reference.categories()],
    "GET /models": [(city) => city.reference.models()],
    "PUT /agents/me/webhook": [(city) => city.agents.registerWebhook("https://a.b/c"), { url: "https://a.b/c" }],
    "GET /agents/me/webhook": [(city) => city.agents.getWebhook()],
    "DELETE /agents/me/webhook": [(city) => city.agents.deleteWebhook()],
    "PUT /agents/me/webhook?agentId=agt_1": [
      (city) => city.agents.webhook("agt_1").register({ url: "https://a.b/c", events: ["task_failed"] }),
      { url: "https://a.b/c", events: ["task_failed"] },
    ],
    "POST /agents/me/webhook/rotate-secret": [(city) => city.agents.webhook().rotateSecret()],
    "POST /agents/me/webhook/test?agentId=agt_1": [(city) => city.agents.webhook("agt_1").test()],
    "GET /agents/me/webhook/deliveries?agentId=agt_1&limit=5": [(city) => city.agents.webhook("agt_1").deliveries({ limit: 5 })],
    "POST /agents/me/webhook/deliveries/evt_1/redeliver": [(city) => city.agents.webhook().redeliver("evt_1")],
    "POST /archives": [(city) => city.tasks.uploadArchive(Uint8Array.of(0x1f, 0x8b, 0xff)), Buffer.of(0x1f, 0x8b, 0xff)],
    "GET /archives?limit=5": [(city) => city.tasks.archives({ limit: 5 })],
    "DELETE /archives/arc_1": [(city) => city.tasks.deleteArchive("arc_1")],
    "POST /tasks": [
      (city) => city.tasks.submit({ taskType: "security", maxBudget: 500, input: { description: "d", repo: "https://a.b/c" } }),
      { taskType: "security", maxBudget: 500, input: { description: "d", repo: "https://a.b/c" } },
    ],
    "GET /tasks/tsk_1": [(city) => city.tasks.get("tsk_1")],
    "GET /tasks?status=completed&cursor=x": [(city) => city.tasks.list({ status: "completed", cursor: "x" })],
    "GET /tasks/tsk_1/timeline?after=7": [(city) => city.tasks.timeline("tsk_1", { after: 7 })],
    "GET /tasks/submitted": [(city) => city.tasks.listSubmitted()],
    "GET /tasks/submitted?wait=25": [(city) => city.tasks.listSubmitted({ wait: 25 })],
    "POST /tasks/tsk_1/cancel": [(city) => city.tasks.cancel("tsk_1")],
    "POST /tasks/tsk_1/feedback": [
      (city) => city.tasks.feedback("tsk_1", { thumbs: "down", reason: "wrong" }),
      { thumbs: "down", reason: "wrong" },
    ],
    "GET /tasks/tsk_1/statement": [(city) => city.tasks.statement("tsk_1")],
    "GET /tasks/tsk_1/receipt": [(city) => city.tasks.receipt("tsk_1")],
    "GET /operator/refunds?status=decided": [(city) => city.operator.refunds({ status: "decided" })],
    "GET /operator/refunds/tsk_1": [(city) => city.operator.refund("tsk_1")],
    "POST /operator/refunds/tsk_1": [
      (city) => city.operator.decideRefund("tsk_1", { decision: "deny", note: "n" }),
      { decision: "deny", note: "n" },
    ],
    "GET /operator/rechecks?status=decided": [(city) => city.operator.rechecks({ status: "decided" })],
    "GET /operator/rechecks/tsk_1": [(city) => city.operator.recheck("tsk_1")],
    "POST /operator/rechecks/tsk_1": [
      (city) => city.operator.decideRecheck("tsk_1", { decision: "uphold", note: "n" }),
      { decision: "uphold", note: "n" },
    ],
    "POST /tasks/tsk_1/recheck": [(city) => city.tasks.requestRecheck("tsk_1", "r"), { reason: "r" }],
    "GET /tasks/tsk_1/gate": [(city) => city.tasks.gate("tsk_1")],
    "GET /tasks/tsk_1/patch": [(city) => city.tasks.patch("tsk_1")],
    "GET /tasks/tsk_1/access-log?cursor=sbx_1.200&limit=200": [
      (city) => city.tasks.accessLog("tsk_1", { cursor: "sbx_1.200", limit: 200 }),
    ],
    "POST /tasks/tsk_1/decline": [(city) => city.tasks.decline("tsk_1")],
    "POST /tasks/tsk_2/decline": [(city) => city.tasks.decline("tsk_2", { reason: "no Rust here" }), { reason: "no Rust here" }],
    "POST /tasks/tsk_1/sandbox/provision": [(city) => city.tasks.provisionSandbox("tsk_1")],
    "POST /tasks/tsk_1/executing": [(city) => city.tasks.executing("tsk_1", "sbx_1"), { sandboxId: "sbx_1" }],
    "POST /tasks/tsk_1/complete": [
      (city) => city.tasks.complete("tsk_1", { output: { result: "done" }, qualityScore: 90 }),
      { output: { result: "done" }, qualityScore: 90 },
    ],
    "POST /tasks/tsk_1/fail": [(city) => city.tasks.fail("tsk_1", "why"), { reason: "why" }],
    "GET /tasks/tsk_1/sandbox": [(city) => city.tasks.getSandbox("tsk_1")],
    "GET /tasks/tsk_1/sandbox/files?path=%2Fhome%2Fuser%2Frepo&recursive=true": [
      (city) => city.tasks.listFiles("tsk_1", undefined, { recursive: true }),
    ],
    "GET /tasks/tsk_1/sandbox/files/read?path=%2Fa+b&offset=1&limit=2": [
      (city) => city.tasks.readFile("tsk_1", "/a b", { offset: 1, limit: 2 }),
    ],
    "PUT /tasks/tsk_1/sandbox/files/write": [
      (city) => city.tasks.writeFile("tsk_1", "/a", Uint8Array.of(0, 255)),
      { path: "/a", content: "AP8=", encoding: "base64" },
    ],
    "GET /tasks/tsk_1/sandbox/files/stat?path=%2Fa": [(city) => city.tasks.stat("tsk_1", "/a")],
    "GET /tasks/tsk_1/sandbox/files/search?q=x%7Cy&path=%2Fr&glob=*.ts&glob=%21b&hidden=true&limit=5": [
      (city) => city.tasks.search("tsk_1", "x|y", "/r", { globs: ["*.ts", "!b"], hidden: true, limit: 5 }),
    ],
    "POST /tasks/tsk_1/sandbox/files/mkdir": [(city) => city.tasks.mkdir("tsk_1", "/a"), { path: "/a" }],
    "POST /tasks/tsk_1/sandbox/files/move": [
      (city) => city.tasks.move("tsk_1", "/a", "/b", { overwrite: true }),
      { from: "/a", to: "/b", overwrite: true },
    ],
    "DELETE /tasks/tsk_1/sandbox/files?path=%2Fa&recursive=true": [(city) => city.tasks.delete("tsk_1", "/a", { recursive: true })],
    "POST /tasks/tsk_1/sandbox/exec": [(city) => city.tasks.exec("tsk_1", "ls"), { command: "ls" }],
    "DELETE /tasks/tsk_1/sandbox/sbx_1": [(city) => city.tasks.destroySandbox("tsk_1", "sbx_1")],
    "GET /vault/balance": [(city) => city.vault.getBalance()],
    "GET /vault/pool": [(city) => city.vault.getPool()],
    "POST /vault/top-up": [(city) => city.vault.topUp(500), { amount: 500 }],
    "GET /vault/top-ups?limit=5": [(city) => city.vault.topUps({ limit: 5 })],
    "GET /vault/balances?at=2026-11-01T00%3A00%3A00.000Z": [(city) => city.vault.balancesAt(new Date(Date.UTC(2026, 10, 1)))],
    "GET /vault/balances": [(city) => city.vault.balancesAt()],
    "POST /operator/reconciliation": [(city) => city.operator.reconcile()],
    "GET /vault/cards": [(city) => city.vault.cards()],
    "DELETE /vault/cards/pm_1": [(city) => city.vault.removeCard("pm_1")],
    "PUT /vault/auto-top-up": [
      (city) => city.vault.setAutoTopUp({ enabled: true, threshold: 1000, amount: 5000 }),
      { enabled: true, threshold: 1000, amount: 5000 },
    ],
    "GET /vault/transactions?limit=5": [(city) => city.vault.transactions({ limit: 5 })],
    "GET /vault/statement?month=2026-11": [(city) => city.vault.statement("2026-11")],
    "GET /vault/statement?month=2026-11&agentId=agt_1": [(city) => city.vault.statement("2026-11", { agentId: "agt_1" })],
    "GET /vault/statement.csv": [(city) => city.vault.statementCsv()],
    "GET /vault/limits": [(city) => city.vault.limits()],
    "PUT /agents/agt_1/limits": [
      (city) => city.vault.setLimits({ perTask: 1, perDay: 2, perMonth: 3, approveAbove: 4 }, "agt_1"),
      { perTask: 1, perDay: 2, perMonth: 3, approveAbove: 4 },
    ],
    "POST /vault/withdrawals": [(city) => city.vault.withdraw({ amount: 1000 }), { amount: 1000 }],
    "GET /vault/withdrawals": [(city) => city.vault.withdrawals()],
    "POST /vault/connect": [(city) => city.vault.connect()],
  }
  it.each(["/", "/api/v1", "/api/v1/"])("takes an address that ends with %s", async (end) => {
    const { baseUrl, got } = await serve(() => ok([]))
    await new AgentCity({ ownerToken: "o", baseUrl: baseUrl + end }).agents.mine()
    expect(got[0]?.path).toBe("/agents/mine")
  })
  it.each(Object.entries(calls))("%s", async (wanted, [call, body]) => {
    const { baseUrl, got } = await serve(() => ok([]))
    await call(new AgentCity({ ownerToken: "o", apiKey: "a", baseUrl }))
    expect(got.map(({ method, path }) => `${method} ${path}`)).toEqual([wanted])
    expect(got[0]?.body).toEqual(body)
    const type = body instanceof Buffer ? "application/octet-stream" : body && "application/json"
    expect(got[0]?.headers["content-type"]).toBe(type)
  })
})

// The Go SDK's TestPromisedMethods has the same list in its manner.
describe("promised methods", () => {
  const city = new AgentCity()
  const promised: [string, object, string][] = [
    ["auth", city.auth, "signUp signIn signOut me rename changePassword verifyEmail forgotPassword resetPassword createToken tokens revokeToken"],
    [
      "agents",
      city.agents,
      "register me get search update mine rotateKey deactivate reactivate reputation webhook registerWebhook getWebhook deleteWebhook",
    ],
    [
      "tasks",
      city.tasks,
      "submit get list listSubmitted events timeline decline provisionSandbox executing complete fail feedback cancel approve gate patch accessLog " +
        "uploadArchive archives deleteArchive statement receipt requestRecheck getSandbox listFiles readFile writeFile searchFiles search stat mkdir move delete exec cancelExec destroySandbox",
    ],
    ["agents.webhook()", city.agents.webhook(), "register get delete rotateSecret test deliveries redeliver"],
    ["vault", city.vault, "getBalance balancesAt getPool topUp topUps setAutoTopUp cards removeCard limits setLimits transactions statement statementCsv statementCsvStream withdraw withdrawals connect"],
    ["operator", city.operator, "refunds refund decideRefund rechecks recheck decideRecheck reconcile"],
    ["reference", city.reference, "categories models"],
    ["webhooks", city.webhooks, "verify"],
  ]
  it.each(promised)("%s", (_, resource, names) => {
    for (const name of names.split(" ")) expect(resource, name).toHaveProperty(name, expect.any(Function))
  })
})

describe("agents.update of an owner", () => {
  it("acts on the agent registered last", async () => {
    let count = 0
    const { baseUrl, got } = await serve(() => ok({ agent: { id: `agt_${++count}` }, apiKey: "ac_live_x" }))
    const city = new AgentCity({ ownerToken: "o", baseUrl })
    await city.agents.register({ ...agent, capabilities: [...agent.capabilities] })
    const { apiKey } = await city.agents.register({ ...agent, capabilities: [...agent.capabilities] })
    await city.agents.update({ pricing })
    expect(apiKey).toBe("ac_live_x")
    expect(got[2]).toMatchObject({ method: "PATCH", path: "/agents/agt_2", body: { pricing } })
  })

  it("else on the owner's only agent", async () => {
    const { baseUrl, got } = await serve(() => ok({ id: "agt_1" }))
    await new AgentCity({ ownerToken: "o", baseUrl }).agents.update({ pricing })
    expect(got[0]).toMatchObject({ method: "PATCH", path: "/agents/me", headers: { authorization: "Bearer o" } })
  })

  it("else says to pass agentId", async () => {
    const { baseUrl } = await serve((_, response) => refuse(response, 400, "AGENT_REQUIRED"))
    const error = await new AgentCity({ ownerToken: "o", baseUrl }).agents.update({ pricing }).catch((e) => e)
    expect(error).toBeInstanceOf(ValidationError)
    expect(error).toMatchObject({ code: "AGENT_REQUIRED", requestId: "req_1", message: expect.stringContaining("{ agentId }") })
  })

  it("of an agent acts on itself, whatever was registered", async () => {
    const { baseUrl, got } = await serve(() => ok({ agent: { id: "agt_2" }, apiKey: "x" }))
    const city = new AgentCity({ ownerToken: "o", apiKey: "a", baseUrl })
    await city.agents.register({ ...agent, capabilities: [] })
    await city.agents.update({ availability: "busy" })
    expect(got[1]).toMatchObject({ path: "/agents/me", headers: { "x-api-key": "a" } })
  })
})

describe("what comes back", () => {
  it("of a list is a page", async () => {
    const pagination = { page: 1, pageSize: 2, total: 3, totalPages: 2 }
    const { baseUrl } = await serve(() => ok([{ id: "agt_1" }, { id: "agt_2" }], pagination))
    const page = await new AgentCity({ baseUrl }).agents.search()
    expect(page).toEqual({ items: [{ id: "agt_1" }, { id: "agt_2" }], pagination })
  })

  it("of a statement as a table is its text", async () => {
    const { baseUrl, got } = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/csv" })
      response.end("id,amount\ntxn_1,5\n")
    })
    expect(await new AgentCity({ apiKey: "a", baseUrl }).vault.statementCsv()).toBe("id,amount\ntxn_1,5\n")
    expect(got[0]?.headers.accept).toBe("text/csv")
  })

  it("of the waiting tasks is an array", async () => {
    const { baseUrl } = await serve(() => ok([{ id: "tsk_1" }]))
    expect(await new AgentCity({ apiKey: "a", baseUrl }).tasks.listSubmitted()).toEqual([{ id: "tsk_1" }])
  })

  it("of a search in files are the matches", async () => {
    const matches = [{ path: "/r/a:b.go", line: 7, column: 3, text: "x := 1" }]
    const { baseUrl, got } = await serve(() => ok({ matches, filesSearched: 1, bytesSearched: 9 }))
    expect(await new AgentCity({ apiKey: "a", baseUrl }).tasks.searchFiles("tsk_1", "x|y")).toEqual(matches)
    expect(got[0]?.path).toBe("/tasks/tsk_1/sandbox/files/search?q=x%7Cy&path=%2Fhome%2Fuser%2Frepo")
  })
})
