#!/bin/sh
# Checks this package with openssl, jq, sha256sum, gzip and base64 alone.
#
#   sh verify.sh SIGNERS_PUBLIC_KEY.pem
#
# The key must come from somewhere else than this package: what lies in keys/ is a copy for convenience, never trust.
set -eu

[ $# -eq 1 ] || { echo "usage: sh verify.sh SIGNERS_PUBLIC_KEY.pem" >&2; exit 2; }
key=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
[ -r "$key" ] || { echo "$1 cannot be read" >&2; exit 1; }
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "NOT VERIFIED: $1" >&2; exit 5; }

# No links, pipes or devices: only files and directories.
[ -z "$(find . ! -type f ! -type d)" ] || fail "something is there that is neither a file nor a directory"

# 1. Every file the manifest lists is there, with exactly these bytes.
jq -r '.files[] | .sha256 + "  " + .path' manifest.json > "$work/listed" || fail "manifest.json cannot be read"
sha256sum --check --strict --quiet "$work/listed" || fail "a file is missing or was changed"
echo "files       $(wc -l < "$work/listed") as listed in manifest.json"

# 2. Nothing else is there.
jq -r '.files[].path' manifest.json | LC_ALL=C sort > "$work/paths"
find . -type f ! -path ./manifest.json ! -path './signatures/*' ! -path './keys/*' |
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
: > "$work/signers"
# One text is one value: what can be written in several ways could be changed unnoticed.
canonical() { base64 -d < "$1" 2> /dev/null | base64 | tr -d '\n' | cmp -s - "$1"; }
find signatures -type f 2> /dev/null | LC_ALL=C sort > "$work/bundles"
while read -r bundle; do
  printf '%s\n' "$bundle" | grep -Eq '^signatures/[0-9]{2,}-[a-z0-9]+(-[a-z0-9]+)*\.sigstore\.json$' ||
    fail "$bundle is no signature"
  # Nothing is in it but what is looked at below.
  jq -jcS --arg type "$type" '{
      dsseEnvelope: {
        payload: .dsseEnvelope.payload,
        payloadType: $type,
        signatures: [{keyid: .verificationMaterial.publicKey.hint, sig: .dsseEnvelope.signatures[0].sig}]
      },
      mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json",
      verificationMaterial: {publicKey: {hint: .verificationMaterial.publicKey.hint}}
    }' "$bundle" 2> /dev/null | cmp -s - "$bundle" || fail "$bundle is not a signature as it should be written"
  signer=$(jq -r .verificationMaterial.publicKey.hint "$bundle")
  printf '%s\n' "$signer" >> "$work/signers"
  [ "$signer" = "$fingerprint" ] || continue
  jq -j .dsseEnvelope.payload "$bundle" > "$work/payload"
  jq -j '.dsseEnvelope.signatures[0].sig' "$bundle" > "$work/signature"
  canonical "$work/payload" && canonical "$work/signature" || fail "$bundle is not base64 as it should be written"
  base64 -d < "$work/payload" > "$work/statement.json"
  base64 -d < "$work/signature" > "$work/signature.der"
  { printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(wc -c < "$work/statement.json")"; cat "$work/statement.json"; } > "$work/pae"
  openssl dgst -sha256 -verify "$key" -signature "$work/signature.der" "$work/pae" > /dev/null 2>&1 ||
    fail "$bundle is not a signature by your key"
  [ "$(jq -r '.subject[0].digest.sha256' "$work/statement.json")" = "$manifest" ] ||
    fail "$bundle speaks about another package"
  jq -r '"signature   " + .predicate.signer.printedName + " (" + .predicate.signer.id + "), " + .predicate.role + ", "
    + .predicate.meaning + ", " + .predicate.declaredTime' "$work/statement.json"
  verified=$((verified + 1))
done < "$work/bundles"
[ -s "$work/signers" ] || fail "the package is not signed"
[ "$verified" -gt 0 ] || fail "no signature here was made by your key"

# 5. keys/ holds copies of the signers' keys, each under its own fingerprint, and nothing else.
sed 's|.*|keys/&.pem|' "$work/signers" | LC_ALL=C sort -u > "$work/named"
find keys -type f 2> /dev/null | LC_ALL=C sort > "$work/copies"
cmp -s "$work/named" "$work/copies" || fail "keys/ does not hold exactly the signers' keys"
while read -r copy; do
  openssl pkey -pubin -in "$copy" -pubout 2> /dev/null | cmp -s - "$copy" || fail "$copy is not a public key"
  [ "keys/$(openssl pkey -pubin -in "$copy" -outform DER | sha256sum | cut -d' ' -f1).pem" = "$copy" ] ||
    fail "$copy is another key than its name says"
done < "$work/copies"
if [ "$(jq -r .endpoint.simulated manifest.json)" != false ]; then
  echo "NOTE        these records do not come from AWS itself, but from: $(jq -r '.endpoint.hosts | join(", ")' manifest.json)"
fi
echo "VERIFIED    files and signature; the findings were not assessed again (\`trailaudit verify\` does that)"
