#!/usr/bin/env bash
# The judging step of action.yml. Inputs come as INPUT_* variables; outputs go to $GITHUB_OUTPUT,
# the summary and the comment are written before the step fails.
set -euo pipefail

PATH="${FTGATE_PROGRAMS:+$FTGATE_PROGRAMS:}$PATH"
folder="${RUNNER_TEMP:-/tmp}"
report="$folder/ftgate-report.json"
page="$folder/ftgate-report.html"
summary="$folder/ftgate-report.md"
sarif="$folder/ftgate-report.sarif"
annotations="$folder/ftgate-annotations.txt"
rm -f "$report" "$page" "$summary" "$sarif" "$annotations"

arguments=()
while IFS= read -r path; do
    if [ -n "$path" ]; then arguments+=("$path"); fi
done <<<"${INPUT_PATHS:-}"
if [ -n "${INPUT_CONFIG:-}" ]; then arguments+=("--config=$INPUT_CONFIG"); fi
if [ -n "${INPUT_FAIL_ON:-}" ]; then arguments+=("--fail-on=$INPUT_FAIL_ON"); fi
if [ -n "${INPUT_PRICES:-}" ]; then arguments+=("--prices=$INPUT_PRICES"); fi
if [ -n "${INPUT_COMPARE_TO:-}" ]; then arguments+=("--compare-to=$INPUT_COMPARE_TO"); fi
if [ "${INPUT_SARIF:-false}" = true ]; then arguments+=(-o "sarif=$sarif"); fi

# File and dataset names are printed: nothing in them may act as a workflow command.
token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
echo "::stop-commands::$token"
code=0
ftgate check --color never -o "json=$report" -o "html=$page" -o "markdown=$summary" \
    -o "github=$annotations" ${arguments[@]+"${arguments[@]}"} || code=$?
echo "::$token::"
if [ -f "$annotations" ]; then grep '^::' "$annotations" || true; fi # every name in them is escaped

case $code in
0) verdict=pass ;;
1) verdict=fail ;;
3) verdict=undecided ;;
*) verdict=error ;;
esac
{
    echo "verdict=$verdict"
    echo "exit-code=$code"
    if [ -f "$report" ]; then
        echo "report-json=$report"
        python3 "$(dirname "${BASH_SOURCE[0]}")/action_numbers.py" "$report"
    fi
    if [ -f "$page" ]; then echo "report-html=$page"; fi
    if [ -f "$sarif" ]; then echo "sarif-file=$sarif"; fi
} >>"$GITHUB_OUTPUT"

if [ -f "$summary" ]; then
    cat "$summary" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"
    if [ "${INPUT_COMMENT:-off}" != off ] && [ -n "${PULL_REQUEST:-}" ]; then
        # One comment, found again by its first line. Forks may not write: that is no failure.
        comments="repos/$GITHUB_REPOSITORY/issues/$PULL_REQUEST/comments"
        known=""
        if [ "$INPUT_COMMENT" = update ]; then
            known=$(gh api --paginate "$comments" \
                --jq '.[] | select(.body | startswith("<!-- ftgate -->")) | .id' | head -n 1) ||
                known=""
        fi
        if [ -n "$known" ]; then
            place=(--method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$known")
        else
            place=(--method POST "$comments")
        fi
        gh api "${place[@]}" --silent -F "body=@$summary" ||
            echo "::notice title=ftgate::no comment: the job may not write (pull-requests: write)"
    fi
fi
exit "$code"
