import type { ServerResponse } from "node:http"
import { expect, it } from "vitest"
import { AgentCity, AuthenticationError, type RunOptions, type Work } from "../src/index.js"
import type { Job } from "../src/index.js"
import { ok, refuse, serve, type Got } from "./server.js"

/** The agent's side of the protocol: tasks wait, are provisioned, executed, ended. */
class Market {
  readonly status = new Map<string, string>()
  readonly steps: Record<string, string[]> = {}
  /** Calls that fail, "provision tsk_1", and how often. */
  readonly broken: Record<string, number> = {}
  /** Resolves when no task waits or runs. */
  readonly ended: Promise<void>
  private end: () => void = () => undefined

  constructor(...ids: string[]) {
    for (const id of ids) this.status.set(id, "submitted")
    this.ended = new Promise((resolve) => (this.end = resolve))
  }

  answer = ({ method, path, body }: Got, response: ServerResponse): unknown => {
    const [, , id = "", ...rest] = (path.split("?")[0] ?? "").split("/")
    if (id === "submitted") return this.waiting()
    const step = method === "DELETE" ? "destroy" : (rest.at(-1) ?? "get")
    if (step === "get") return ok({ id, status: this.status.get(id), input: { description: `do ${id}`, repo: "https://a.b/c" } })
    if (step === "read") return ok({ content: "dGV4dA==", encoding: "base64" })
    if (step === "files") {
      if (path.includes("cursor=2")) return ok({ entries: [{ path: "b" }] })
      return ok({ entries: [{ path: "a" }], nextCursor: "2" })
    }
    return this.step(id, step, body as { reason?: string; output?: { result: string } } | undefined, response)
  }

  private waiting(): unknown {
    const tasks = [...this.status].filter(([, status]) => status === "submitted").map(([id]) => ({ id, input: { description: `do ${id}` } }))
    // With nothing left the poll is a long one.
    return tasks.length === 0 && ![...this.status.values()].includes("executing") ? undefined : ok(tasks)
  }

  private step(id: string, step: string, body: { reason?: string; output?: { result: string } } | undefined, response: ServerResponse) {
    ;(this.steps[id] ??= []).push([step, body?.reason ?? body?.output?.result].filter(Boolean).join(" "))
    const key = `${step} ${id}`
    if (this.broken[key]) {
      this.broken[key]--
      return refuse(response, 503, "SANDBOX_UNAVAILABLE", { "retry-after": "0" })
    }
    const next = { executing: "executing", decline: "cancelled", fail: "failed", complete: "completed" }[step]
    if (next) this.status.set(id, next)
    if ([...this.status.values()].every((status) => status !== "submitted" && status !== "executing")) this.end()
    return ok(step === "provision" ? { sandboxId: "sbx_1" } : { id, status: this.status.get(id) })
  }
}

async function start(market: Market, handler: (job: Job) => Work | Promise<Work>, options: RunOptions = {}) {
  const { baseUrl } = await serve(market.answer)
  const controller = new AbortController()
  const agent = new AgentCity({ apiKey: "ac_live_x", baseUrl, retries: 0 })
  const errors: string[] = []
  const onError = (error: unknown, task?: { id: string }) => void errors.push(`${task?.id ?? ""}: ${(error as Error).message}`)
  const done = agent.run(handler, { onError, ...options, signal: controller.signal })
  return {
    errors,
    stop: () => {
      controller.abort()
      return done
    },
  }
}

it("does every task though some are bad", async () => {
  const market = new Market("good", "throws", "mute", "wordy", "nothing", "unwanted", "flaky", "closed")
  market.broken["provision flaky"] = 1
  market.broken["provision closed"] = 99
  const { errors, stop } = await start(
    market,
    async (job) => {
      if (job.task.id === "throws") throw new Error("cannot read this")
      if (job.task.id === "mute") throw new Error(" ")
      if (job.task.id === "wordy") throw new Error("a" + "🔍".repeat(1000))
      if (job.task.id === "nothing") return undefined as unknown as string
      const files = (await job.listFiles()).map(({ path }) => path)
      return `${job.task.input.repo} ${files} ${await job.readFile("a.go")}`
    },
    { concurrency: 2, accept: (task) => task.input.description !== "do unwanted" },
  )
  await market.ended
  await stop()
  const done = "complete https://a.b/c a,b text"
  expect(market.steps).toEqual({
    good: ["provision", "executing", done, "destroy"],
    throws: ["provision", "executing", "fail cannot read this", "destroy"],
    mute: ["provision", "executing", "fail the agent met an error", "destroy"],
    wordy: ["provision", "executing", "fail a" + "🔍".repeat(999), "destroy"],
    nothing: ["provision", "executing", "fail the agent returned no deliverable", "destroy"],
    unwanted: ["decline"],
    flaky: ["provision", "provision", "executing", done, "destroy"],
    closed: ["provision", "provision", "provision", "decline"],
  })
  expect(errors).toContain("throws: cannot read this")
})

it("does not begin again what an answer on its way still calls waiting", async () => {
  const market = new Market("quick", "slow")
  let leave: () => void = () => undefined
  const left = new Promise<void>((resolve) => (leave = resolve))
  let goOn: () => void = () => undefined
  const polledAgain = new Promise<void>((resolve) => (goOn = resolve))
  let polls = 0
  const answer = async (got: Got, response: ServerResponse) => {
    if (got.method === "DELETE" && got.path.includes("quick")) {
      market.answer(got, response)
      return refuse(response, 503, "SANDBOX_UNAVAILABLE") // its error tells that the task has left
    }
    if (!got.path.includes("/submitted")) return market.answer(got, response)
    polls++
    if (polls === 1) return market.answer(got, response)
    if (polls > 2) return goOn()
    await left
    return ok([{ id: "quick", input: { description: "do quick" } }])
  }
  const { baseUrl } = await serve(answer)
  const controller = new AbortController()
  const agent = new AgentCity({ apiKey: "ac_live_x", baseUrl, retries: 0 })
  const done = agent.run(
    async (job) => {
      if (job.task.id === "slow") await polledAgain
      return "done"
    },
    { concurrency: 3, signal: controller.signal, onError: () => leave() },
  )
  await market.ended
  controller.abort()
  await done
  expect(market.steps["quick"]).toEqual(["provision", "executing", "complete done", "destroy"])
})

it("does no more at once than allowed", async () => {
  const market = new Market("a", "b", "c", "d")
  let running = 0
  let most = 0
  let meet: () => void
  const pair = new Promise<void>((resolve) => (meet = resolve))
  const { stop } = await start(
    market,
    async () => {
      most = Math.max(most, ++running)
      if (running === 2) meet()
      await pair // the first two meet: both do run at once
      running--
      return "done"
    },
    { concurrency: 2 },
  )
  await market.ended
  await stop()
  expect(most).toBe(2)
})

it("tells the handler that its task is gone", async () => {
  const market = new Market("a")
  let tell: (reason: unknown) => void
  const told = new Promise((resolve) => (tell = resolve))
  const { stop } = await start(
    market,
    async (job) => {
      await job.heartbeat()
      market.status.set("a", "failed") // its deadline passed
      job.signal.addEventListener("abort", () => tell(job.signal.reason))
      return new Promise(() => undefined)
    },
    { heartbeatSeconds: 0.005 },
  )
  expect(await told).toMatchObject({ name: "TaskLostError", message: "The task is no longer the agent's to do: it is failed." })
  await stop()
  expect(market.steps["a"]).toEqual(["provision", "executing", "destroy"])
})

it("gives up what is not done when it is shut down", async () => {
  const market = new Market("a")
  let begun: () => void
  const started = new Promise<void>((resolve) => (begun = resolve))
  const { stop } = await start(
    market,
    () => {
      begun()
      return new Promise(() => undefined)
    },
    { drainSeconds: 0.005 },
  )
  await started
  await stop()
  expect(market.steps["a"]).toEqual(["provision", "executing", "fail the agent was shut down", "destroy"])
})

it("lets running tasks end when it is stopped, and takes no new one", async () => {
  const market = new Market("a", "b")
  let finish: (work: string) => void = () => undefined
  let begun: () => void
  const started = new Promise<void>((resolve) => (begun = resolve))
  const { stop } = await start(market, () => {
    begun()
    return new Promise<string>((resolve) => (finish = resolve))
  })
  await started
  const stopped = stop()
  finish("done")
  await stopped
  expect(market.steps).toEqual({ a: ["provision", "executing", "complete done", "destroy"] })
})

it("ends when the agent is refused", async () => {
  const { baseUrl } = await serve((_, response) => refuse(response, 401, "UNAUTHORIZED"))
  await expect(new AgentCity({ apiKey: "old", baseUrl }).run(() => "done")).rejects.toBeInstanceOf(AuthenticationError)
})

it("leaves the sandbox of work that the city did not take", async () => {
  const market = new Market("a")
  market.broken["complete a"] = 99
  let told: () => void
  const refused = new Promise<void>((resolve) => (told = resolve))
  const { stop } = await start(market, () => "done", { onError: () => told() })
  await refused
  await stop()
  expect(market.steps["a"]).toEqual(["provision", "executing", "complete done"])
})
