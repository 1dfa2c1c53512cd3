#!/usr/bin/env bash
# Installs ftgate and its development tools into a virtual environment: the locked versions, whose
# hashes pip compares. Where an index does not carry one of them, the newest that fit, and says so.
set -euo pipefail
pip=("$1/bin/python" -m pip install --quiet --quiet --disable-pip-version-check)
log=$(mktemp)
trap 'rm -f "$log"' EXIT

if "${pip[@]}" --require-hashes -r requirements-dev.txt 2>"$log"; then
    "${pip[@]}" --no-deps --no-build-isolation -e .
elif grep -q 'No matching distribution' "$log"; then
    grep 'No matching distribution' "$log" >&2
    echo "requirements-dev.txt cannot be installed here: taking the newest versions instead" >&2
    "${pip[@]}" -e '.[dev,docs]'
else
    cat "$log" >&2
    exit 1
fi
