// A loader that strips the types of .ts files with TypeScript's own compiler.
import { readFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { realpathSync } from "node:fs"
import { fileURLToPath } from "node:url"

const sdk = realpathSync(fileURLToPath(new URL("./node_modules/@ai-city/sdk/package.json", import.meta.url)))
const { default: ts } = await import(createRequire(sdk).resolve("typescript"))

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context)
  const source = await readFile(new URL(url), "utf8")
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  return { format: "module", source: ts.transpileModule(source, { compilerOptions }).outputText, shortCircuit: true }
}
