#!/usr/bin/env bash
# Makes sure that the programs the tests need are there: installs what is
# missing on Debian and its relatives as root, else names the command to run.
set -euo pipefail

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
  echo "Node.js 20 or newer with npm is missing; install it first (https://nodejs.org)." >&2
  exit 1
fi

packages=()
# need PACKAGE PROGRAM…: wants PACKAGE unless one of the programs is there.
need() {
  local package=$1 program
  shift
  for program; do
    if command -v "$program" >/dev/null; then return; fi
  done
  packages+=("$package")
}
need git git
need curl curl
need procps pgrep
need util-linux setpriv
need chromium chromium chromium-browser google-chrome
if ! compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then need postgresql initdb; fi
if ! command -v gcc >/dev/null; then packages+=(gcc libc6-dev); fi # the race detector links C
if ((${#packages[@]} == 0)); then exit 0; fi

if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
  echo "Missing: ${packages[*]}. Install with:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages[*]}" >&2
  exit 1
fi
echo "installing ${packages[*]}"
export DEBIAN_FRONTEND=noninteractive
apt=(apt-get -qq -o DPkg::Lock::Timeout=300)
"${apt[@]}" update
"${apt[@]}" install -y --no-install-recommends "${packages[@]}"
