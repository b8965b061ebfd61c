#!/bin/sh
# Checks this package, or this extract of one account, with openssl, jq, sha256sum, gzip and base64 alone.
#
#   sh verify.sh SIGNERS_PUBLIC_KEY.pem [TSA_ROOT.pem]
#
# The key must come from somewhere else than this package: what lies in keys/ is a copy for convenience, never trust.
# With the root certificate of a time-stamping authority the time of signing is checked, too.
set -eu
unset CDPATH

[ $# -eq 1 ] || [ $# -eq 2 ] || { echo "usage: sh verify.sh SIGNERS_PUBLIC_KEY.pem [TSA_ROOT.pem]" >&2; exit 2; }
absolute() { printf '%s/%s\n' "$(cd "$(dirname "$1")" && pwd)" "$(basename "$1")"; }
for file in "$@"; do [ -r "$file" ] || { echo "$file cannot be read" >&2; exit 1; }; done
key=$(absolute "$1")
root=${2:+$(absolute "$2")}
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "NOT VERIFIED: $1" >&2; exit 5; }
ask() { jq -r "$1" manifest.json || fail "manifest.json cannot be read"; }

# No links, pipes or devices: only files and directories.
[ -z "$(find . ! -type f ! -type d)" ] || fail "something is there that is neither a file nor a directory"
[ -z "$(LC_ALL=C find . -name '*[!A-Za-z0-9._-]*')" ] || fail "something has a name that no package has"

# 1. Every file that was sealed is there, with exactly these bytes: those the manifest lists, and those of accounts,
#    which the lines of the index name. An extract has a part of the first and one account of the second.
[ -f accounts/index.jsonl ] || fail "accounts/index.jsonl is missing"
# Read line by line, and from here on only what was read: what a shell and jq might see apart is refused.
index=$work/index
mkdir "$work/nodes"
n=100000000
while IFS= read -r line; do
  n=$((n + 1))
  printf '%s\n' "$line" >> "$index"
  { printf '\000'; printf '%s' "$line"; } > "$work/nodes/$n"
done < accounts/index.jsonl
accounts=$((n - 100000000))
[ "$accounts" -gt 0 ] && cmp -s "$index" accounts/index.jsonl || fail "accounts/index.jsonl is not lines of text"
if [ -f proof.json ]; then part='select(.path == ("catalogue.json", "VERIFY.md", "verify.sh"))'; else part=.; fi
ask ".files[] | $part | .sha256 + \"  \" + .path" > "$work/listed"
jq -r '. as $leaf
  | (.records | values | . + "  accounts/" + $leaf.account + ".jsonl.gz"),
    (.resources | values | . + "  resources/" + $leaf.account + ".jsonl.gz")' "$index" > "$work/of_accounts" ||
  fail "accounts/index.jsonl cannot be read"
if [ -f proof.json ]; then
  jq -r '.findings + "  accounts/" + .account + ".findings.json"' "$index" >> "$work/of_accounts"
fi
cat "$work/listed" "$work/of_accounts" > "$work/sealed"
sha256sum --check --strict --quiet "$work/sealed" || fail "a file is missing or was changed"
echo "files       $(wc -l < "$work/sealed"), as they were sealed"

# 2. Nothing else is there.
{ cut -c67- "$work/sealed"; echo accounts/index.jsonl; [ ! -f proof.json ] || echo proof.json; } | LC_ALL=C sort > "$work/paths"
find . -type f ! -path ./manifest.json ! -path './signatures/*' ! -path './keys/*' |
  sed 's|^\./||' | LC_ALL=C sort > "$work/present"
cmp -s "$work/paths" "$work/present" || fail "a file is there that was not sealed"

# 3. The records unpack.
find accounts resources organization.jsonl.gz -name '*.gz' 2> /dev/null | while read -r file; do
  gzip --test "$file" || exit 1
done || fail "a record file is damaged"

# 4. The index is the one that was signed. RFC 6962: a leaf is the hash of 0x00 and its line, a node is that of 0x01 and
#    the two below it, and one that is left over goes up as it is.
octal='def octal: [range(0; 64; 2) as $i | .[$i:$i+2] | explode | map(if . > 96 then . - 87 else . - 48 end)
  | .[0] * 16 + .[1] | "\\" + ((. / 64 | floor | tostring) + (. % 64 / 8 | floor | tostring) + (. % 8 | tostring))] | add;'
hash_all() { (cd "$work/nodes" && find . -type f | LC_ALL=C sort | xargs sha256sum) | cut -c1-64; rm -rf "$work/nodes"; }
hash_all > "$work/level"
expected=$(ask .accountsRoot)
if [ -f proof.json ]; then
  [ "$accounts" = 1 ] && [ "$(jq .size proof.json)" = "$(ask .accountCount)" ] || fail "proof.json is of other accounts"
  position=$(jq .index proof.json)
  last=$(($(jq .size proof.json) - 1))
  hash=$(cat "$work/level")
  [ "$position" -ge 0 ] && [ "$position" -le "$last" ] || fail "proof.json is of other accounts"
  jq -r '.path[]' proof.json > "$work/proof"
  while read -r sibling; do
    [ "$last" -gt 0 ] || fail "proof.json does not lead to the root that was signed"
    if [ $((position % 2)) = 1 ] || [ "$position" = "$last" ]; then
      pair=$sibling$hash
      while [ $((position % 2)) = 0 ] && [ "$position" != 0 ]; do position=$((position / 2)); last=$((last / 2)); done
    else
      pair=$hash$sibling
    fi
    hash=$(printf "$(jq -nr --arg pair "$pair" "$octal"' "\\001" + ($pair[:64] | octal) + ($pair[64:] | octal)')" | sha256sum | cut -c1-64)
    position=$((position / 2))
    last=$((last / 2))
  done < "$work/proof"
  [ "$last" = 0 ] && [ "$hash" = "$expected" ] || fail "proof.json does not lead to the root that was signed"
  echo "account     $(jq -r .account "$index"), one of $(ask .accountCount) in the package"
else
  [ "$accounts" = "$(ask .accountCount)" ] || fail "accounts/index.jsonl has other accounts than were signed"
  while [ "$(wc -l < "$work/level")" -gt 1 ]; do
    mkdir "$work/nodes"
    n=100000000
    jq -Rnr "$octal"' [inputs] | range(0; length - 1; 2) as $i | "\\001" + (.[$i] | octal) + (.[$i + 1] | octal)' \
      "$work/level" > "$work/pairs"
    while IFS= read -r pair; do n=$((n + 1)); printf "$pair" > "$work/nodes/$n"; done < "$work/pairs"
    { hash_all; [ $(($(wc -l < "$work/level") % 2)) = 0 ] || tail -n 1 "$work/level"; } > "$work/above"
    mv "$work/above" "$work/level"
  done
  [ "$(cat "$work/level")" = "$expected" ] || fail "accounts/index.jsonl has another root than was signed"
  echo "accounts    $accounts, under the root that was signed"
fi

# 5. Your key signed a statement about exactly this manifest.
manifest=$(sha256sum manifest.json | cut -d' ' -f1)
fingerprint=$(openssl pkey -pubin -in "$key" -outform DER | sha256sum | cut -d' ' -f1)
type=application/vnd.in-toto+json
verified=0
: > "$work/signers"
# One text is one value: what can be written in several ways could be changed unnoticed.
canonical() { base64 -d < "$1" 2> /dev/null | base64 | tr -d '\n' | cmp -s - "$1"; }
# What the key is, OpenSSL tells in words: an RSA key by its modulus alone.
described=$(openssl pkey -pubin -in "$key" -noout -text) || fail "your key cannot be read"
bits=$(printf '%s\n' "$described" | sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p')
case $described in
  ED25519*) kind=ed25519 longest=64 ;;
  *Modulus:*) kind=rsa longest=$(((bits + 7) / 8)); [ "$bits" -ge 3072 ] || fail "your RSA key is shorter than 3072 bits" ;;
  *"OID: prime256v1"*) kind=p256 longest=72 ;;
  *) fail "your key is neither P-256 nor Ed25519 nor RSA" ;;
esac
genuine() {
  # openssl dgst reads no further than a signature can reach: what follows would go unseen.
  [ "$(wc -c < "$work/signature.bin")" -le "$longest" ] || return 1
  case $kind in
    ed25519) openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/pae" -sigfile "$work/signature.bin" ;;
    rsa) openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest \
      -verify "$key" -signature "$work/signature.bin" "$work/pae" ;;
    *) openssl dgst -sha256 -verify "$key" -signature "$work/signature.bin" "$work/pae" ;;
  esac > /dev/null 2>&1
}
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
      verificationMaterial: ({publicKey: {hint: .verificationMaterial.publicKey.hint}}
        + if .verificationMaterial | has("timestampVerificationData") then {timestampVerificationData: {rfc3161Timestamps:
            [{signedTimestamp: .verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp}]}}
          else {} end)
    }' "$bundle" 2> /dev/null | cmp -s - "$bundle" || fail "$bundle is not a signature as it should be written"
  signer=$(jq -r .verificationMaterial.publicKey.hint "$bundle")
  printf '%s\n' "$signer" >> "$work/signers"
  role=$(basename "$bundle" .sigstore.json | cut -d- -f2-)
  printf '%s\n' "$role" >> "$work/roles"
  if [ "$signer" != "$fingerprint" ]; then
    echo "NOTE        $bundle was made with another key, and is not checked"
    continue
  fi
  jq -j .dsseEnvelope.payload "$bundle" > "$work/payload"
  jq -j '.dsseEnvelope.signatures[0].sig' "$bundle" > "$work/signature"
  canonical "$work/payload" && canonical "$work/signature" || fail "$bundle is not base64 as it should be written"
  base64 -d < "$work/payload" > "$work/statement.json"
  base64 -d < "$work/signature" > "$work/signature.bin"
  { printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(wc -c < "$work/statement.json")"; cat "$work/statement.json"; } > "$work/pae"
  genuine || fail "$bundle is not a signature by your key"
  [ "$(jq -r '.subject[0].digest.sha256' "$work/statement.json")" = "$manifest" ] ||
    fail "$bundle speaks about another package"
  [ "$(jq -r .predicate.role "$work/statement.json")" = "$role" ] || fail "$bundle was signed in another role"
  jq -r '"signature   " + .predicate.signer.printedName + " (" + .predicate.signer.id + "), " + .predicate.role + ", "
    + .predicate.meaning + ", " + .predicate.declaredTime' "$work/statement.json"
  if [ -n "$root" ]; then
    jq -j '.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp // empty' "$bundle" \
      > "$work/timestamp"
    [ -s "$work/timestamp" ] && canonical "$work/timestamp" || fail "$bundle has no timestamp"
    base64 -d < "$work/timestamp" > "$work/timestamp.tsr"
    # At the time it tells: the authority's certificate may have expired since.
    stamped=$(openssl ts -reply -in "$work/timestamp.tsr" -text 2> /dev/null | sed -n 's/^Time stamp: //p')
    stamped=$(date -u -d "$stamped" +%s) || fail "$bundle has a timestamp that tells no time"
    openssl ts -verify -data "$work/signature.bin" -in "$work/timestamp.tsr" -CAfile "$root" -attime "$stamped" \
      > /dev/null 2>&1 || fail "$bundle has a timestamp that does not verify"
    echo "time        $(date -u -d "@$stamped" +%Y-%m-%dT%H:%M:%SZ), by the time-stamping authority"
  fi
  verified=$((verified + 1))
done < "$work/bundles"
[ -s "$work/signers" ] || fail "the package is not signed"
[ "$verified" -gt 0 ] || fail "no signature here was made by your key"
ask '.requiredSignatures[]' > "$work/required"
while read -r role; do
  grep -qx "$role" "$work/roles" || fail "the package requires a signature in the role $role, and there is none"
done < "$work/required"

# 6. keys/ holds copies of the signers' keys, each under its own fingerprint, and nothing else.
sed 's|.*|keys/&.pem|' "$work/signers" | LC_ALL=C sort -u > "$work/named"
find keys -type f 2> /dev/null | LC_ALL=C sort > "$work/copies"
cmp -s "$work/named" "$work/copies" || fail "keys/ does not hold exactly the signers' keys"
while read -r copy; do
  openssl pkey -pubin -in "$copy" -pubout 2> /dev/null | cmp -s - "$copy" || fail "$copy is not a public key"
  [ "keys/$(openssl pkey -pubin -in "$copy" -outform DER | sha256sum | cut -d' ' -f1).pem" = "$copy" ] ||
    fail "$copy is another key than its name says"
done < "$work/copies"
if [ "$(ask .endpoint.simulated)" != false ]; then
  echo "NOTE        these records do not come from AWS itself, but from: $(ask '.endpoint.hosts | join(", ")')"
fi
echo "VERIFIED    files and signature; the findings were not assessed again (\`trailaudit verify\` does that)"
