#!/bin/sh
# Checks this package with openssl, jq, sha256sum, gzip and base64 alone.
#
#   sh verify.sh SIGNERS_PUBLIC_KEY.pem
#
# The key must come from somewhere else than this package: what lies in keys/ is a copy for convenience, never trust.
set -eu

[ $# -eq 1 ] || { echo "usage: sh verify.sh SIGNERS_PUBLIC_KEY.pem" >&2; exit 2; }
key=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "NOT VERIFIED: $1" >&2; exit 5; }

# 1. Every file the manifest lists is there, with exactly these bytes.
jq -r '.files[] | .sha256 + "  " + .path' manifest.json > "$work/listed" || fail "manifest.json cannot be read"
sha256sum --check --strict --quiet "$work/listed" || fail "a file is missing or was changed"
echo "files       $(wc -l < "$work/listed") as listed in manifest.json"

# 2. Nothing else is there.
jq -r '.files[].path' manifest.json | LC_ALL=C sort > "$work/paths"
find . ! -type d ! -path ./manifest.json ! -path './signatures/*' ! -path './keys/*' |
  sed 's|^\./||' | LC_ALL=C sort > "$work/present"
cmp -s "$work/paths" "$work/present" || fail "a file is there that the manifest does not list"

# 3. The records unpack.
find accounts resources organization.jsonl.gz -name '*.gz' 2> /dev/null | while read -r file; do
  gzip --test "$file" || exit 1
done || fail "a record file is damaged"

# 4. Your key signed a statement about exactly this manifest.
manifest=$(sha256sum manifest.json | cut -d' ' -f1)
fingerprint=$(openssl pkey -pubin -in "$key" -outform DER | sha256sum | cut -d' ' -f1)
type=application/vnd.in-toto+json
verified=0
for bundle in signatures/*.sigstore.json; do
  [ -e "$bundle" ] || fail "the package is not signed"
  [ "$(jq -r .verificationMaterial.publicKey.hint "$bundle")" = "$fingerprint" ] || continue
  jq -r .dsseEnvelope.payload "$bundle" | base64 -d > "$work/statement.json"
  jq -r '.dsseEnvelope.signatures[0].sig' "$bundle" | base64 -d > "$work/signature.der"
  { printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(wc -c < "$work/statement.json")"; cat "$work/statement.json"; } > "$work/pae"
  openssl dgst -sha256 -verify "$key" -signature "$work/signature.der" "$work/pae" > /dev/null ||
    fail "$bundle is not a signature by your key"
  [ "$(jq -r '.subject[0].digest.sha256' "$work/statement.json")" = "$manifest" ] ||
    fail "$bundle speaks about another package"
  jq -r '"signature   " + .predicate.signer.printedName + " (" + .predicate.signer.id + "), " + .predicate.role + ", "
    + .predicate.meaning + ", " + .predicate.declaredTime' "$work/statement.json"
  verified=$((verified + 1))
done
[ "$verified" -gt 0 ] || fail "no signature here was made by your key"
if [ "$(jq -r .endpoint.simulated manifest.json)" != false ]; then
  echo "NOTE        these records do not come from AWS itself, but from: $(jq -r '.endpoint.hosts | join(", ")' manifest.json)"
fi
echo "VERIFIED    files and signature; the findings were not assessed again (\`trailaudit verify\` does that)"
