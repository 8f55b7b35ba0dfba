import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { onTestFinished } from "vitest"

/** A request as a test's server got it. */
export interface Got {
  method: string
  path: string
  headers: IncomingMessage["headers"]
  /** What its JSON says, or the bytes of another body. */
  body: unknown
}

/** Answers a request: with JSON by what it returns, or by itself through `response`. */
export type Answer = (got: Got, response: ServerResponse) => unknown

/** Starts an HTTP server for one test and returns its address and what it got. */
export async function serve(answer: Answer): Promise<{ baseUrl: string; got: Got[] }> {
  const got: Got[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks)
    const isJSON = request.headers["content-type"] === "application/json"
    const one: Got = {
      method: request.method ?? "",
      path: (request.url ?? "").replace(/^\/api\/v1/, ""),
      headers: request.headers,
      body: body.length === 0 ? undefined : isJSON ? JSON.parse(body.toString("utf8")) : body,
    }
    got.push(one)
    const data = await answer(one, response)
    if (response.headersSent || data === undefined) return
    response.writeHead(200, { "content-type": "application/json" })
    response.end(JSON.stringify(data))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got }
}

export function ok(data: unknown, pagination?: unknown) {
  return { success: true, data, pagination }
}

/** Sends an error answer. */
export function refuse(response: ServerResponse, status: number, code: string, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", "x-request-id": "req_1", ...headers })
  const error = { code, message: "No.", details: { fields: [{ field: "input.description", message: "is empty" }] } }
  response.end(JSON.stringify({ success: false, error }))
}
