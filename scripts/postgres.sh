#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own:
#
#   scripts/postgres.sh [--durable] COMMAND [ARGUMENT…]
#
# The server listens on a free port, lives in a temporary folder and is gone
# when the command ends. AICITY_TEST_POSTGRES names it. Without --durable it
# does not wait for the disk: right for tests, wrong for measurements.
set -euo pipefail

durability=(-c fsync=off -c synchronous_commit=off -c full_page_writes=off)
if [[ ${1:-} == --durable ]]; then
  durability=()
  shift
fi
if (($# == 0)); then
  echo "usage: $0 [--durable] COMMAND [ARGUMENT…]" >&2
  exit 2
fi

# Prints the folder of the newest PostgreSQL's programs.
programs() {
  local newest
  newest=$(find /usr/lib/postgresql -path '*/bin/initdb' 2>/dev/null | sort -V | tail -n 1)
  newest=${newest:-$(command -v initdb || true)}
  if [[ -z $newest ]]; then
    echo "PostgreSQL's initdb was not found; scripts/prerequisites.sh installs it" >&2
    return 1
  fi
  dirname "$newest"
}

# Runs a command as the user who may own a server: PostgreSQL refuses root.
as_owner() {
  if ((EUID == 0)); then
    setpriv --reuid=postgres --regid=postgres --init-groups "$@"
  else
    "$@"
  fi
}

bin=$(programs)
folder=$(mktemp -d /tmp/aicity-pg.XXXXXX) # short: a socket's path has at most 107 bytes

stop() {
  as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Stops the server even when this script is killed and runs no trap.
(
  trap '' INT TERM HUP
  while kill -0 $$ 2>/dev/null; do sleep 1; done
  stop
  sleep 5
  stop # what an initdb or a start that outlived the script has put there since
) </dev/null >/dev/null 2>&1 &

if ((EUID == 0)); then chown postgres: "$folder"; fi
cd "$folder" # one that the owner may enter
as_owner "$bin/initdb" -D "$folder/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 -N >"$folder/initdb.log" ||
  { cat "$folder/initdb.log" >&2; exit 1; }

started=
for _ in {1..20}; do
  port=$((20000 + RANDOM % 12000)) # below the ports that the kernel gives to clients
  if as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/server.log" -w -s start -o \
    "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c max_connections=300 ${durability[*]}" \
    </dev/null >/dev/null 2>&1; then
    started=yes
    break
  fi
done
if [[ -z $started ]]; then
  cat "$folder/server.log" >&2
  exit 1
fi
cd "$OLDPWD"

export AICITY_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres?sslmode=disable"
"$@"
