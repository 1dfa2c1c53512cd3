#!/bin/sh
# Judges what ftgate.toml declares, on any CI server: sh ftgate.sh [OPTIONS] [PATH]...
# Reports for people and programs are left in ftgate-reports/, or in $FTGATE_REPORTS.
# Exit codes: 0 pass, 1 fail, 2 error, 3 undecided. Needs Python 3.11 or later.
set -eu

reports="${FTGATE_REPORTS:-ftgate-reports}"
if ! command -v ftgate >/dev/null; then
    python3 -m venv .ftgate-venv
    .ftgate-venv/bin/pip install --quiet ftgate==0.1.0
    PATH="$PWD/.ftgate-venv/bin:$PATH"
fi
mkdir -p "$reports"
rm -f "$reports/report.json" "$reports/junit.xml" "$reports/report.sarif" "$reports/summary.md"
exec ftgate check -o "json=$reports/report.json" -o "junit=$reports/junit.xml" \
    -o "sarif=$reports/report.sarif" -o "markdown=$reports/summary.md" "$@"
