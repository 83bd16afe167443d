#!/bin/bash
# valkey-ready [PORT]: whether the server lets us in and answers. Who shows no password is
# refused before anything else, also by a server that still reads its data and serves nobody.
set -eu
acl=${VALKEY_ACL:-/run/secrets/valkey_acl}
password=$(tr ' ' '\n' <"$acl" | sed -n 's/^>//p' | head -n 1)
exec 3<>"/dev/tcp/127.0.0.1/${1:-6379}"
printf 'AUTH acordo %s\r\nPING\r\n' "$password" >&3
read -r -t 4 entered <&3
read -r -t 4 answer <&3
[[ $entered == +OK* && $answer == +PONG* ]]
