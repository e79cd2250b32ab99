#!/usr/bin/env bash
# Prints apt source lines for another suite of Debian, taken from the mirrors
# this machine itself uses, whatever form its own sources have.
#
#   debian_mirror.sh SUITE [--url]     --url: only the address of the main archive
set -euo pipefail
suite=${1:?suite}
here=$(. /etc/os-release && echo "$VERSION_CODENAME")

sources() { # label of the archive -> its address and codename
    apt-get indextargets --format '$(REPO_URI) $(CODENAME)' \
        'Created-By: Packages' 'Origin: Debian' "Label: $1" | sort -u
}

main=$(sources Debian | awk -v name="$here" '$2 == name { print $1; exit }')
security=$(sources Debian-Security | awk '{ print $1; exit }')
[ -n "$main" ] || { echo "apt knows no mirror of Debian here; run apt-get update first" >&2; exit 1; }

if [ "${2:-}" = --url ]; then
    echo "$main"
    exit
fi
signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
echo "deb $signed $main $suite main"
# absent where a mirror carries no security archive
[ -z "$security" ] || echo "deb $signed $security $suite-security main"
