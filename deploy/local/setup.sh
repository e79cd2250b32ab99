#!/usr/bin/env bash
# Brings a machine to where `make run` (argument: run) or `make test` (argument: test) works:
# Debian packages, .venv and the pinned Python packages. It installs only what is missing, is done
# in an instant when nothing is, and needs the network only the first time.
#
# Environment: PYTHON (the interpreter to make .venv with), PARTS (with test: docker or given, when
# MongoDB and RabbitMQ don't run on this machine itself).
set -euo pipefail
cd "$(dirname "$0")/../.."

readonly RABBITMQ=/usr/lib/rabbitmq/bin/rabbitmq-server
readonly POLICY=/usr/sbin/policy-rc.d
readonly FONT=/usr/share/fonts/truetype/wqy/wqy-microhei.ttc # of the documents that we make
readonly OLDEST_PYTHON='(3, 11)' OLDEST_GLIBC=2.35

say() { echo "setup: $*"; }

fail() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

elsewhere() {
    local otherwise="What runs here without it: see README, 'With Docker Compose'."
    [ "$what" = run ] || otherwise="With a Docker engine the tests run here as well: make test PARTS=docker"
    fail "$@" "$otherwise"
}

main() {
    what=${1:-run}
    case $what in
    run) requirements=requirements/local.txt ;;
    test) requirements=requirements/dev.txt ;;
    *) fail "usage: $0 [run|test]" ;;
    esac
    nothing_to_do "$what" && return
    mkdir -p -m 700 .run
    exec 9>.run/setup.lock
    flock 9 # another setup of the same folder may be busy

    missing=()
    if parts_run_here "$what"; then
        check_machine
        need_parts
    fi
    need_font
    need_python
    install_missing
    make_venv
    install_packages
    stamp >".venv/setup-$what"
}

# What must be the same for a setup to be still good. It stands in .venv, so that it goes with it.
stamp() {
    cat "$requirements" "$0" | sha256sum
    .venv/bin/python --version
}

nothing_to_do() {
    [ -x .venv/bin/python ] && [ -f ".venv/setup-$1" ] &&
        [ "$(stamp 2>/dev/null)" = "$(cat ".venv/setup-$1")" ] &&
        { ! parts_run_here "$1" || [ -x "$RABBITMQ" ]; } &&
        { [ -e "$FONT" ] || ! command -v apt-get >/dev/null; }
}

parts_run_here() {
    [ "$1" = run ] || case ${PARTS:-} in docker | given) false ;; esac
}

# --- the machine ---------------------------------------------------------------------------------

check_machine() {
    [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ] ||
        elsewhere "this is $(uname -s) on $(uname -m); MongoDB's program here is for Linux on x86-64."
    local glibc
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2)
    at_least "$OLDEST_GLIBC" "${glibc:-0}" ||
        elsewhere "the C library is ${glibc:-not glibc}; MongoDB's program needs glibc $OLDEST_GLIBC (Debian 12, Ubuntu 22.04 or later)."
    grep -qw avx /proc/cpuinfo ||
        elsewhere "this processor has no AVX, without which MongoDB 5 and later don't start."
}

at_least() { [ "$(printf '%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

need_parts() {
    [ -x "$RABBITMQ" ] || missing+=(rabbitmq-server)
    has_library libcurl.so.4 || missing+=(libcurl4)
    [ -e /etc/ssl/certs/ca-certificates.crt ] || missing+=(ca-certificates)
}

need_font() {
    [ ! -e "$FONT" ] || return 0
    if command -v apt-get >/dev/null; then
        missing+=(fonts-wqy-microhei)
    else
        say "documents need the font WenQuanYi Micro Hei or Noto Sans CJK SC; install one of them"
    fi
}

has_library() { PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -q "^[[:space:]]*$1 "; }

# --- Python --------------------------------------------------------------------------------------

venv_is_fine() { [ -x .venv/bin/python ] && .venv/bin/python -c "import sys, pip; assert sys.version_info >= $OLDEST_PYTHON" 2>/dev/null; }

need_python() {
    venv_is_fine && return
    local candidate
    for candidate in ${PYTHON:-python3 python3.11 python3.12 python3.13 python3.14}; do
        if "$candidate" -c "import sys; assert sys.version_info >= $OLDEST_PYTHON" 2>/dev/null; then
            python=$candidate
            "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=("$(venv_package)")
            return
        fi
    done
    elsewhere "no Python 3.11 or later (looked for: ${PYTHON:-python3, python3.11 … python3.14})."
}

# Debian's package that completes the interpreter that was found.
venv_package() {
    case $("$python" -c 'import sys; print(sys.prefix)') in
    /usr) "$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])' ;;
    *) fail "$python has no venv and ensurepip, and is not Debian's; name another in PYTHON." ;;
    esac
}

make_venv() {
    venv_is_fine && return
    say "making .venv"
    "$python" -m venv --clear .venv
}

install_packages() {
    say "Python packages of $requirements (the first time about 30 s)"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
        --requirement "$requirements" ||
        fail "pip could not install them; its words are above. Where a mirror or a proxy is needed, set it in pip's own configuration."
}

# --- Debian packages -----------------------------------------------------------------------------

install_missing() {
    [ ${#missing[@]} -eq 0 ] && return
    local install="apt-get install --no-install-recommends ${missing[*]}"
    command -v apt-get >/dev/null ||
        elsewhere "missing, and this is not Debian or Ubuntu: ${missing[*]}."
    as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null ||
            elsewhere "missing: ${missing[*]}. You are not root and there is no sudo. Ask for: $install"
        as_root=(sudo)
        # without a terminal sudo can't ask for a password
        [ -t 0 ] || as_root=(sudo --non-interactive)
        "${as_root[@]}" true || elsewhere "missing: ${missing[*]}, and sudo refuses. Ask for: $install"
    fi
    say "Debian packages: ${missing[*]} (about a minute)"
    local ours=() # services that this brings along
    [ -x "$RABBITMQ" ] || ours+=(rabbitmq-server)
    [ -x /usr/bin/epmd ] || ours+=(epmd)
    "${as_root[@]}" apt-get update -qq || say "apt-get update failed; trying with the lists at hand"
    without_starting_services "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >.run/apt.log 2>&1 ||
        fail "apt-get could not install ${missing[*]}; the end of .run/apt.log:" "$(tail -n 15 .run/apt.log)"
    if [ -x "$RABBITMQ" ]; then
        keep_from_starting ${ours[@]+"${ours[@]}"}
    fi
}

# Debian starts a server when it is installed. We want only its program: policy-rc.d is asked first,
# and 101 means no. One that stands there already is the machine's own affair.
without_starting_services() {
    if [ -e "$POLICY" ]; then
        "$@"
        return
    fi
    local status=0
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$POLICY" >/dev/null
    "${as_root[@]}" chmod 755 "$POLICY"
    trap '"${as_root[@]}" rm -f "$POLICY"' EXIT
    "$@" || status=$?
    "${as_root[@]}" rm -f "$POLICY"
    trap - EXIT
    return "$status"
}

# Nor shall they start with the machine: the node of ours is `make run`'s alone.
keep_from_starting() {
    local service
    for service in "$@"; do
        [ ! -e "/etc/init.d/$service" ] || quietly update-rc.d "$service" disable
        if [ -d /run/systemd/system ]; then # it may run, where the machine's own policy allows it
            quietly systemctl disable --now "$service.service" "$service.socket"
        else # what `systemctl disable` does, for the day when systemd comes
            quietly find /etc/systemd/system -path "*.wants/$service.*" -type l -delete
        fi
    done
}

# As root, and no matter whether there was anything to do.
quietly() { "${as_root[@]}" "$@" >/dev/null 2>&1 || true; }

main "$@"
