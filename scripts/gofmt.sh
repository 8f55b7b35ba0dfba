#!/usr/bin/env bash
# Fails when a Go file of the tree is not gofmt'ed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Test data may hold Go that is wrong on purpose.
mapfile -d '' files < <(git ls-files -z --cached --others --exclude-standard -- '*.go' ':(exclude,glob)**/testdata/**')
existing=()
for file in "${files[@]}"; do
  if [[ -e $file ]]; then existing+=("$file"); fi
done
unformatted=$(gofmt -l -- "${existing[@]}")
if [[ -n $unformatted ]]; then
  echo "Not formatted, run gofmt -w on:" >&2
  printf '%s\n' "$unformatted" | sed 's/^/  /' >&2
  exit 1
fi
