#!/usr/bin/env bash
# Says by its exit status whether the server beside it is ready. In bash alone, since
# the images share no client; and cheap, since it runs every few seconds.
#
#   probe.sh mongo      it is primary, so it takes writes
#   probe.sh rabbitmq   it speaks AMQP, which it does last when it starts
#   probe.sh gateway    it answers HTTP
set -euo pipefail

talk() { # port, bytes to send with escapes -> the first answer
    exec 3<>"/dev/tcp/127.0.0.1/$1"
    printf '%b' "$2" >&3
    timeout 3 dd bs=64k count=1 status=none <&3
}

# {hello: 1, $db: "admin"} as one OP_MSG: the length of the message, its number, what it
# answers, the operation 2013, no flags, a section of one document
hello='\x34\0\0\0\x01\0\0\0\0\0\0\0\xdd\x07\0\0\0\0\0\0\0'
hello+='\x1f\0\0\0\x10hello\0\x01\0\0\0\x02$db\0\x06\0\0\0admin\0\0'

case ${1:?mongo, rabbitmq or gateway} in
mongo) talk 27017 "$hello" | grep -qaP 'isWritablePrimary\x00\x01' ;;
# the answer is a method frame of channel 0, whose method is Connection.Start (10, 10)
rabbitmq) talk 5672 'AMQP\0\0\x09\x01' | od -An -v -tx1 -w11 -N11 | grep -qE '^ 01 00 00( ..){4} 00 0a 00 0a$' ;;
gateway) talk 8080 'GET /livez HTTP/1.0\r\n\r\n' | grep -q '^HTTP/1.1 200 ' ;;
esac
