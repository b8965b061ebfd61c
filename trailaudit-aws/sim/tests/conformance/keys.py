"""KMS: rotation and policies of the management account's keys, and the key that signs."""

import hashlib
import json
import os

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from judge import call, check, client, refuse

ROTATING = "00000000-0000-4000-8000-00000000000a"
MULTI_REGION = "mrk-0000000000000000000000000000000a"


def keys(base, member, management):
    made, arn = client(base, "kms"), f"arn:aws:kms:us-east-1:{management}:key/{ROTATING}"
    rotation = call(made, "GetKeyRotationStatus", KeyId=arn)
    check(rotation["RotationPeriodInDays"] == 180 and rotation["NextRotationDate"].year > 2024, f"{rotation}")
    replica = call(client(base, "kms", "eu-west-1"), "GetKeyRotationStatus", KeyId=MULTI_REGION)
    check(replica["RotationPeriodInDays"] == 365, f"the primary's: {replica}")
    described = call(client(base, "kms", "eu-west-1"), "DescribeKey", KeyId=MULTI_REGION)["KeyMetadata"]
    check(described["MultiRegionConfiguration"]["MultiRegionKeyType"] == "REPLICA", f"{described}")
    check(call(made, "GetKeyPolicy", KeyId=ROTATING)["PolicyName"] == "default", "a policy is called default")
    policy = json.loads(call(made, "GetKeyPolicy", KeyId=arn, PolicyName="default")["Policy"])
    check("cloudtrail.amazonaws.com" in json.dumps(policy["Statement"]), f"{policy}")
    other = client(member, "kms")
    check(call(other, "GetKeyRotationStatus", KeyId=arn)["KeyRotationEnabled"], "the key policy lets members ask")
    refuse(other, "GetKeyPolicy", "AccessDeniedException", 400, "no resource-based policies allow", KeyId=arn)
    refuse(made, "GetKeyPolicy", "NotFoundException", 400, KeyId=arn, PolicyName="another")
    refuse(made, "GetKeyPolicy", "InvalidArnException", 400, KeyId="arn:aws:kms:nonsense")
    refuse(made, "GetKeyRotationStatus", "NotFoundException", 400, KeyId="alias/trailaudit-signing")
    key = os.environ["SIMULATED_SIGNING_KEY"]
    refuse(made, "GetKeyRotationStatus", "UnsupportedOperationException", 400, KeyId=key)


def signing(base):
    """The key pair, by each of its names; what it signed is checked by another implementation of ECDSA."""
    made, arn = client(base, "kms"), os.environ["SIMULATED_SIGNING_KEY"]
    alias = "alias/trailaudit-signing"
    names = [arn, arn.rpartition("/")[2], alias, f"{arn.rpartition(':')[0]}:{alias}"]
    described = call(made, "DescribeKey", KeyId=arn)["KeyMetadata"]
    check(described["SigningAlgorithms"] == ["ECDSA_SHA_256"], f"{described}")
    check("EncryptionAlgorithms" not in described, f"{described}")
    message = b"what is signed"
    digest = hashlib.sha256(message).digest()
    how = {"SigningAlgorithm": "ECDSA_SHA_256"}
    for name in names:
        answer = call(made, "GetPublicKey", KeyId=name)
        check((answer["KeyId"], answer["KeySpec"]) == (arn, "ECC_NIST_P256"), f"{name}: {answer}")
        public = serialization.load_der_public_key(answer["PublicKey"])
        for type_, body in (("DIGEST", digest), ("RAW", message)):
            signed = call(made, "Sign", KeyId=name, Message=body, MessageType=type_, **how)
            check(signed["KeyId"] == arn, f"{name}: {signed}")
            public.verify(signed["Signature"], message, ec.ECDSA(hashes.SHA256()))
    short = {"Message": digest[:20], "MessageType": "DIGEST"}
    text = "Digest is invalid length for algorithm ECDSA_SHA_256"
    refuse(made, "Sign", "ValidationException", 400, text, KeyId=arn, **short, **how)
    other = {"Message": message, "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    refuse(made, "Sign", "InvalidKeyUsageException", 400, "ECC_NIST_P256", KeyId=arn, **other)
    dry = {"Message": message, "DryRun": True, **how}
    refuse(made, "Sign", "DryRunOperationException", 412, "would have succeeded", KeyId=arn, **dry)
    absent = {"KeyId": "alias/absent"}
    refuse(made, "GetPublicKey", "NotFoundException", 400, **absent)
    refuse(made, "Sign", "NotFoundException", 400, Message=message, **absent, **how)
