#!/bin/sh
# The server that runs takes the password that its secret holds now. Who is connected stays.
set -eu
password=$(cat "$POSTGRES_PASSWORD_FILE")
case $password in '' | *[!0-9A-Za-z._-]*) echo "postgres: o segredo postgres_password está vazio ou tem letras que não valem" >&2; exit 1 ;; esac
printf "ALTER ROLE acordo PASSWORD '%s';\n" "$password" | psql --host=/tmp --username=acordo --dbname=acordo --quiet --set=ON_ERROR_STOP=1
