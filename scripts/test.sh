#!/usr/bin/env bash
# Checks and tests everything: prerequisites, builds, format, linters, generated
# files, Go tests with the race detector on both databases, SDK tests. A step's
# output shows only when it fails. Goes on after a failure, so that one run
# tells all of them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

steps=()  # "name|ok or FAILED|seconds", for the summary
failed=() # names of failed steps

# step NAME COMMAND…: runs a command, timed, and shows its output if it fails.
step() {
  local name=$1 begin=$SECONDS log=$logs/step
  shift
  printf '▸ %s\n' "$name"
  if "$@" >"$log" 2>&1; then
    passed "$name" $((SECONDS - begin))
  else
    cat "$log"
    broken "$name" $((SECONDS - begin))
  fi
}

# loud NAME COMMAND…: like step, but shows the output as it comes.
loud() {
  local name=$1 begin=$SECONDS
  shift
  printf '▸ %s\n' "$name"
  if "$@"; then passed "$name" $((SECONDS - begin)); else broken "$name" $((SECONDS - begin)); fi
}

passed() { steps+=("$1|ok|$2"); }

broken() {
  steps+=("$1|FAILED|$2")
  failed+=("$1")
  printf '✗ %s failed\n' "$1"
}

# Runs the SDK's own tests; vitest writes its counts beside its usual report.
sdk_tests() {
  npm test --silent --prefix sdk/typescript -- --reporter=default --reporter=json --outputFile.json="$logs/vitest.json"
}

summary() {
  local pass=0 fail=0 skip=0 p f s entry name outcome seconds
  if [[ -s $logs/go ]]; then
    while read -r p f s; do ((pass += p, fail += f, skip += s)) || true; done <"$logs/go"
  fi
  if [[ -s $logs/vitest.json ]]; then
    read -r p f s < <(node -p 'const r = JSON.parse(require("fs").readFileSync(process.argv[1]));
      [r.numPassedTests, r.numFailedTests, r.numPendingTests].join(" ")' "$logs/vitest.json")
    ((pass += p, fail += f, skip += s)) || true
  fi
  echo
  for entry in "${steps[@]}"; do
    IFS='|' read -r name outcome seconds <<<"$entry"
    printf '  %-28s %-7s %4d s\n' "$name" "$outcome" "$seconds"
  done
  printf '  %-28s %-7s %4d s\n\n' total '' "$SECONDS"
  if ((${#failed[@]} > 0)); then
    printf 'failed steps:'
    printf ' %s,' "${failed[@]}" | sed 's/,$//'
    echo
  fi
  printf '%d passed, %d failed' "$pass" "$fail"
  if ((skip > 0)); then printf ', %d skipped' "$skip"; fi
  echo
}

# Prerequisites stop the run: what follows would only fail for the same reason.
loud 'prerequisites' scripts/prerequisites.sh
if ((${#failed[@]} > 0)); then exit 1; fi

original=../shared/guide/building-an-agent.txt
if [[ -z ${AICITY_GUIDE:-} && -e $original ]]; then
  AICITY_GUIDE=$(realpath "$original")
  export AICITY_GUIDE
fi

make=(make --no-print-directory)
step 'build' "${make[@]}" build
step 'build gotestsum' "${make[@]}" bin/gotestsum
step 'build stripe-mock' "${make[@]}" bin/stripe-mock
step 'npm ci' scripts/npm-ci.sh
step 'gofmt' scripts/gofmt.sh
step 'build golangci-lint' "${make[@]}" bin/golangci-lint
step 'lint' "${make[@]}" lint
step 'generated files' "${make[@]}" verify
step 'build the SDK' npm run --silent --prefix sdk/typescript build
step 'memory of a verdict' go test -run '^TestMemoryIsBounded$' ./internal/gate
# SQLite is C that was translated into Go: it keeps its memory outside of Go's, and
# one goroutine at a time uses a connection. The detector and the checks of
# pointers find nothing in it and take two thirds of the time of tests on it.
plain=()
for package in modernc.org/sqlite/lib modernc.org/libc modernc.org/memory; do
  plain+=("-gcflags=$package=-race=false -d=checkptr=0")
done

# What judges the whole corpus leaves itself out under the race detector.
loud 'go test of the corpus' env COUNTS="$logs/go" scripts/gotest.sh ./internal/gate/eval
loud 'go test -race' env COUNTS="$logs/go" scripts/postgres.sh scripts/gotest.sh -race "${plain[@]}" -timeout 20m ./...
step 'npm test' sdk_tests

summary
((${#failed[@]} == 0))
