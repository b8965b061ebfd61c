#!/bin/sh
# Checks this package, or this extract of one account, with openssl, jq, sha256sum, gzip and what VERIFY.md names beside.
#
#   sh verify.sh SIGNERS_PUBLIC_KEY.pem... [TSA_ROOT.pem...]
#
# The keys must come from somewhere else than this package: what lies in keys/ is a copy for convenience, never trust.
# With the root certificates of time-stamping authorities the time of signing is checked, too.
set -eu
unset CDPATH

[ $# -ge 1 ] || { echo "usage: sh verify.sh SIGNERS_PUBLIC_KEY.pem... [TSA_ROOT.pem...]" >&2; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { printf 'NOT VERIFIED: %s\n' "$1" >&2; exit 5; }
fingerprint() { openssl pkey -pubin -in "$1" -outform DER 2> /dev/null | sha256sum | cut -d' ' -f1; }
mkdir "$work/trusted"
root=
for file in "$@"; do
  [ -r "$file" ] || { echo "$file cannot be read" >&2; exit 1; }
  if grep -q 'BEGIN CERTIFICATE' "$file"; then
    root=$work/roots
    cat "$file" >> "$root"
  else
    openssl pkey -pubin -in "$file" -noout 2> /dev/null || { echo "$file is not a public key" >&2; exit 1; }
    cat "$file" > "$work/trusted/$(fingerprint "$file")"
  fi
done
cd "$(dirname "$0")"
# What a package says is shown without what would steer a terminal, and in one line.
plain='def plain: tostring | explode | map(if . < 32 or (. >= 127 and . < 160) or (. >= 8203 and . <= 8207)
  or (. >= 8232 and . <= 8238) or (. >= 8294 and . <= 8297) or . == 65279 then 63 else . end) | implode;'
ask() { jq -r "$plain $1" manifest.json || fail "manifest.json cannot be read"; }
jq -jcS . manifest.json 2> /dev/null | cmp -s - manifest.json || fail "manifest.json is not JSON as it should be written"
is_number() { printf '%s\n' "$1" | grep -Eqx '[0-9]{1,9}'; }
is_number "$(ask .accountCount)" || fail "manifest.json counts no accounts"

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
jq -cS . "$index" 2> /dev/null | cmp -s - "$index" || fail "accounts/index.jsonl is not JSON as it should be written"
jq -r .account "$index" | LC_ALL=C sort -cu 2> /dev/null || fail "accounts/index.jsonl is not in order"
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
# Only what lies in this folder is opened.
name='[A-Za-z0-9_-][A-Za-z0-9._-]*'
! LC_ALL=C grep -Eqvx "[0-9a-f]{64}  $name(/$name)*" "$work/sealed" || fail "a path is listed that no package has"
sha256sum --check --strict --quiet "$work/sealed" || fail "a file is missing or was changed"
ask ".files[] | $part | \"\\(.size) \\(.path)\"" > "$work/sizes"
while read -r size path; do
  is_number "$size" && [ "$(wc -c < "$path")" -eq "$size" ] || fail "manifest.json lists another size of $path"
done < "$work/sizes"
echo "files       $(wc -l < "$work/sealed"), as they were sealed"

# 2. Nothing else is there.
{ cut -c67- "$work/sealed"; echo accounts/index.jsonl; [ ! -f proof.json ] || echo proof.json; } | LC_ALL=C sort > "$work/paths"
find . -type f ! -path ./manifest.json ! -path './signatures/*' ! -path './keys/*' |
  sed 's|^\./||' | LC_ALL=C sort > "$work/present"
cmp -s "$work/paths" "$work/present" || fail "a file is there that was not sealed"
find . -type d | sed -n 's|^\./||p' | LC_ALL=C sort > "$work/folders"
find . -type f | sed -n 's|^\./\(.*\)/[^/]*$|\1|p' | LC_ALL=C sort -u | cmp -s - "$work/folders" ||
  fail "a directory is there that was not sealed"

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
  jq -jcS '{account, format: "trailaudit.proof/v1", index, path, size}' proof.json 2> /dev/null | cmp -s - proof.json ||
    fail "proof.json is not a proof as it should be written"
  [ "$(jq -r .account proof.json)" = "$(jq -r .account "$index")" ] || fail "proof.json is of another account"
  is_number "$(jq .size proof.json)" && is_number "$(jq .index proof.json)" || fail "proof.json has no place"
  [ "$accounts" = 1 ] && [ "$(jq .size proof.json)" = "$(ask .accountCount)" ] || fail "proof.json is of other accounts"
  position=$(jq .index proof.json)
  last=$(($(jq .size proof.json) - 1))
  hash=$(cat "$work/level")
  [ "$position" -ge 0 ] && [ "$position" -le "$last" ] || fail "proof.json is of other accounts"
  jq -r '.path[]' proof.json > "$work/proof"
  ! grep -Eqvx '[0-9a-f]{64}' "$work/proof" || fail "proof.json is not a proof as it should be written"
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

# 5. keys/ holds copies of the signers' keys, each under its own fingerprint, and nothing else.
find signatures -type f 2> /dev/null | LC_ALL=C sort > "$work/bundles"
[ -s "$work/bundles" ] || fail "the package is not signed"
while read -r bundle; do
  jq -r '.verificationMaterial.publicKey.hint' "$bundle" 2> /dev/null | grep -Ex '[0-9a-f]{64}' ||
    fail "$bundle is not a signature as it should be written"
done < "$work/bundles" > "$work/signers"
sed 's|.*|keys/&.pem|' "$work/signers" | LC_ALL=C sort -u > "$work/named"
find keys -type f 2> /dev/null | LC_ALL=C sort > "$work/copies"
cmp -s "$work/named" "$work/copies" || fail "keys/ does not hold exactly the signers' keys"
while read -r copy; do
  openssl pkey -pubin -in "$copy" -pubout 2> /dev/null | cmp -s - "$copy" || fail "$copy is not a public key"
  [ "keys/$(fingerprint "$copy").pem" = "$copy" ] || fail "$copy is another key than its name says"
done < "$work/copies"

# 6. Every signature is genuine and about exactly this manifest, and yours are among them.
manifest=$(sha256sum manifest.json | cut -d' ' -f1)
type=application/vnd.in-toto+json
ended=$(ask '.collection.ended[0:19] + "Z" | fromdateiso8601')
now=$(jq -n 'now | floor')
verified=0
number=0
: > "$work/roles"
: > "$work/envelopes"
: > "$work/statements"
# One text is one value: what can be written in several ways could be changed unnoticed.
canonical() { base64 -d < "$1" 2> /dev/null | base64 | tr -d '\n' | cmp -s - "$1"; }
# What the key is, OpenSSL tells in words: an RSA key by its modulus alone.
describe() {
  described=$(openssl pkey -pubin -in "$key" -noout -text) || fail "$bundle: its key cannot be read"
  bits=$(printf '%s\n' "$described" | sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p')
  case $described in
    ED25519*) kind=ed25519 longest=64 ;;
    *Modulus:*)
      kind=rsa-pss-sha256 longest=$(((bits + 7) / 8))
      [ "$bits" -ge 3072 ] || fail "$bundle: its RSA key is shorter than 3072 bits" ;;
    *"OID: prime256v1"*) kind=ecdsa-p256-sha256 longest=72 ;;
    *) fail "$bundle: its key is neither P-256 nor Ed25519 nor RSA" ;;
  esac
}
genuine() {
  # openssl dgst reads no further than a signature can reach: what follows would go unseen.
  [ "$(wc -c < "$work/signature.bin")" -le "$longest" ] || return 1
  case $kind in
    ed25519) openssl pkeyutl -verify -pubin -inkey "$key" -rawin -in "$work/pae" -sigfile "$work/signature.bin" ;;
    rsa-pss-sha256) openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest \
      -verify "$key" -signature "$work/signature.bin" "$work/pae" ;;
    *) openssl dgst -sha256 -verify "$key" -signature "$work/signature.bin" "$work/pae" ;;
  esac > /dev/null 2>&1
}
# Times may differ by five minutes, as clocks do: $1 is when, $2 is what.
in_time() {
  [ "$1" -ge $((ended - 300)) ] || fail "$2 is from before the end of the collection"
  [ "$1" -le $((now + 300)) ] || fail "$2 is from after now"
}
while read -r bundle; do
  number=$((number + 1))
  printf '%s\n' "$bundle" | grep -Eqx "signatures/$(printf %02d "$number")-[a-z0-9]+(-[a-z0-9]+)*\\.sigstore\\.json" ||
    fail "$bundle is no signature, or not the next"
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
  key=$work/trusted/$signer
  [ -f "$key" ] || key=keys/$signer.pem
  describe
  jq -j .dsseEnvelope.payload "$bundle" > "$work/payload"
  jq -j '.dsseEnvelope.signatures[0].sig' "$bundle" > "$work/signature"
  canonical "$work/payload" && canonical "$work/signature" || fail "$bundle is not base64 as it should be written"
  base64 -d < "$work/payload" > "$work/statement.json"
  base64 -d < "$work/signature" > "$work/signature.bin"
  { printf 'DSSEv1 %d %s %d ' ${#type} "$type" "$(wc -c < "$work/statement.json")"; cat "$work/statement.json"; } > "$work/pae"
  genuine || fail "$bundle is not a signature by the key it names"
  role=$(basename "$bundle" .sigstore.json | cut -d- -f2-)
  # The statement has these fields and no other, and says of itself what is known otherwise.
  jq -jcS --arg manifest "$manifest" --arg package "$(ask .packageId)" --arg algorithm "$kind" --arg role "$role" '.predicate as $it | {
      _type: "https://in-toto.io/Statement/v1",
      predicate: ({
        algorithm: $algorithm, countersigns: $it.countersigns, declaredTime: $it.declaredTime, meaning: $it.meaning,
        packageId: $package, role: $role, signer: {id: $it.signer.id, printedName: $it.signer.printedName}
      } + if $it | has("keyArn") then {keyArn: $it.keyArn} else {} end),
      predicateType: "urn:trailaudit:evidence-signature:v1",
      subject: [{digest: {sha256: $manifest}, name: "manifest.json"}]
    }' "$work/statement.json" 2> /dev/null | cmp -s - "$work/statement.json" ||
    fail "$bundle speaks about another package, in another role, or in other words"
  jq -r .predicate.meaning "$work/statement.json" | grep -Eqx 'authorship|review|approval|responsibility' ||
    fail "$bundle has no meaning that a signature may have"
  declared=$(jq '.predicate.declaredTime[0:19] + "Z" | fromdateiso8601' "$work/statement.json" 2> /dev/null) ||
    fail "$bundle does not say when it was made"
  in_time "$declared" "$bundle"
  printf '%s %s\n' "$signer" "$(sha256sum < "$work/payload")" >> "$work/statements"
  jq -r '.predicate.countersigns[]' "$work/statement.json" > "$work/countersigned"
  while read -r envelope; do
    grep -Fqx "$envelope" "$work/envelopes" || fail "$bundle countersigns what does not come before it"
  done < "$work/countersigned"
  jq -jcS .dsseEnvelope "$bundle" | sha256sum | cut -d' ' -f1 >> "$work/envelopes"
  told=$(jq -r "$plain"' .predicate | (.signer.printedName | plain) + " (" + (.signer.id | plain) + "), " + .role + ", "
    + .meaning + ", " + (.declaredTime | plain)' "$work/statement.json")
  known=yes
  if [ "$key" = "keys/$signer.pem" ]; then
    known=no
    printf 'NOTE        a key that you did not give signed as %s\n' "$told"
  else
    printf 'signature   %s\n' "$told"
    printf '%s\n' "$role" >> "$work/roles"
    verified=$((verified + 1))
  fi
  jq -j '.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp // empty' "$bundle" \
    > "$work/timestamp"
  if [ -s "$work/timestamp" ]; then
    canonical "$work/timestamp" || fail "$bundle is not base64 as it should be written"
    base64 -d < "$work/timestamp" > "$work/timestamp.tsr"
    stamped=$(openssl ts -reply -in "$work/timestamp.tsr" -text 2> /dev/null | sed -n 's/^Time stamp: //p')
    [ -n "$stamped" ] || fail "$bundle has a timestamp that tells no time"
  elif [ -n "$root" ] && [ "$known" = yes ]; then
    fail "$bundle has no timestamp"
  fi
  if [ -n "$root" ] && [ "$known" = yes ]; then
    # At the time it tells: the authority's certificate may have expired since.
    stamped=$(date -u -d "$stamped" +%s) || fail "$bundle has a timestamp that tells no time"
    openssl ts -verify -data "$work/signature.bin" -in "$work/timestamp.tsr" -CAfile "$root" -attime "$stamped" \
      > /dev/null 2>&1 || fail "$bundle has a timestamp that does not verify"
    in_time "$stamped" "the timestamp of $bundle"
    [ $((stamped - declared)) -le 600 ] && [ $((declared - stamped)) -le 600 ] ||
      fail "$bundle says that it was made at another time than its timestamp"
    echo "time        $(date -u -d "@$stamped" +%Y-%m-%dT%H:%M:%SZ), by the time-stamping authority"
  fi
done < "$work/bundles"
[ "$(LC_ALL=C sort -u "$work/statements" | wc -l)" -eq "$number" ] || fail "a statement is there twice"
[ "$verified" -gt 0 ] || fail "no signature here was made by a key that you gave"
ask '.requiredSignatures[]' > "$work/required"
while read -r role; do
  grep -Fqx "$role" "$work/roles" ||
    fail "the package requires a signature in the role $role, and no key that you gave made one"
done < "$work/required"
if [ "$(ask .endpoint.simulated)" != false ]; then
  echo "NOTE        these records do not come from AWS itself, but from: $(ask '.endpoint.hosts | join(", ") | plain')"
fi
echo "VERIFIED    files and signatures; the findings were not assessed again (\`trailaudit verify\` does that)"
