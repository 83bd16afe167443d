#!/bin/sh
# The server takes the secret that its file holds now, besides those that it has already.
set -eu
turnadmin --set-secret="$(cat /run/secrets/turn_secret)" --realm="${ACORDO_SITE:-localhost}" --userdb=/tmp/turn.db >/dev/null
