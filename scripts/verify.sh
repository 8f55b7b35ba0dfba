#!/usr/bin/env bash
# Fails when a Go file is not gofmt'ed, or when generating has changed a
# generated file (`make verify` generates first).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

status=0
scripts/gofmt.sh || status=1

generated=(docs/openapi.json sdk/typescript/src/schema.ts ':(glob)**/*_templ.go')
changed=$(git diff --name-only -- "${generated[@]}"
  git ls-files --others --exclude-standard -- "${generated[@]}")
if [[ -n $changed ]]; then
  echo "Generated files differ from what is committed. Run \`make generate\` and commit:" >&2
  printf '%s\n' "$changed" | sed 's/^/  /' >&2
  git --no-pager diff --stat -- "${generated[@]}" >&2
  status=1
fi
exit "$status"
