#!/bin/sh
# The server that runs takes the passwords that its secret holds now. Who is connected
# stays. One of those in the file must be one that it knows already.
set -eu
acl=/run/secrets/valkey_acl
for password in $(tr ' ' '\n' <"$acl" | sed -n 's/^>//p'); do
  said=$(REDISCLI_AUTH=$password valkey-cli --user acordo ACL LOAD 2>&1) || true
  [ "$said" != OK ] || exit 0
done
echo "valkey: não lê as senhas novas: $said" >&2
exit 1
