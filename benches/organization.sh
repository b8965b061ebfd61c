#!/usr/bin/env bash
# Whole Organizations under the published quotas: 1,000 and 10,000 accounts in 17 Regions, every rule, 20 ms for each call,
# the simulator in a process of its own; collected, assessed, reported, packaged, and verified.
#
#   benches/organization.sh
#   ACCOUNTS="200 1000" REGIONS=17 LATENCY_MS=20 CONCURRENCY=64 benches/organization.sh
#
# Wall time is held against the greatest of three floors: what latency costs (calls x latency / concurrency), what the quotas
# leave (of the caller's account: Organizations operation by operation, STS 600 a second), and what the simulator can answer when a
# client that does nothing else asks it (calls / its rate). CPU for a call is held against the same SDK used without
# trailaudit, on the same simulator: nothing recorded, nothing judged. Times are shown and never judged: they belong to the
# machine.
#
# A package that does not verify, or a coverage with fewer cells than were planned, makes this exit with 1.
#
# Needs jq and GNU time; a missing time is installed from Debian's packages when this runs as root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

sizes=${ACCOUNTS:-1000 10000} regions=${REGIONS:-17} latency_ms=${LATENCY_MS:-20} concurrency=${CONCURRENCY:-64}
target=${CARGO_TARGET_DIR:-target}
trailaudit=${TRAILAUDIT:-$target/release/trailaudit}

if ! [ -x /usr/bin/time ]; then
    [ "$(id -u)" = 0 ] || { echo "GNU time is missing: apt-get install time" >&2; exit 1; }
    apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends time >/dev/null
fi
[ -n "${NOBUILD:-}" ] || cargo build --release --locked --quiet -p trailaudit-cli -p trailaudit-benches

scratch=$(mktemp -d)
simulator=
trap '[ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true; rm -rf "$scratch"' EXIT
unset "${!AWS_@}"
export AWS_EC2_METADATA_DISABLED=true
"$trailaudit" keygen --out "$scratch/key.pem" >/dev/null

start_simulator() {
    rm -f "$scratch/environment"
    "$trailaudit" simulate --listen 127.0.0.1:0 --regions "$regions" --latency-ms "$latency_ms" \
        --ledger "$scratch/ledger.json" "$@" >"$scratch/environment" &
    simulator=$!
    for _ in $(seq 600); do
        grep -qs '^unset' "$scratch/environment" && break
        sleep 0.1
    done
    source "$scratch/environment"
}

# Its ledger is written when it is told to stop.
stop_simulator() {
    kill -TERM "$simulator"
    wait "$simulator" || true
    simulator=
}

# Measures a command: wall seconds, CPU seconds, KiB. 3 and 4 tell of fails and gaps, and the population has both.
measured() {
    /usr/bin/time -o "$scratch/time" -f '%e %U %S %M' "$@" || [ $? = 3 ] || [ $? = 4 ]
    read -r wall user kernel memory < <(tail -n 1 "$scratch/time")
    cpu=$(awk -v user="$user" -v kernel="$kernel" 'BEGIN { print user + kernel }')
}

start_simulator --accounts 50
bare_calls=$(measured "$target/release/calls" bare 60000 512 && echo "$wall" >"$scratch/bare")
stop_simulator
ceiling=$(awk -v calls="$bare_calls" -v wall="$(cat "$scratch/bare")" 'BEGIN { print calls / wall }')
start_simulator --accounts 1000
plain_calls=$(measured "$target/release/calls" sdk 1000 "$concurrency" && echo "$cpu" >"$scratch/plain")
stop_simulator
plain=$(awk -v calls="$plain_calls" -v cpu="$(cat "$scratch/plain")" 'BEGIN { print cpu / calls * 1000000 }')
awk -v ceiling="$ceiling" -v plain="$plain" \
    'BEGIN { printf "the simulator answers %.0f calls a second; a call through the plain SDK takes %.0f us of CPU\n\n", ceiling, plain }'

printf '%9s %9s %9s %9s %7s %12s %9s %9s\n' accounts calls "wall s" "floor s" ratio "us CPU/call" "to plain" "peak MB"
for accounts in $sizes; do
    start_simulator --accounts "$accounts" --quotas
    package=$scratch/package-$accounts
    measured "$trailaudit" audit --out "$package" --sign "file:$scratch/key.pem" --concurrency "$concurrency" --quiet >"$scratch/summary"
    stop_simulator
    calls=$(jq '[.calls[]] | add' "$scratch/ledger.json")
    # How often, and how often at once; of the operations that are asked more often the larger the Organization is.
    quota=$(jq '{"organizations:ListAccounts": [8, 12], "organizations:ListTargetsForPolicy": [5, 8], "sts:AssumeRole": [600, 0]} as $quotas
        | [.calls | to_entries[] | select($quotas[.key]) | (.value - $quotas[.key][1]) / $quotas[.key][0]] | max' "$scratch/ledger.json")
    awk -v accounts="$accounts" -v calls="$calls" -v quota="$quota" -v wall="$wall" -v cpu="$cpu" -v memory="$memory" -v plain="$plain" \
        -v ceiling="$ceiling" -v latency="$latency_ms" -v concurrency="$concurrency" '
        function greatest(a, b) { return a > b ? a : b }
        BEGIN {
            floor = greatest(greatest(calls * latency / 1000 / concurrency, quota), calls / ceiling)
            call = cpu / calls * 1000000
            printf "%9d %9d %9.1f %9.1f %7.2f %12.0f %9.2f %9.0f\n", \
                accounts, calls, wall, floor, wall / floor, call, call / plain, memory / 1024
        }'
    cells=$(jq '.totals.planned // empty' "$package/coverage.json")
    jq -r '"refused for want of quota: \([.refused | to_entries[] | select(.key | test("Throttl|TooMany|Rate")) | .value] | add // 0)"' "$scratch/ledger.json"
    tail -n 6 "$scratch/summary"
    "$trailaudit" verify "$package" --key "$scratch/key.pub.pem" --allow-simulated >"$scratch/verified" ||
        { cat "$scratch/verified"; exit 1; }
    tail -n 1 "$scratch/verified"
done
