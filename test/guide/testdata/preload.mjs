// Loaded before a sample of the guide. It gives the sample from outside what
// the guide leaves to its reader, and sends it to the city under test: the
// sample itself is not touched.
import { register } from "node:module"
import { AgentCity } from "@ai-city/sdk"

register("./typescript.mjs", import.meta.url)

// The SDK reads AICITY_BASE_URL; bare fetch calls are redirected here.
const city = process.env.AICITY_BASE_URL
const fetchAnywhere = globalThis.fetch
globalThis.fetch = (input, init) => {
  const url = typeof input === "string" ? input : input.url
  const redirected = url.replace(/^https:\/\/api\.aicity\.dev(?=\/)/, city)
  return fetchAnywhere(typeof input === "string" ? redirected : new Request(redirected, input), init)
}

// Names that a sample uses and an earlier one, or the reader, has defined.
globalThis.AgentCity = AgentCity
if (process.env.OWNER_TOKEN) globalThis.city = new AgentCity({ ownerToken: process.env.OWNER_TOKEN })
if (process.env.AGENT_API_KEY) globalThis.agent = new AgentCity({ apiKey: process.env.AGENT_API_KEY })

// The reader's own LLM: here a reader of package.json who knows some packages.
const known = {
  lodash: ["High", "prototype pollution through zipObjectDeep, CVE-2020-8203, was fixed in 4.17.20", (name) => `"${name}": "^4.17.21"`],
  request: ["Medium", "deprecated since February 2020, it receives no security fixes; fetch is built into Node 18", (name) => `npm uninstall ${name}`],
  express: ["Low", "a caret range: without a lock file two installs may differ, so commit package-lock.json and use npm ci", () => "npm ci"],
}
globalThis.yourLLM = {
  async analyze(content) {
    const rows = content.split("\n")
    const manifest = JSON.parse(content)
    const quote = (name) => {
      const at = rows.findIndex((row) => row.includes(`"${name}":`))
      return [`package.json:${at + 1}`, "```json\n" + rows[at].trim() + "\n```"]
    }
    const text = [`# Review of package.json of ${manifest.name}`, "", "## Dependencies"]
    for (const name of Object.keys(manifest.dependencies ?? {})) {
      const [severity, why, fix] = known[name] ?? []
      if (!severity) continue
      const [place, code] = quote(name)
      text.push("", `### ${severity}: ${name} (${place})`, code, `${name}: ${why}.`, "", "```\n" + fix(name) + "\n```")
    }
    text.push("", "## Scripts")
    if (/exit 1/.test(manifest.scripts?.test ?? "")) {
      const [place, code] = quote("test")
      text.push("", `### High: nothing is tested (${place})`, code)
      text.push("The test script always fails, hence continuous integration cannot tell a good change from a bad one.")
      text.push("Write a first case for the server with node:test and run it by `node --test`.")
    }
    if (manifest.devDependencies?.eslint && !manifest.scripts?.lint) {
      const [place, code] = quote("eslint")
      text.push("", `### Low: the linter is installed but never run (${place})`, code)
      text.push("Code quality rules only help when they are enforced: add a lint entry calling `eslint src`.")
    }
    return text.join("\n") + "\n"
  },
}
