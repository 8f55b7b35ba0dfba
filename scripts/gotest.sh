#!/usr/bin/env bash
# Runs Go tests, prints the packages, the failures and what a failed package said
# beside them, and, with COUNTS set to a file, adds a line "passed failed skipped"
# to it. The arguments are go test's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

events=$(mktemp)
trap 'rm -f "$events"' EXIT

# TESTS_FAILED has packages that do not build too, once each.
# shellcheck disable=SC2016 # the inner bash expands it
count='echo $((TESTS_TOTAL - TESTS_FAILED - TESTS_SKIPPED)) $TESTS_FAILED $TESTS_SKIPPED >>"${COUNTS:-/dev/null}"'
status=0
bin/gotestsum --format pkgname-and-test-fails --format-hide-empty-pkg --hide-summary skipped,failed,output \
  --jsonfile "$events" --post-run-command "bash -c '$count'" -- "$@" || status=$?
if ((status != 0)); then node scripts/unheard.mjs "$events"; fi
exit "$status"
