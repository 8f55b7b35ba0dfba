// Prints what failed packages said outside of their failed tests, from go test's
// events: reports of the race detector, how a package died. Gotestsum shows the
// words of failed tests only, and a report goes to whichever test spoke last, also
// when that one has passed.
import { readFileSync } from "node:fs"

const failed = new Set() // packages, and "package test"
const said = new Map() // package → test or "" → lines
for (const line of readFileSync(process.argv[2], "utf8").split("\n")) {
  if (!line.startsWith("{")) continue
  const { Action: action, Package: name, Test: test = "", Output: output } = JSON.parse(line)
  if (action === "fail") failed.add(`${name} ${test}`)
  if (action !== "output") continue
  if (!said.has(name)) said.set(name, new Map())
  const tests = said.get(name)
  if (!tests.has(test)) tests.set(test, [])
  tests.get(test).push(output)
}

// A test that did not fail is heard from its end on, or from a race's report.
const begins = /^(\s*--- |={18}$)/m
const usual = /^(\s*--- |=== |(PASS|FAIL)\s*$|FAIL\t|exit status |coverage: )/

for (const [name, tests] of said) {
  if (!failed.has(`${name} `)) continue
  const unheard = []
  for (const [test, lines] of tests) {
    if (failed.has(`${name} ${test}`) && test !== "") continue
    const from = test === "" ? 0 : lines.findIndex((line) => begins.test(line))
    if (from >= 0) unheard.push(...lines.slice(from).filter((line) => !usual.test(line)))
  }
  if (unheard.some((line) => line.trim() !== "")) console.log(`\n▸ ${name} said outside of its failed tests:\n${unheard.join("")}`)
}
