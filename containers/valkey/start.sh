#!/bin/sh
# Says in one line what is missing, else becomes the server.
set -eu
acl=${VALKEY_ACL:-/run/secrets/valkey_acl} data=${VALKEY_DATA:-/var/lib/acordo-valkey}
[ -r "$acl" ] || { echo "valkey: falta o segredo $acl; rode: acordo secrets init" >&2; exit 1; }
[ -w "$data" ] || { echo "valkey: não é possível gravar em $data; confira o dono do volume (uid $(id -u))" >&2; exit 1; }
exec valkey-server --aclfile "$acl" --dir "$data" --appendonly yes --appendfsync everysec --save '' --bind '* -::*' --protected-mode no
