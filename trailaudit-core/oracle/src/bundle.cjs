// Asks @sigstore/verify whether the key that is trusted signed this bundle, and when the authority stamped it.
const { X509Certificate, createPublicKey } = require('node:crypto');
const { readFileSync } = require('node:fs');
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');

const question = JSON.parse(readFileSync(0, 'utf8'));
let answer;
try {
  const rawBytes = createPublicKey(question.key).export({ type: 'spki', format: 'der' });
  const certificates = question.authority.map((pem) => ({ rawBytes: new X509Certificate(pem).raw }));
  const timestampAuthorities = certificates.length ? [{ certChain: { certificates } }] : [];
  const root = { certificateAuthorities: [], timestampAuthorities, tlogs: [], ctlogs: [] };
  const trusted = toTrustMaterial(root, { [question.fingerprint]: { rawBytes } });
  const asked = { tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: timestampAuthorities.length };
  new Verifier(trusted, asked).verify(toSignedEntity(bundleFromJSON(JSON.parse(question.bundle))));
  answer = { accepted: true };
} catch (error) {
  answer = { accepted: false, why: `${error.code ?? error.name}: ${error.message}` };
}
process.stdout.write(JSON.stringify(answer));
