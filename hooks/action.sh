#!/usr/bin/env bash
# The judging step of action.yml. Inputs come as INPUT_* variables; outputs go to $GITHUB_OUTPUT
# before the step fails, so that later steps can use them.
set -euo pipefail

report="${RUNNER_TEMP:-/tmp}/ftgate-report.json"
rm -f "$report"

arguments=()
while IFS= read -r path; do
    if [ -n "$path" ]; then arguments+=("$path"); fi
done <<<"${INPUT_PATHS:-}"
if [ -n "${INPUT_CONFIG:-}" ]; then arguments+=("--config=$INPUT_CONFIG"); fi
if [ -n "${INPUT_FAIL_ON:-}" ]; then arguments+=("--fail-on=$INPUT_FAIL_ON"); fi

# File and dataset names are printed: nothing in them may act as a workflow command.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
text=$(ftgate check --color never -o "json=$report" ${arguments[@]+"${arguments[@]}"}) || code=$?
printf '%s\n' "$text"
echo "::$token::"

case $code in
0) verdict=pass ;;
1) verdict=fail ;;
3) verdict=undecided ;;
*) verdict=error ;;
esac
{
    echo "verdict=$verdict"
    echo "exit-code=$code"
    if [ -f "$report" ]; then echo "report-json=$report"; fi
} >>"$GITHUB_OUTPUT"
# Indented by four spaces: a code block in Markdown, which nothing inside can close.
printf '%s\n' "$text" | sed 's/^/    /' >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
exit "$code"
