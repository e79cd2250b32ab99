#!/usr/bin/env bash
# Builds every image that docker-compose.yml and the tests use, from Debian's
# packages and PyPI alone, and writes their names as shell lines:
#
#   deploy/airgap/build.sh [FILE]     FILE: default .run/images.env
#   . .run/images.env && docker compose up --wait
#
# A name set beforehand (MONGO_IMAGE, RABBITMQ_IMAGE, GATEWAY_IMAGE, PYTHON_IMAGE,
# SHIJIAN_IMAGE, BASE_IMAGE) is kept. What did not change is not built again;
# FRESH=1 begins anew, for newer packages.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
suite=trixie
export BASE_IMAGE=${BASE_IMAGE:-shijian-debian:airgap}
export PYTHON_IMAGE=${PYTHON_IMAGE:-shijian-python:airgap}
export MONGO_IMAGE=${MONGO_IMAGE:-shijian-mongo:airgap}
export RABBITMQ_IMAGE=${RABBITMQ_IMAGE:-shijian-rabbitmq:airgap}
export GATEWAY_IMAGE=${GATEWAY_IMAGE:-shijian-gateway:airgap}
export SHIJIAN_IMAGE=${SHIJIAN_IMAGE:-shijian-app:airgap}
export DOCKER_BUILDKIT=1
names=${1:-$root/.run/images.env}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A minimal Debian, without the documentation and translations no container reads.
build_base() {
    local rootfs=$work/rootfs
    command -v debootstrap >/dev/null || {
        apt-get update -qq
        apt-get install -qq -y --no-install-recommends debootstrap >/dev/null
    }
    # A container's file system is thrown away after a crash: no need to wait for the disk.
    mkdir -p "$rootfs/etc/dpkg/dpkg.cfg.d"
    { echo force-unsafe-io; printf 'path-exclude /usr/share/%s/*\n' doc info locale man; } \
        >"$rootfs/etc/dpkg/dpkg.cfg.d/image"
    debootstrap --variant=minbase --include=ca-certificates "$suite" "$rootfs" \
        "$("$here/debian_mirror.sh" "$suite" --url)" >"$work/debootstrap.log" ||
        { tail -n 20 "$work/debootstrap.log" >&2; return 1; }
    "$here/debian_mirror.sh" "$suite" >"$rootfs/etc/apt/sources.list"
    rm -rf "$rootfs"/usr/share/{doc,info,locale,man}/* "$rootfs"/var/cache/apt/archives/*.deb \
        "$rootfs"/var/lib/apt/lists/* "$rootfs"/var/log/*.log
    tar -C "$rootfs" -c . | docker import - "$BASE_IMAGE" >/dev/null
    rm -rf "$rootfs"
}

# What the host's own apt and pip need to get out (a proxy, an index, certificates
# of a proxy that opens TLS), for use inside the builds. Options that name folders
# of the host are left behind.
write_secrets() {
    cp -L "${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}" "$work/ca"
    {
        apt-config dump | grep -E '^Acquire::(http|https)::(Proxy|Verify)' || true
        echo 'Acquire::https::CAInfo "/run/secrets/ca";'
    } >"$work/apt"
    {
        echo '[global]'
        echo 'cert = /run/secrets/ca'
        echo 'disable-pip-version-check = true'
        # what the environment says comes first in the list, and wins
        python3 -m pip config list 2>/dev/null |
            sed -nE "s/^[^ ]*\.(index-url|extra-index-url|trusted-host|proxy|timeout|default-timeout)='(.*)'$/\1 = \2/p" |
            grep -v file: | awk '!seen[$1]++' || true
    } >"$work/pip"
}

build() { # what it is called here, further arguments of docker build
    local log="$work/$1.log" began=$SECONDS
    shift
    docker build --progress=plain \
        --secret "id=ca,src=$work/ca" --secret "id=apt,src=$work/apt" --secret "id=pip,src=$work/pip" \
        ${FRESH:+--no-cache} "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; return 1; }
    echo "  $(basename "$log" .log): $((SECONDS - began)) s"
}

stand_in() { # target in Dockerfile, name of the image
    build "$1" --build-arg "BASE_IMAGE=$BASE_IMAGE" --target "$1" --tag "$2" "$here"
}

app() {
    stand_in python "$PYTHON_IMAGE"
    build app --build-arg "PYTHON_IMAGE=$PYTHON_IMAGE" --file "$root/deploy/image/Dockerfile" \
        --tag "$SHIJIAN_IMAGE" "$root"
}

write_secrets
if [ -n "${FRESH:-}" ] || ! docker image inspect "$BASE_IMAGE" >/dev/null 2>&1; then
    build_base
    echo "  base: $SECONDS s"
fi

# beside one another: mostly they wait for the network
jobs=()
stand_in mongo "$MONGO_IMAGE" & jobs+=($!)
stand_in rabbitmq "$RABBITMQ_IMAGE" & jobs+=($!)
stand_in gateway "$GATEWAY_IMAGE" & jobs+=($!)
app & jobs+=($!)
failed=0
for job in "${jobs[@]}"; do wait "$job" || failed=1; done
[ "$failed" = 0 ] || exit 1

mkdir -p "$(dirname "$names")"
for name in BASE PYTHON MONGO RABBITMQ GATEWAY SHIJIAN; do
    variable=${name}_IMAGE
    echo "export $variable=${!variable}"
done >"$names"
echo "Built in $SECONDS s; names in $names"
