#!/usr/bin/env bash
# A Docker engine with Compose and Buildx on a Debian machine that reaches only
# its package mirror. What is there already is left alone.
#
#   engine.sh start [FOLDER]   install what is missing; start dockerd if none answers
#   engine.sh stop  [FOLDER]   stop the dockerd that `start` started, and no other
#
# FOLDER (default .run/engine) receives dockerd.pid and dockerd.log.
set -euo pipefail

plugins=/usr/libexec/docker/cli-plugins
plugins_suite=trixie # Debian 12 has neither plug-in; these packages of Debian 13 run on it
action=${1:?start or stop}
folder=${2:-.run/engine}

install_engine() {
    apt-get update -qq
    # iptables is only a recommendation of docker.io, but bridges and published ports need it
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends docker.io iptables >/dev/null
}

# The plug-ins come from another suite than the machine's. That suite gets lists
# and a cache of its own, so that the machine never upgrades itself from it.
install_plugins() (
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    mirror=$("$(dirname "$0")/debian_mirror.sh" "$plugins_suite")
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/unpacked"
    echo "$mirror" >"$work/sources.list"
    apt=(apt-get -qq
        -o Dir::Etc::SourceList="$work/sources.list" -o Dir::Etc::SourceParts=/dev/null
        -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/cache"
        -o APT::Sandbox::User=root)
    "${apt[@]}" update
    (cd "$work" && "${apt[@]}" download docker-compose docker-buildx)
    for package in "$work"/*.deb; do dpkg-deb --extract "$package" "$work/unpacked"; done
    mkdir -p "$plugins"
    find "$work/unpacked" -type f \( -name docker-compose -o -name docker-buildx \) -path '*/cli-plugins/*' \
        -exec install -m 755 -t "$plugins" {} +
)

wait_for_engine() {
    for _ in $(seq 150); do
        docker info >/dev/null 2>&1 && return
        kill -0 "$1" 2>/dev/null || break
        sleep 0.2
    done
    echo "dockerd does not answer; the end of its log:" >&2
    tail -n 20 "$folder/dockerd.log" >&2
    return 1
}

start() {
    command -v dockerd >/dev/null || docker info >/dev/null 2>&1 || install_engine
    { docker compose version && docker buildx version; } >/dev/null 2>&1 || install_plugins
    if docker info >/dev/null 2>&1; then
        echo "A Docker engine answers already; using it."
        return
    fi
    mkdir -p "$folder"
    folder=$(cd "$folder" && pwd)
    # in a session of its own, so that an interrupted caller does not take it along
    setsid dockerd --pidfile "$folder/dockerd.pid" >"$folder/dockerd.log" 2>&1 </dev/null &
    wait_for_engine $!
    echo "dockerd runs as process $(cat "$folder/dockerd.pid")."
}

stop() {
    local pid
    [ -s "$folder/dockerd.pid" ] || { echo "No dockerd was started from $folder."; return; }
    pid=$(cat "$folder/dockerd.pid")
    # the number may have been given to another process since
    if [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = dockerd ]; then
        kill -TERM "$pid"
        for _ in $(seq 150); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.2
        done
        if kill -0 "$pid" 2>/dev/null; then echo "dockerd $pid did not stop within 30 s" >&2; return 1; fi
        echo "dockerd $pid stopped."
    fi
    rm -f "$folder/dockerd.pid"
}

case $action in
start) start ;;
stop) stop ;;
*) sed -n '2,9s/^# \{0,1\}//p' "$0" >&2; exit 64 ;;
esac
