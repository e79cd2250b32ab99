#!/usr/bin/env bash
# A new master key for the personal data of one service, and its data keys wrapped by it.
#
#   deploy/compose/rotate_keys.sh SERVICE     orders, volunteers, events or reports
#
# The keys before stay in the file until a person takes them out: docs/operating.md.
set -euo pipefail

service=$1
file=${SECRETS:-./secrets}/$service-personal-keys
name=k$(date -u +%Y%m%d_%H%M%S)
umask 077

{ echo "$name $(head -c 96 /dev/urandom | base64 -w 0)"; cat "$file"; } >"$file.draft"
# in place, so that the containers, which mount this one file, see it
cat "$file.draft" >"$file"
rm "$file.draft"
echo "new master key $name"
docker compose exec -T "$service-worker" python -m "services.$service.app" rotate-keys
