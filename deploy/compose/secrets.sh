#!/usr/bin/env bash
# Makes the passwords and keys of a new installation, once: what is there already stays.
#
#   deploy/compose/secrets.sh [FOLDER]     FOLDER: default ./secrets
#
# The folder is closed to everyone else on this machine. The files in it are readable
# without being anyone's, because the containers' users, which read them through a mount
# of the single file, are not users of this machine.
set -euo pipefail

folder=${1:-${SECRETS:-./secrets}}
services=(orders volunteers events reports)
here=$(cd "$(dirname "$0")" && pwd)
umask 022

password() { head -c 32 /dev/urandom | sha256sum | cut -c 1-48; }

keep() { # name of a file, to which standard input goes where there is none of that name
    if [ -e "$folder/$1" ]; then cat >/dev/null; return; fi
    cat >"$folder/.draft"
    [ -s "$folder/.draft" ] # whatever should have made it failed, and has said why
    mv "$folder/.draft" "$folder/$1"
    echo "made $folder/$1"
}

# RabbitMQ's own form: four bytes of salt, and the SHA-256 of salt and password
rabbitmq_hash() {
    local salt digest
    salt=$(password | cut -c 1-4)
    digest=$(printf '%s' "$salt$1" | sha256sum | cut -d ' ' -f 1)
    { printf '%s' "$salt"; printf '%b' "$(sed 's/../\\x&/g' <<<"$digest")"; } | base64 -w 0
}

install -d -m 700 "$folder"
install -d -m 755 "$folder/clients"
echo '*' >"$folder/.gitignore"

head -c 756 /dev/urandom | base64 -w 0 | keep mongo-key
password | keep mongo-root-password
for service in "${services[@]}"; do
    echo "mongodb://$service:$(password)@mongo:27017/shijian_$service?replicaSet=rs0" |
        keep "$service-mongo-url"
done

# The master keys of personal data: as shared/storage/master_keys.py writes them.
for service in "${services[@]}"; do
    echo "k$(date -u +%Y%m%d) $(head -c 96 /dev/urandom | base64 -w 0)" | keep "$service-personal-keys"
done

# Each service may make its own queues only, and tell only in its own name: what it tells goes by
# shijian.events with routing keys that begin with it. By amq.default a range is replayed to one
# queue; our own services take nothing that comes that way.
users='' permissions='' topics='' comma=''
# Who makes subscribers' users, through the management API: the worker of reports alone has it.
echo "http://broker-admin:$(password)@rabbitmq:15672" | keep broker-admin-url
# definitions of a version that had no administrator are made anew, from the URLs that are kept
if ! grep -qs '"broker-admin"' "$folder/rabbitmq-definitions.json"; then
    rm -f "$folder/rabbitmq-definitions.json"
fi
for service in "${services[@]}"; do
    echo "amqp://$service:$(password)@rabbitmq:5672/shijian" | keep "$service-amqp-url"
    # from the URL that is kept, which may be older than this password
    password=$(sed -E "s#^amqp://$service:([^@]+)@.*#\1#" "$folder/$service-amqp-url")
    own="shijian\\\\.(events|unrouted)|$service\\\\..*"
    users+="$comma
  {\"name\": \"$service\", \"tags\": [], \"hashing_algorithm\": \"rabbit_password_hashing_sha256\",
   \"password_hash\": \"$(rabbitmq_hash "$password")\"}"
    permissions+="$comma
  {\"user\": \"$service\", \"vhost\": \"shijian\", \"configure\": \"^($own)\$\",
   \"write\": \"^($own|amq\\\\.default)\$\", \"read\": \"^($own)\$\"}"
    topics+="$comma
  {\"user\": \"$service\", \"vhost\": \"shijian\", \"exchange\": \"shijian.events\",
   \"write\": \"^$service\\\\.\", \"read\": \".*\"}"
    comma=,
done
password=$(sed -E "s#^http://broker-admin:([^@]+)@.*#\1#" "$folder/broker-admin-url")
users+=",
  {\"name\": \"broker-admin\", \"tags\": [\"administrator\"],
   \"hashing_algorithm\": \"rabbit_password_hashing_sha256\",
   \"password_hash\": \"$(rabbitmq_hash "$password")\"}"
# so that it sees the virtual host; it reads and writes nothing there
permissions+=",
  {\"user\": \"broker-admin\", \"vhost\": \"shijian\", \"configure\": \"^$\",
   \"write\": \"^$\", \"read\": \"^$\"}"
keep rabbitmq-definitions.json <<END
{
 "vhosts": [{"name": "shijian"}],
 "users": [$users
 ],
 "permissions": [$permissions
 ],
 "topic_permissions": [$topics
 ]
}
END

# The services are clients of one another's feeds.
for service in "${services[@]}"; do
    [ -e "$folder/$service-service-key" ] ||
        SECRETS=$folder "$here/clients.sh" add "$service" --name "service $service" \
            --scopes 'feed:read' --sites '*' | keep "$service-service-key"
done
