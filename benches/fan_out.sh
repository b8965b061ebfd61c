#!/usr/bin/env bash
# The main job as it is released, against a simulated Organization in a process of its own: 50 accounts in 17 Regions,
# 50 ms for each call, 64 requests in flight, from the first call to the signed package.
#
#   benches/fan_out.sh              five runs
#   RUNS=1 ACCOUNTS=200 REGIONS=17 LATENCY_MS=50 CONCURRENCY=64 benches/fan_out.sh
#
# For each run it prints the calls, the wall time, the floor, their ratio, CPU seconds (user and system) and the most
# memory held. The floor is what latency alone costs: calls x latency / concurrency, and 8 x latency for the chain of
# calls that each need the answer of the one before. Times are shown and never judged: they belong to the machine.
#
# What must not depend on the machine is judged, from the simulator's ledger: no account entered twice, no Region of an
# account asked twice for its trails, no key and no log group asked twice. A repeated call makes this exit with 1. One
# thing is asked twice on purpose: a key that was in the middle of a change; both its answers are in the records.
#
# Needs jq and GNU time; a missing time is installed from Debian's packages when this runs as root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

accounts=${ACCOUNTS:-50} regions=${REGIONS:-17} latency_ms=${LATENCY_MS:-50} concurrency=${CONCURRENCY:-64} runs=${RUNS:-5}
target=${CARGO_TARGET_DIR:-target}
trailaudit=${TRAILAUDIT:-$target/release/trailaudit}

if ! [ -x /usr/bin/time ]; then
    [ "$(id -u)" = 0 ] || { echo "GNU time is missing: apt-get install time" >&2; exit 1; }
    apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends time >/dev/null
fi
[ -n "${NOBUILD:-}" ] || cargo build --release --locked --quiet

scratch=$(mktemp -d)
simulator=
trap '[ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true; rm -rf "$scratch"' EXIT

# Nothing here may reach an account of whoever runs it.
unset "${!AWS_@}"
export AWS_EC2_METADATA_DISABLED=true
"$trailaudit" keygen --out "$scratch/key.pem" >/dev/null

start_simulator() {
    # What the one before printed must not pass for this one's.
    rm -f "$scratch/environment"
    "$trailaudit" simulate --listen 127.0.0.1:0 --accounts "$accounts" --regions "$regions" \
        --latency-ms "$latency_ms" --ledger "$scratch/ledger.json" >"$scratch/environment" &
    simulator=$!
    for _ in $(seq 100); do
        # The last line it prints; by then it listens.
        grep -qs '^unset' "$scratch/environment" && return
        sleep 0.1
    done
    echo "the simulator did not start" >&2
    exit 1
}

# Its ledger is written when it is told to stop.
stop_simulator() {
    kill -TERM "$simulator"
    wait "$simulator" || true
    simulator=
}

# Prints every operation's target that was asked more often than once. A key in the middle of a change is left out: two
# of its states are named in the answers themselves.
repeated() {
    local changing
    changing=$(gzip -dc "$1"/resources/*.jsonl.gz |
        jq -r 'select(.operation == "DescribeKey") | .answer.KeyMetadata | select(.KeyState == "Creating" or .KeyState == "Updating") | .Arn' |
        sort -u | jq -R . | jq -s .)
    jq -r --argjson changing "$changing" '
        .targets | to_entries[]
        | select(.key | IN("AssumeRole", "DescribeTrails", "DescribeKey", "DescribeLogGroups"))
        | .key as $operation | .value | to_entries[] | select(.value > 1)
        | select(($operation == "DescribeKey" and (.key | IN($changing[])) and .value == 2) | not)
        | "\($operation) \(.key): \(.value) times"' "$scratch/ledger.json"
}

printf '%8s %8s %8s %8s %8s %8s\n' calls "wall s" "floor s" ratio "CPU s" "RSS MiB"
for run in $(seq "$runs"); do
    start_simulator
    package=$scratch/package-$run
    (
        source "$scratch/environment"
        # 3 and 4 tell of fails and gaps, and the population has both.
        /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' "$trailaudit" audit --out "$package" \
            --sign "file:$scratch/key.pem" --concurrency "$concurrency" --quiet >"$scratch/summary" || [ $? = 3 ] || [ $? = 4 ]
    )
    stop_simulator
    # GNU time says on a line of its own that the command's exit code was not 0.
    read -r wall user kernel memory < <(tail -n 1 "$scratch/time")
    calls=$(jq '[.calls[]] | add' "$scratch/ledger.json")
    awk -v calls="$calls" -v wall="$wall" -v user="$user" -v kernel="$kernel" -v memory="$memory" \
        -v latency="$latency_ms" -v concurrency="$concurrency" 'BEGIN {
            floor = calls * latency / 1000 / concurrency + 8 * latency / 1000
            printf "%8d %8.2f %8.2f %8.2f %8.2f %8.1f\n", calls, wall, floor, wall / floor, user + kernel, memory / 1024
        }'
    again=$(repeated "$package")
    if [ -n "$again" ]; then
        printf 'asked more than once:\n%s\n' "$again" >&2
        exit 1
    fi
done

echo
echo "calls by operation in the last run, none repeated:"
jq -r '.calls | to_entries[] | "\(.value)\t\(.key)"' "$scratch/ledger.json" | sort -rn | awk -F '\t' '{ printf "%8d %s\n", $1, $2 }'
tail -n 8 "$scratch/summary"
