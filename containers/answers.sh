#!/bin/bash
# answers PORT [PATH]: whether a process of this container says 200 there. The shell asks: a
# Python that starts only to ask costs a fifth of a second of processor, every three seconds.
set -eu
exec 3<>"/dev/tcp/127.0.0.1/$1"
printf 'GET %s HTTP/1.0\r\n\r\n' "${2:-/readyz}" >&3
read -r _ status _ <&3
[[ $status == 200 ]]
