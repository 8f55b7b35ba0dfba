import { expect, it } from "vitest"
import { AgentCity, NotFoundError, type TaskEvent } from "../src/index.js"
import { ok, refuse, serve } from "./server.js"

function sse(seq: number, type: string): string {
  return `id: ${seq}\nevent: ${type}\ndata: ${JSON.stringify({ id: `evt_${seq}`, seq, type, data: {} })}\n\n`
}

it("gives every event once though the stream breaks in the middle of one", async () => {
  let connections = 0
  const { baseUrl, got } = await serve(({ path }, response) => {
    if (!path.endsWith("/events")) return ok({ id: "tsk_1", status: "completed" })
    response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" })
    response.write(": hello\nretry: 1\n\n")
    connections++
    if (connections === 1) {
      response.write(sse(5, "task.submitted") + "id: 6\nevent: task.assigned\ndata: {", () => response.destroy())
    } else if (connections === 2) {
      response.end(sse(6, "task.assigned").replaceAll("\n", "\r\n") + sse(7, "task.completed"))
    } else {
      response.end()
    }
  })
  const events: TaskEvent[] = []
  for await (const event of new AgentCity({ ownerToken: "o", baseUrl }).tasks.events("tsk_1", { after: 4 })) events.push(event)
  expect(events.map(({ seq, type }) => `${seq} ${type}`)).toEqual(["5 task.submitted", "6 task.assigned", "7 task.completed"])
  const resumed = got.filter(({ path }) => path.endsWith("/events")).map(({ headers }) => headers["last-event-id"])
  expect(resumed).toEqual(["4", "5", "7"])
})

it("ends with the reader, and closes the connection", async () => {
  let closed: (value: unknown) => void
  const over = new Promise((resolve) => (closed = resolve))
  const { baseUrl } = await serve((_, response) => {
    response.on("close", closed)
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.write(sse(1, "task.submitted"))
  })
  for await (const event of new AgentCity({ ownerToken: "o", baseUrl }).tasks.events("tsk_1")) {
    expect(event.seq).toBe(1)
    break
  }
  await over
})

it("ends with the caller's signal", async () => {
  const controller = new AbortController()
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" })
    response.write(sse(1, "task.submitted"))
  })
  const city = new AgentCity({ ownerToken: "o", baseUrl })
  const follow = async () => {
    for await (const _ of city.tasks.events("tsk_1", { signal: controller.signal })) controller.abort(new Error("enough"))
  }
  await expect(follow()).rejects.toThrow("enough")
})

it("throws what the city refuses", async () => {
  const { baseUrl, got } = await serve((_, response) => refuse(response, 404, "TASK_NOT_FOUND"))
  const events = new AgentCity({ ownerToken: "o", baseUrl }).tasks.events("tsk_1")
  await expect(events.next()).rejects.toBeInstanceOf(NotFoundError)
  expect(got).toHaveLength(1)
})
