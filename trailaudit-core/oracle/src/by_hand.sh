# What VERIFY.md tells an auditor to do by hand, in its order. Exit code 5 says "no", any other says that a tool failed.
set -uo pipefail
no() { echo "$1" >&2; exit 5; }
for tool in jq base64 sha256sum openssl; do command -v "$tool" > /dev/null || { echo "$tool is missing" >&2; exit 1; }; done
T=application/vnd.in-toto+json
B=bundle.json
jq -r .dsseEnvelope.payload "$B" | base64 -d > statement.json || no "the payload cannot be read"
jq -r '.dsseEnvelope.signatures[0].sig' "$B" | base64 -d > sig.bin || no "the signature cannot be read"
{ printf 'DSSEv1 %d %s %d ' ${#T} "$T" "$(wc -c < statement.json)"; cat statement.json; } > pae
described=$(openssl pkey -pubin -in key.pem -noout -text)
bits=$(printf '%s\n' "$described" | sed -n 's/.*Public-Key: (\([0-9]*\) bit.*/\1/p')
length=$(wc -c < sig.bin)
case $described in
  ED25519*) ;;
  *Modulus:*) [ "$length" -le $(((bits + 7) / 8)) ] || no "something follows the signature" ;;
  *) [ "$length" -le $((2 * ((bits + 7) / 8) + 8)) ] || no "something follows the signature" ;;
esac
case $described in
  ED25519*) openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in pae -sigfile sig.bin ;;
  *Modulus:*) openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest -verify key.pem -signature sig.bin pae ;;
  *) openssl dgst -sha256 -verify key.pem -signature sig.bin pae ;;
esac > /dev/null 2>&1 || no "the signature does not verify"
said=$(jq -r '.subject[0].digest.sha256' statement.json) || no "the statement cannot be read"
[ "$said" = "$(sha256sum manifest.json | cut -d' ' -f1)" ] || no "the statement is about another manifest"
[ -f root.pem ] || exit 0
jq -r '.verificationMaterial.timestampVerificationData.rfc3161Timestamps[0].signedTimestamp' "$B" | base64 -d > token.tsr ||
  no "the timestamp cannot be read"
stamped=$(openssl ts -reply -in token.tsr -text 2> /dev/null | sed -n 's/^Time stamp: //p')
stamped=$(date -u -d "$stamped" +%s) || no "the timestamp tells no time"
openssl ts -verify -data sig.bin -in token.tsr -CAfile root.pem -attime "$stamped" > /dev/null 2>&1 ||
  no "the timestamp does not verify"
