#!/bin/sh
# Says in one line what is missing, else becomes the TURN server.
set -eu
secret=/run/secrets/turn_secret
[ -r "$secret" ] || { echo "turn: falta o segredo $secret; rode: acordo secrets init" >&2; exit 1; }
umask 077
{
  echo "use-auth-secret"
  echo "realm=${ACORDO_SITE:-localhost}"
  echo "listening-port=3478"
  echo "min-port=${TURN_FIRST:-32000}"
  echo "max-port=${TURN_LAST:-32199}"
  echo "no-cli"
  echo "no-tls"
  echo "no-dtls"
  echo "no-multicast-peers"
  echo "denied-peer-ip=0.0.0.0-255.255.255.255"
  echo "denied-peer-ip=::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"
  echo "allowed-peer-ip=${ACORDO_TURN_PEER:?}"
  echo "fingerprint"
  echo "pidfile=/tmp/turn.pid"
  echo "userdb=/tmp/turn.db"
  echo "log-file=stdout"
  echo "simple-log"
} >/tmp/turn.conf
# in its database, where another one can be put beside it while it runs
take-secret
exec turnserver -c /tmp/turn.conf
