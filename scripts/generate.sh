#!/usr/bin/env bash
# Writes the generated files, each from the one before: pages from their
# templates, the OpenAPI document from the handlers, the SDK's types from the
# document. `make generate` builds templ first.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

bin/templ generate -path internal/web -lazy -include-version=false -log-level warn

make --no-print-directory aicity
mkdir -p docs
new=$(mktemp)
trap 'rm -f "$new"' EXIT
bin/aicity openapi >"$new" # in full before it replaces the old one
cat "$new" >docs/openapi.json

scripts/npm-ci.sh
npm run --silent --prefix sdk/typescript generate >/dev/null
