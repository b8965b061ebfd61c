"""Asks securesystemslib whether the key that is trusted signed this DSSE envelope."""

import json
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

question = json.load(sys.stdin)
try:
    public = load_pem_public_key(question["key"].encode())
    # Its own key ids are digests of its own JSON; ours are those of the DER.
    key = SSlibKey.from_crypto(public, keyid=question["fingerprint"])
    envelope = Envelope.from_dict(json.loads(question["bundle"])["dsseEnvelope"])
    envelope.verify([key], 1)
    answer = {"accepted": True}
except Exception as error:  # Whatever it raises, it did not accept.
    answer = {"accepted": False, "why": f"{type(error).__name__}: {error}"}
json.dump(answer, sys.stdout)
