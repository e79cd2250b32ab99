#!/usr/bin/env bash
# Adds, rotates, removes and lists the clients that may call the services. A new key is
# printed once and stored only as a hash; running services take it over within seconds.
#
#   deploy/compose/clients.sh add street-office --scopes orders:place,orders:read --sites XP01,XP02
#   deploy/compose/clients.sh rotate street-office       the key before it stays valid
#   deploy/compose/clients.sh remove street-office
#   deploy/compose/clients.sh list
set -euo pipefail

folder=$(cd "${SECRETS:-./secrets}/clients" && pwd)
# what is written belongs to the caller and can be read by the services' group, 10001
exec docker run --rm --pull never --network none --read-only --cap-drop ALL --user "$(id -u):10001" \
    --volume "$folder:/run/clients" "${SHIJIAN_IMAGE:-shijian:local}" \
    python -m shared.web.clients "$@" --file /run/clients/clients.json
