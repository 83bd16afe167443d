#!/bin/sh
# Makes the cluster on first use, beside its place and renamed, then becomes the server.
# POSTGRES_PASSWORD_FILE holds the password of `acordo`, the owner of the database `acordo`;
# another password in the file is taken over at the next start.
set -eu
say() { echo "postgres: $*" >&2; exit 1; }
above=${PGDATA%/*}
[ -r "$POSTGRES_PASSWORD_FILE" ] || say "falta o segredo $POSTGRES_PASSWORD_FILE; rode: acordo secrets init"
[ -w "$above" ] || say "não é possível gravar em $above; confira o dono do volume (uid $(id -u))"
password=$(cat "$POSTGRES_PASSWORD_FILE")
case $password in '' | *[!0-9A-Za-z._-]*) say "o segredo postgres_password está vazio ou tem letras que não valem" ;; esac
if [ ! -e "$PGDATA" ]; then
  rm -rf "$above"/making.*
  draft=$(mktemp -d "$above/making.XXXXXX")
  initdb --pgdata="$draft/data" --username=acordo --auth-local=peer --auth-host=scram-sha-256 \
    --encoding=UTF8 --locale-provider=builtin --builtin-locale=C.UTF-8 --locale=C.UTF-8 \
    --data-checksums --no-instructions >/dev/null
  {
    echo 'local all acordo peer map=owner'
    echo 'host all all all scram-sha-256'
  } >"$draft/data/pg_hba.conf"
  echo 'owner postgres acordo' >"$draft/data/pg_ident.conf"
  printf 'CREATE DATABASE acordo;\n' | postgres --single -D "$draft/data" postgres >/dev/null
  mv "$draft/data" "$PGDATA"
  rmdir "$draft"
fi
read -r major <"$PGDATA/PG_VERSION"
[ "$major" = 18 ] || say "o volume é do PostgreSQL $major, e esta imagem tem o 18"
rm -f "$PGDATA/postmaster.pid"
printf "ALTER ROLE acordo PASSWORD '%s';\n" "$password" | postgres --single -D "$PGDATA" postgres >/dev/null
exec postgres -D "$PGDATA" -c listen_addresses='*' -c unix_socket_directories=/tmp \
  -c max_connections=200 -c shared_buffers=256MB -c effective_cache_size=1GB -c work_mem=16MB \
  -c maintenance_work_mem=128MB -c max_wal_size=2GB -c checkpoint_timeout=15min \
  -c wal_compression=on -c random_page_cost=1.1 -c jit=off -c timezone=UTC -c log_timezone=UTC
