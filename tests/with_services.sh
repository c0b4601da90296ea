#!/usr/bin/env bash
# Runs a command with PostgreSQL and Redis of its own: fresh, on free ports, gone afterwards.
#   tests/with_services.sh .venv/bin/pytest tests/widget
# Both run as a user without privileges; as root that is Debian's "postgres".
set -euo pipefail

programs=$(dirname "$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -1)")
directory=$(mktemp -d)
as_user=()
if [ "$(id -u)" -eq 0 ]; then
  as_user=(setpriv --reuid=postgres --regid=postgres --init-groups)
  chown postgres "$directory"
fi

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

stop() {
  "${as_user[@]}" "$programs/pg_ctl" -D "$directory/data" -m immediate -w stop >/dev/null 2>&1 || true
  [ -s "$directory/redis.pid" ] && kill "$(cat "$directory/redis.pid")"
  rm -rf "$directory"
}
trap stop EXIT

"${as_user[@]}" "$programs/initdb" -D "$directory/data" -U chat -A trust -E UTF8 --no-sync >/dev/null
postgres_port=$(free_port)
"${as_user[@]}" "$programs/pg_ctl" -D "$directory/data" -l "$directory/log" -w start >/dev/null \
  -o "-p $postgres_port -k $directory -c listen_addresses=127.0.0.1 -c max_connections=800 \
      -c fsync=off -c full_page_writes=off" || { cat "$directory/log" >&2; exit 1; }
"${as_user[@]}" "$programs/createdb" -h 127.0.0.1 -p "$postgres_port" -U chat chat

redis_port=$(free_port)
"${as_user[@]}" redis-server --port "$redis_port" --bind 127.0.0.1 --save "" --databases 64 \
  --dir "$directory" --pidfile "$directory/redis.pid" --daemonize yes >/dev/null

export DATABASE_URL="postgres://chat@127.0.0.1:$postgres_port/chat"
export REDIS_URL="redis://127.0.0.1:$redis_port"
"$@"
