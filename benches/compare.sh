#!/usr/bin/env bash
# trailaudit beside what its users would pick instead, on the same simulated Organization with the same latency and the same
# two questions: is a trail encrypted with a customer's own key, does it deliver to CloudWatch Logs.
#
#   benches/compare.sh                                      50 accounts in 17 Regions, 50 ms for each call
#   TOOLS="trailaudit boto3_tuned" ACCOUNTS=10 REGIONS=4 LATENCY_MS=20 benches/compare.sh
#   PROWLER_ACCOUNTS=50 benches/compare.sh                  Prowler on all of them, a quarter of an hour; 5 otherwise
#
# How each was tuned stands in its file under benches/compare. trailaudit's row is the whole job: collected, assessed, reported
# and signed. The others write their verdicts and prove nothing.
#
# Prints a table: wall and CPU seconds, the most memory held by all of a tool's processes, the requests the simulator
# counted, and the verdicts beside the planted truth: right, wrong, silent, and said more than once of one trail. Times are
# shown and never judged: they belong to the machine.
#
# The others come from PyPI into target/peers when this first runs. Needs Python 3.10 to 3.12 with venv.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

accounts=${ACCOUNTS:-50} regions=${REGIONS:-17} latency_ms=${LATENCY_MS:-50}
tools=${TOOLS:-trailaudit urllib3_64 boto3_tuned boto3_usual aioboto3_64 c7n-org prowler}
prowler_accounts=${PROWLER_ACCOUNTS:-5}
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
here=$PWD/benches/compare
trailaudit=${TRAILAUDIT:-$target/release/trailaudit}
[ -n "${NOBUILD:-}" ] || cargo build --release --locked --quiet

scratch=$(mktemp -d)
simulator=
trap '[ -z "$simulator" ] || kill "$simulator" 2>/dev/null || true; rm -rf "$scratch"' EXIT
unset "${!AWS_@}"
export AWS_EC2_METADATA_DISABLED=true HOME=$scratch

# The directory of a virtual environment's programs, made when it is not there.
environment() {
    local name=$1 made=$target/peers/$1
    if ! cmp -s "$here/requirements/$name.txt" "$made/requirements.txt"; then
        rm -rf "$made"
        python3 -m venv "$made"
        "$made/bin/python" -m pip install --quiet --disable-pip-version-check -r "$here/requirements/$name.txt" >&2
        cp "$here/requirements/$name.txt" "$made/requirements.txt"
    fi
    echo "$made/bin"
}

start_simulator() {
    rm -f "$scratch/environment"
    "$trailaudit" simulate --listen 127.0.0.1:0 --accounts "$accounts" --regions "$regions" --latency-ms "$latency_ms" \
        --ledger "$scratch/ledger.json" --truth "$scratch/truth.json" >"$scratch/environment" &
    simulator=$!
    for _ in $(seq 100); do
        grep -qs '^unset' "$scratch/environment" && break
        sleep 0.1
    done
    source "$scratch/environment"
    export AWS_DEFAULT_REGION=$AWS_REGION
}

# Its ledger is written when it is told to stop.
stop_simulator() {
    kill -TERM "$simulator"
    wait "$simulator" || true
    simulator=
}

# Measures one command, which may find something to complain about, and notes what it cost.
measured() {
    start_simulator
    python3 "$here/measure.py" "$scratch/cost" "$@" >"$scratch/$tool.out" 2>"$scratch/$tool.err" || true
    stop_simulator
}
noted() {
    local requests
    requests=$(python3 -c 'import json, sys; print(sum(json.load(open(sys.argv[1]))["calls"].values()))' "$scratch/ledger.json")
    printf '%s\t%s\t%s\t%s\t%s\n' "$tool" "${asked:-all}" "$(cat "$scratch/cost")" "$requests" "$scratch/$tool.csv" >>"$scratch/costs"
}

# A script of ours, in the virtual environment of what it uses.
script() {
    local programs
    programs=$(environment "$1")
    measured "$programs/python" "$here/$tool.py" "$scratch/$tool.csv"
    noted
}
urllib3_64() { script boto3; }
boto3_tuned() { script boto3; }
boto3_usual() { script boto3; }
aioboto3_64() { script aioboto3; }

trailaudit() {
    "$trailaudit" keygen --out "$scratch/key.pem" >/dev/null
    measured "$trailaudit" audit --out "$scratch/package" --sign "file:$scratch/key.pem" --quiet \
        --rule trail-encrypted-with-customer-key --rule trail-delivers-to-log-group
    python3 "$here/answers.py" trailaudit "$scratch/package" "$scratch/$tool.csv"
    noted
}

# As its documentation has it: a file of accounts, a process for each core and more.
c7n-org() {
    local programs known
    programs=$(environment c7n-org)
    known=$(member_accounts | sed 's/.*/{"account_id": "&", "name": "&", "role": "arn:aws:iam::&:role\/OrganizationAccountAccessRole"}/' | paste -sd,)
    echo "{\"accounts\": [$known, {\"account_id\": \"$(management)\", \"name\": \"$(management)\", \"profile\": \"own\"}]}" >"$scratch/accounts.json"
    # It enters every account by a role or a profile.
    mkdir -p "$HOME/.aws"
    printf '[own]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >"$HOME/.aws/credentials"
    measured env PATH="$programs:$PATH" c7n-org run -c "$scratch/accounts.json" -u "$here/c7n.yml" -s "$scratch/c7n" --cache-period 0 \
        $(region_names | sed 's/^/-r /')
    python3 "$here/answers.py" c7n-org "$scratch/c7n" "$scratch/$tool.csv"
    noted
}

# As its documentation has it: one run after the other, each with an account's role.
prowler() {
    local programs
    programs=$(environment prowler)
    local -a members
    mapfile -t members < <(member_accounts | head -n "$prowler_accounts")
    [ "$prowler_accounts" -ge "$accounts" ] || asked=$(IFS=,; echo "${members[*]}")
    measured env PATH="$programs:$PATH" bash -c 'out=$1; shift; for account in "$@"; do
        prowler aws --role "arn:aws:iam::$account:role/OrganizationAccountAccessRole" --output-formats json-ocsf \
            --output-directory "$out" --output-filename "$account" --ignore-exit-code-3 --no-banner \
            --checks cloudtrail_kms_encryption_enabled cloudtrail_cloudwatch_logging_enabled; done' - "$scratch/prowler" "${members[@]}"
    python3 "$here/answers.py" prowler "$scratch/prowler" "$scratch/$tool.csv"
    noted
    asked=
}

# Asked without being measured.
ask_before() {
    start_simulator
    "$(environment boto3)/python" "$here/listed.py" "$scratch"
    stop_simulator
}
member_accounts() { cat "$scratch/members"; }
management() { cat "$scratch/management"; }
region_names() { cat "$scratch/regions"; }

ask_before
for tool in $tools; do
    "$tool"
    echo "$tool: $(cut -f1 "$scratch/cost") s" >&2
    [ -s "$scratch/$tool.csv" ] || { echo "$tool said nothing; its last words:"; tail -n 3 "$scratch/$tool.err" "$scratch/$tool.out"; } >&2
done
echo
echo "$accounts accounts in $regions Regions, $latency_ms ms for each call, $(nproc) cores:"
echo
python3 "$here/score.py" "$scratch/truth.json" "$scratch/costs"
