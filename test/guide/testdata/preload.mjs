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

// The reader's own LLM: here a careful reader of package.json.
globalThis.yourLLM = {
  async analyze(content) {
    const manifest = JSON.parse(content)
    const line = (text) => content.split("\n").findIndex((row) => row.includes(text)) + 1
    const findings = Object.entries(manifest.dependencies ?? {}).map(
      ([name, range]) =>
        `### Medium: \`${name}\` is declared as \`${range}\`\n\n` +
        `package.json:${line(`"${name}"`)} has \`"${name}": "${range}"\`. Commit a lock file and review this dependency ` +
        `for known vulnerabilities before each release, so that builds are reproducible.\n`,
    )
    const scripts = Object.entries(manifest.scripts ?? {}).map(
      ([name, command]) =>
        `### Low: script \`${name}\`\n\npackage.json:${line(`"${name}"`)} runs \`${command}\`. ` +
        `Run the type checker and the linter in continuous integration too, so that errors are caught before review.\n`,
    )
    return (
      `# Review of package.json\n\nThe package \`${manifest.name}\` was reviewed for code quality, dependencies and security.\n\n` +
      [...findings, ...scripts].join("\n")
    )
  },
}
