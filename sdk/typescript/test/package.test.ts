import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { expect, it, onTestFinished } from "vitest"

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** A folder where the built package is installed. */
function installed(): string {
  const folder = mkdtempSync(join(tmpdir(), "sdk-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, "node_modules", "@ai-city"), { recursive: true })
  symlinkSync(root, join(folder, "node_modules", "@ai-city", "sdk"))
  return folder
}

const use = 'console.log(typeof AgentCity, new AgentCity({ apiKey: "a" }) instanceof AgentCity, new NotFoundError({ code: "X", status: 404, message: "m" }).name)'

it.each([
  ["main.mjs", `import { AgentCity, NotFoundError } from "@ai-city/sdk"\n${use}`],
  ["main.cjs", `const { AgentCity, NotFoundError } = require("@ai-city/sdk")\n${use}`],
])("the built package loads from %s", (name, source) => {
  const file = join(installed(), name)
  writeFileSync(file, source)
  expect(execFileSync(process.execPath, [file], { encoding: "utf8" })).toBe("function true NotFoundError\n")
})

it.each(["main.mts", "main.cts"])("the built package's types serve %s", (name) => {
  const folder = installed()
  const source = `import { AgentCity, type Task } from "@ai-city/sdk"
const agent = new AgentCity({ apiKey: "a" })
export const first = async (): Promise<Task | undefined> => (await agent.tasks.listSubmitted())[0]
// @ts-expect-error no task has such a status, nor has the type of one fallen back to any
export const done = async () => (await first())?.status === "finished"
// @ts-expect-error a price is a number
void agent.vault.topUp("500")
`
  writeFileSync(join(folder, name), source)
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc")
  const types = join(root, "node_modules", "@types")
  const args = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2022", "--skipLibCheck", "--typeRoots", types, "--types", "node", name]
  expect(() => execFileSync(process.execPath, [tsc, ...args], { cwd: folder, encoding: "utf8", stdio: "pipe" })).not.toThrow()
})

it("the package needs nothing at run time", () => {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"))
  expect(manifest.dependencies).toBeUndefined()
})
