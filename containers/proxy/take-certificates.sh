#!/bin/sh
# The proxy that runs reads its configuration and certificates again. Who is connected stays.
set -eu
if ! said=$(caddy reload --force --config /etc/caddy/Caddyfile --address unix//tmp/caddy.sock 2>&1); then
  echo "proxy: a configuração de TLS não vale, e fica a de antes: $(echo "$said" | tail -n 1)" >&2
  exit 1
fi
