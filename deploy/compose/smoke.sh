#!/usr/bin/env bash
# Brings the compose file up beside whatever else runs, with secrets, data and a port of
# its own, tries what docs/compose.md promises, and takes everything away again.
#
#   deploy/compose/smoke.sh [IMAGES] [--demonstration]
#                                        IMAGES: what deploy/airgap/build.sh wrote
#                                        (default .run/images.env; without it, the
#                                        compose file's own images)
set -euo pipefail

cd "$(dirname "$0")/../.."
images=${1:-.run/images.env}
# shellcheck source=/dev/null
if [ -e "$images" ]; then . "$images"; fi
services=(orders volunteers events reports)
work=$(mktemp -d)
# The month is played with the time moved; needs .venv (make test makes it).
if [ "${2:-}" = --demonstration ]; then
    export COMPOSE_FILE=docker-compose.yml:deploy/compose/demonstration.yml CLOCK_FOLDER=$work/clock
    install -d -m 755 "$CLOCK_FOLDER"
fi
export COMPOSE_PROJECT_NAME=shijian-smoke-$$ SECRETS=$work/secrets GATEWAY_BIND=127.0.0.1 GATEWAY_PORT=0
export COMPOSE_PROGRESS=plain
passed=0 failed=0

finish() {
    local status=$?
    docker compose down --volumes --timeout 25 >"$work/down.log" 2>&1 || { cat "$work/down.log"; status=1; }
    if docker ps --all --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | grep -q . ||
        docker volume ls --quiet --filter "label=com.docker.compose.project=$COMPOSE_PROJECT_NAME" | grep -q .; then
        echo "containers or volumes are left over"
        status=1
    fi
    rm -rf "$work"
    exit "$status"
}
trap finish EXIT

check() { # what should be so, a command that says nothing and exits with 0 where it is
    local said
    if said=$("${@:2}" 2>&1) && [ -z "$said" ]; then
        passed=$((passed + 1))
        echo "ok      $1"
    else
        failed=$((failed + 1))
        echo "FAILED  $1"
        sed 's/^/        /' <<<"$said"
    fi
}

did_not_come_up() {
    tail -n 5 "$work/up.log"
    docker compose ps --all --format 'table {{.Service}}\t{{.Status}}'
    for service in $(docker compose ps --all --format '{{.Service}} {{.Status}}' | awk '!/\(healthy\)|Exited \(0\)/ { print $1 }'); do
        docker compose logs --no-color --tail 3 "$service" | cut -c 1-2000
    done
    exit 1
}

each_container() { docker compose ps --quiet; }

ports_but_one() {
    each_container | xargs docker inspect --format \
        '{{$name := .Name}}{{range $port, $at := .NetworkSettings.Ports}}{{range $at}}{{$name}} {{.HostIp}} {{$port}}{{"\n"}}{{end}}{{end}}' |
        grep -v '^$' | grep -vE "^/$COMPOSE_PROJECT_NAME-gateway-1 127\.0\.0\.1 8080/tcp$" || true
}

processes_of_root() {
    for container in $(each_container); do
        docker top "$container" -eo pid,uid,args | awk 'NR > 1 && $2 == 0'
    done
}

loose_containers() {
    each_container | xargs docker inspect --format \
        '{{if not (and .HostConfig.ReadonlyRootfs (eq (join .HostConfig.CapDrop ",") "ALL") (eq (join .HostConfig.SecurityOpt ",") "no-new-privileges:true"))}}{{.Name}}{{end}}' |
        grep -v '^$' || true
}

# Every secret is at least 20 characters long; the settings hold none of them.
secrets_in_settings() {
    each_container | xargs docker inspect >"$work/inspected.json"
    docker image inspect "${SHIJIAN_IMAGE:-shijian:local}" >>"$work/inspected.json"
    grep -rhoE '[A-Za-z0-9_]{20,}' "$SECRETS" --include='*-url' --include='*-key' --include='*-personal-keys' --include='*-password' >"$work/patterns"
    grep -oF -f "$work/patterns" "$work/inspected.json" || true
}

back_is_open() {
    [ "$(docker network inspect "${COMPOSE_PROJECT_NAME}_back" --format '{{.Internal}}')" = true ] || echo "back is not internal"
    for name in mongo rabbitmq "${services[@]/%/-worker}"; do
        docker inspect "$COMPOSE_PROJECT_NAME-$name-1" --format \
            '{{range $network, $_ := .NetworkSettings.Networks}}{{$network}}{{"\n"}}{{end}}' |
            grep -vE "^(${COMPOSE_PROJECT_NAME}_back)?$" | sed "s/^/$name is in /" || true
    done
}

get() { # path, further headers -> the status, if it is not 200
    python3 - "http://127.0.0.1:$port$1" "${@:2}" <<'END'
import sys, urllib.error, urllib.request
headers = dict(header.split(": ", 1) for header in sys.argv[2:])
try:
    urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers=headers), timeout=10).read()
except urllib.error.HTTPError as error:
    print(error.code, error.read()[:500].decode(errors="replace"))
END
}

must_be() { # status, path, headers
    local said
    said=$(get "${@:2}")
    [[ $said == "$1 "* ]] || echo "${said:-200}, not $1"
}

administrators() {
    for container in $(each_container); do
        docker inspect "$container" --format '{{$name := .Name}}{{range .Mounts}}{{$name}} {{.Destination}}{{"\n"}}{{end}}'
    done | grep broker_admin_url | grep -v -- '-reports-worker-' || true
    docker compose exec -T reports-worker test -s /run/secrets/broker_admin_url
}

subscriber() {
    local key url
    key=$(deploy/compose/clients.sh add subscriber --scopes queues:write --sites '*')
    sleep 2 # until the services look at the file again
    url=$(python3 - "http://127.0.0.1:$port/reports/v1/queues" "$key" <<'END'
import json, sys, urllib.request
def post(path, body):
    headers = {"Authorization": f"Bearer {sys.argv[2]}", "Content-Type": "application/json"}
    sent = urllib.request.Request(sys.argv[1] + path, body, headers, method="POST")
    return json.load(urllib.request.urlopen(sent, timeout=10))
print(post(f"/{post('', b'{}')['id']}/password", None)["url"])
END
    )
    docker compose exec -T --env SUBSCRIBER_URL="$url" orders-worker python - <deploy/compose/subscriber_check.py
}

deploy/compose/secrets.sh "$SECRETS" >"$work/secrets.log" || { cat "$work/secrets.log"; exit 1; }
docker compose up --detach --wait --wait-timeout 300 >"$work/up.log" 2>&1 || did_not_come_up
echo "up after $SECONDS s"
port=$(docker compose port gateway 8080 | sed 's/.*://')

check "only the gateway has a port on the host, on loopback" ports_but_one
check "no container has a process of root" processes_of_root
check "file systems are read-only, without capabilities" loose_containers
check "no secret is in a container's settings or in the image" secrets_in_settings
check "database, broker and workers are in the inner network only" back_is_open
for service in "${services[@]}"; do
    check "$service reaches its own database only, and the broker knows no guest" \
        docker compose exec -T "$service-worker" python - <deploy/compose/isolation_check.py
    check "$service is ready through the gateway" get "/$service/readyz"
    check "$service shows its metrics inside only" must_be 404 "/$service/metrics"
done
check "a path of no service is not found" must_be 404 /elsewhere
check "a stranger is not let in" must_be 401 /orders/v1/whoami
key=$(deploy/compose/clients.sh add smoke --scopes orders:read --sites '*')
sleep 2 # until the services look at the file again
check "a client added while all runs is known" get /orders/v1/whoami "Authorization: Bearer $key"
check "the reports worker alone holds the broker's administrator" administrators
check "a subscriber reads its own queue, and the broker refuses it all else" subscriber
check "bringing it up again changes nothing" docker compose --progress quiet up --detach --wait

play() { # the demonstration month, through the gateway alone
    local gateway=http://127.0.0.1:$port name
    for name in "${services[@]}"; do export "${name^^}_URL=$gateway/$name"; done
    while read -r name scopes sites; do
        export "KEY_${name^^}=$(deploy/compose/clients.sh add "$name" --scopes "$scopes" --sites "$sites" </dev/null)"
    done < <(.venv/bin/python -c 'from deploy.local.clients import CALLERS
for each in CALLERS: print(each.id, each.scopes, each.sites)')
    export CLOCK_FILE=$CLOCK_FOLDER/clock.json
    sleep 2 # until the services look at the file again
    .venv/bin/python -m deploy.demonstration
}

if [ -n "${CLOCK_FOLDER:-}" ]; then
    if play; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
fi
echo "$passed passed, $failed failed ($SECONDS s)"
[ "$failed" = 0 ]
