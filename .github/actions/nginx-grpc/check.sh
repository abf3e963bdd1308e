#!/usr/bin/env bash
# Runs the check for the action: annotations and the text in the log, everything in the summary.
# Reads its inputs from the environment (action.yml); writes the outputs of the step.
# Succeeds whatever the verdict, so that an upload can follow; the action's last step fails.
set -euo pipefail
. "$GITHUB_ACTION_PATH/environment.sh"

# Isolated: what is imported is never of the folder that it runs in.
python=("$RUNNER_TEMP/nginx-grpc/bin/python" -I)
work=$(mktemp -d "$RUNNER_TEMP/nginx-grpc-report.XXXXXX")

case $FORMAT in
    json | junit | gitlab | markdown | text) ;;
    *)
        echo "::error::the input format is none of json, junit, gitlab, markdown, text"
        exit 2
        ;;
esac
case $FORMAT in junit) ending=xml ;; markdown) ending=md ;; text) ending=txt ;; *) ending=json ;; esac
report=$work/report.$ending

sarif=$SARIF_FILE
if [ -z "$sarif" ] && [ "$UPLOAD_SARIF" = true ]; then sarif=$work/nginx-grpc.sarif; fi

# What is judged, and by what.
judged=(--engine "$ENGINE")
if [ -n "$SETTINGS" ]; then judged+=(--settings "$SETTINGS"); fi
if [ -n "$PROFILE" ]; then judged+=(--profile "$PROFILE"); fi
if [ -n "$NGINX_VERSION" ]; then judged+=(--nginx-version "$NGINX_VERSION"); fi
while IFS= read -r pair; do
    if [ -n "$pair" ]; then judged+=("--define=$pair"); fi
done <<<"${DEFINE-}"
while IFS= read -r file; do
    if [ -n "$file" ]; then judged+=("--env-file=$file"); fi
done <<<"${ENV_FILE-}"

arguments=(
    --fail-on "$FAIL_ON"
    --format text --output "$work/text"
    --format github --output "$work/annotations"
    --format markdown --output "$work/summary"
    --format json --output "$work/result"
    --format "$FORMAT" --output "$report"
)
if [ -n "$sarif" ]; then arguments+=(--format sarif --output "$sarif"); fi
if [ -n "$BASELINE" ]; then arguments+=(--baseline "$BASELINE"); fi
if [ "$REQUIRE_GRPC" = true ]; then arguments+=(--require-grpc); fi

paths=()
while IFS= read -r path; do
    path=${path#"${path%%[![:space:]]*}"}
    path=${path%"${path##*[![:space:]]}"}
    if [ -n "$path" ]; then paths+=("$path"); fi
done <<<"$CHECKED"
if [ ${#paths[@]} -eq 0 ]; then
    echo "::error::the input path names nothing"
    exit 2
fi

status=0
"${python[@]}" -m nginx_grpc check "${judged[@]}" "${arguments[@]}" -- "${paths[@]}" 2>"$work/errors" || status=$?

# What a configuration says must not be taken for a command to the runner.
verbatim() {
    local token
    token=$("${python[@]}" -c 'import secrets; print(secrets.token_hex(16))')
    echo "::stop-commands::$token"
    cat "$1"
    echo
    echo "::$token::"
}

if [ ! -s "$work/result" ]; then
    verbatim "$work/errors"
    echo "::error::nginx-grpc could not judge: the log of this step says why"
    {
        echo "### gRPC behind nginx: not judged"
        echo
        echo '~~~~~~~~text'
        head -c 65536 "$work/errors" | tr '~' '-'
        echo '~~~~~~~~'
    } >>"$GITHUB_STEP_SUMMARY"
    [ "$status" -gt 1 ] || status=2
    echo "status=$status" >>"$GITHUB_OUTPUT"
    exit 0
fi

cat "$work/annotations"
verbatim "$work/text"
cat "$work/summary" >>"$GITHUB_STEP_SUMMARY"
# What the findings say to change, as far as it changes nothing else.
"${python[@]}" -m nginx_grpc fix "${judged[@]}" --format markdown -- "${paths[@]}" \
    >"$work/fix" 2>"$work/errors" || true
cat "$work/fix" >>"$GITHUB_STEP_SUMMARY"
{
    "${python[@]}" -c '
import json, sys
summary = json.load(sys.stdin)["summary"]
for name in ("deny", "warn", "waived"):
    print(f"{name}={summary[name]}")
' <"$work/result"
    echo "status=$status"
    echo "report=$report"
    echo "sarif=$sarif"
} >>"$GITHUB_OUTPUT"
