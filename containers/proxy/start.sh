#!/bin/sh
# Says in one line what is wrong with the TLS files or the volume, else becomes the proxy.
set -eu
: "${ACORDO_CONSOLE_AT:?}"
[ -w "$XDG_DATA_HOME" ] || { echo "proxy: não é possível gravar em $XDG_DATA_HOME; confira o dono do volume (uid $(id -u))" >&2; exit 1; }
for file in ${ACORDO_TLS:-internal}; do
  case $file in
    /*) [ -r "$file" ] || { echo "proxy: o arquivo TLS $file não existe ou não pode ser lido (ACORDO_TLS)" >&2; exit 1; } ;;
  esac
done
if ! said=$(caddy validate --config /etc/caddy/Caddyfile 2>&1); then
  echo "proxy: a configuração de TLS não vale: $(echo "$said" | tail -n 1)" >&2
  exit 1
fi
exec caddy run --config /etc/caddy/Caddyfile
