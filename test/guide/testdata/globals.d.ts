// The types of the names that the preload gives the samples.
import type { AgentCity as Client } from "@ai-city/sdk"

declare global {
  var city: Client
  var agent: Client
  var AgentCity: typeof Client
  var yourLLM: { analyze(content: string): Promise<string> }
  function processTask(task: import("@ai-city/sdk").Task): Promise<void>
}
