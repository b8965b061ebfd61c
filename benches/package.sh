#!/usr/bin/env bash
# What an evidence package costs on disk, as it is released: sealing it from its records, and checking it, beside the
# least that anybody must do to check it, which is to hash and unpack the same files.
#
#   benches/package.sh                              200 accounts in 17 Regions
#   ACCOUNTS=10000 REGIONS=17 RUNS=3 benches/package.sh
#
# `floor` is `sha256sum` of every file and `gzip -dc` of every record file, one after the other. Each line is the best of
# RUNS runs: wall seconds, CPU seconds (user and system), the most memory held in MB, and wall time over the floor's.
# Times are shown and never judged: they belong to the machine.
#
# Needs GNU time; if it is missing it is installed from Debian's packages when this runs as root.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

accounts=${ACCOUNTS:-200} regions=${REGIONS:-17} runs=${RUNS:-3}
trailaudit=${TRAILAUDIT:-${CARGO_TARGET_DIR:-target}/release/trailaudit}

if ! [ -x /usr/bin/time ]; then
    [ "$(id -u)" = 0 ] || { echo "GNU time is missing: apt-get install time" >&2; exit 1; }
    apt-get update -q >/dev/null && apt-get install -q -y --no-install-recommends time >/dev/null
fi
[ -n "${NOBUILD:-}" ] || cargo build --release --locked --quiet

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
package=$scratch/package
"$trailaudit" demo --out "$package" --accounts "$accounts" --regions "$regions" --quiet >/dev/null
key=$package.pub.pem
"$trailaudit" keygen --out "$scratch/key.pem" >/dev/null

size() { find "$@" -type f -printf '%s\n' | awk '{sum += $1} END {printf "%.1f", sum / 1048576}'; }
echo "$accounts accounts in $regions Regions: $(find "$package" -type f | wc -l) files, $(size "$package") MB, of which \
records $(size "$package/accounts" "$package/resources") MB," \
    "unpacked $(find "$package" -name '*.gz' -exec gzip -dc {} + | wc -c | awk '{printf "%.1f", $1 / 1048576}') MB"

export package scratch trailaudit key
floor() {
    find "$package" -type f -print0 | xargs -0 sha256sum >/dev/null
    find "$package" -name '*.gz' -print0 | xargs -0 gzip -dc >/dev/null
}
verify() { "$trailaudit" verify "$package" --key "$key" --allow-simulated "$@" >/dev/null; }
# Each time into another directory: some file systems are slow where much was just removed.
seal() { "$trailaudit" assess "$package" --out "$(mktemp -d -p "$scratch")" --sign "file:$scratch/key.pem" --fail-on never --quiet >/dev/null; }
export -f floor verify seal

least=
row() {
    local what=$1 best=
    shift
    for _ in $(seq "$runs"); do
        /usr/bin/time -f '%e %U %S %M' -o "$scratch/time" bash -c "$*"
        best=$(printf '%s\n%s\n' "$best" "$(tail -1 "$scratch/time")" | grep . | sort -n | head -1)
    done
    [ -n "$least" ] || least=$(cut -d' ' -f1 <<<"$best")
    awk -v what="$what" -v least="$least" \
        '{printf "%-44s %8.2f s %8.2f CPU s %7d MB %7.2f x\n", what, $1, $2 + $3, $4 / 1024, (least > 0 ? $1 / least : 0)}' <<<"$best"
}
printf '%-44s %10s %14s %10s %9s\n' '' wall CPU memory 'to floor'
row 'floor: sha256sum, then gzip -dc' floor
row 'verify --no-reperform' verify --no-reperform
row 'verify' verify
row 'assess: copy, judge, seal and sign' seal
