import { createWriteStream, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { expect, it, onTestFinished, vi } from "vitest"
import { AgentCity, NetworkError } from "../src/index.js"
import { refuse, serve } from "./server.js"

const csv = { "content-type": "text/csv; charset=utf-8" }

it("gives a table out before its end is there", async () => {
  let finish = () => {}
  const { baseUrl, got } = await serve((_, response) => {
    response.writeHead(200, csv)
    response.write("id,amount\n")
    finish = () => response.end("txn_1,5\n")
  })
  const pieces = new AgentCity({ apiKey: "a", baseUrl }).vault.statementCsvStream("2026-11", { agentId: "agt_1" })
  expect(await pieces.next()).toEqual({ done: false, value: "id,amount\n" })
  finish()
  expect(await pieces.next()).toEqual({ done: false, value: "txn_1,5\n" })
  expect(await pieces.next()).toEqual({ done: true, value: undefined })
  expect(got[0]).toMatchObject({ path: "/vault/statement.csv?month=2026-11&agentId=agt_1", headers: { accept: "text/csv", "x-api-key": "a" } })
})

it("writes a table into a file, and a letter that two pieces share whole", async () => {
  const line = Buffer.from("txn_1,café\n")
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(200, csv)
    response.write(line.subarray(0, 10), () => response.end(line.subarray(10)))
  })
  const folder = mkdtempSync(join(tmpdir(), "statement-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  await pipeline(new AgentCity({ ownerToken: "o", baseUrl }).vault.statementCsvStream(), createWriteStream(join(folder, "all.csv")))
  expect(readFileSync(join(folder, "all.csv"), "utf8")).toBe("txn_1,café\n")
})

it("ends with an error when the table breaks off", async () => {
  const { baseUrl, got } = await serve((_, response) => {
    response.writeHead(200, csv)
    response.write("id,amount\n", () => response.destroy())
  })
  await expect(read(new AgentCity({ ownerToken: "o", baseUrl }))).rejects.toBeInstanceOf(NetworkError)
  expect(got).toHaveLength(1)
})

it("tells the city's refusal, and an answer that is no table", async () => {
  const refused = await serve((_, response) => refuse(response, 404, "AGENT_NOT_FOUND"))
  await expect(read(new AgentCity({ ownerToken: "o", baseUrl: refused.baseUrl }))).rejects.toMatchObject({ code: "AGENT_NOT_FOUND" })
  const other = await serve((_, response) => void response.writeHead(200, { "content-type": "text/html" }).end("<html>"))
  await expect(read(new AgentCity({ ownerToken: "o", baseUrl: other.baseUrl }))).rejects.toThrow("answered with text/html, which is not text/csv")
})

it("ends when the city falls silent, not when the reader takes its time", async () => {
  let end = () => {}
  const { baseUrl } = await serve((_, response) => {
    response.writeHead(200, csv)
    response.write("id,amount\n")
    end = () => response.write("txn_1,5\n")
  })
  const pieces = new AgentCity({ ownerToken: "o", baseUrl, timeout: 1_000 }).vault.statementCsvStream()
  await pieces.next()
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] })
  onTestFinished(() => void vi.useRealTimers())
  vi.advanceTimersByTime(60_000) // the reader is busy
  end()
  expect((await pieces.next()).value).toBe("txn_1,5\n")
  const silent = pieces.next().catch((error: unknown) => error)
  vi.advanceTimersByTime(1_000)
  expect(await silent).toMatchObject({ name: "NetworkError", message: "GET /vault/statement.csv was silent for 1000 ms." })
})

it("lets go of the connection when the reader stops, or aborts", async () => {
  let closed: Promise<unknown> = Promise.resolve()
  const { baseUrl } = await serve((_, response) => {
    closed = new Promise((resolve) => response.on("close", resolve))
    response.writeHead(200, csv)
    response.write("id,amount\n")
  })
  const city = new AgentCity({ ownerToken: "o", baseUrl })
  for await (const _ of city.vault.statementCsvStream()) break
  await closed
  const controller = new AbortController()
  const pieces = city.vault.statementCsvStream(undefined, { signal: controller.signal })
  await pieces.next()
  controller.abort(new Error("enough"))
  await expect(pieces.next()).rejects.toThrow("enough")
  await closed
})

async function read(city: AgentCity): Promise<string> {
  let all = ""
  for await (const piece of city.vault.statementCsvStream()) all += piece
  return all
}
