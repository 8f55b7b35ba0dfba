// Compiles the sources twice, as ES modules and as CommonJS. The result is put
// in place by renames, so that a reader never meets a half-built dist.
import { execFileSync } from "node:child_process"
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tsc = createRequire(import.meta.url).resolve("typescript/bin/tsc")
const fresh = mkdtempSync(join(root, "dist-"))

try {
  for (const kind of ["esm", "cjs"]) {
    const out = join(fresh, kind)
    execFileSync(process.execPath, [tsc, "--project", `tsconfig.${kind}.json`, "--outDir", out], { cwd: root, stdio: "inherit" })
    writeFileSync(join(out, "package.json"), JSON.stringify({ type: kind === "esm" ? "module" : "commonjs" }) + "\n")
  }
  rmSync(join(root, "dist"), { recursive: true, force: true })
  renameSync(fresh, join(root, "dist"))
} finally {
  rmSync(fresh, { recursive: true, force: true })
}
