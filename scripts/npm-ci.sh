#!/usr/bin/env bash
# Installs the TypeScript SDK's development packages, exactly those of its lock
# file, when they are missing or the lock file is newer.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../sdk/typescript"

stamp=node_modules/.package-lock.json # npm writes it when it has finished
if [[ ! -e $stamp || package-lock.json -nt $stamp ]]; then
  npm ci --no-audit --no-fund --silent
  touch "$stamp"
fi
