#!/usr/bin/env bash
# What tests/programs open our files and pages with, on Debian, as root; and axe-core in .run/programs.
set -euo pipefail
cd "$(dirname "$0")/../.."

packages=(
    calcurse chromium fonts-noto-cjk poppler-utils
    libreoffice-calc-nogui libreoffice-writer-nogui
)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed' || missing+=("$package")
done
if ((${#missing[@]})); then
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
fi
.venv/bin/uv pip install --quiet --no-deps --require-hashes --target .run/programs -r requirements/programs.txt
