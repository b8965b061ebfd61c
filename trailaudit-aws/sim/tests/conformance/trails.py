"""Trails, the keys and log groups they name, and the key that signs."""

import hashlib
import os

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from judge import call, check, client, refuse, refused


def trails(session, region, own_account, truth):
    """The trails an account has at home in a Region, each asked in full."""
    made = client(session, "cloudtrail", region)
    call(made, "ListTrails")
    seen = call(made, "DescribeTrails")["trailList"]
    own = call(made, "DescribeTrails", includeShadowTrails=False)["trailList"]
    check(all(trail in seen for trail in own), "shadow trails are added to the others")
    for trail in seen:
        arn, mine = trail["TrailARN"], f":{own_account}:" in trail["TrailARN"]
        if any(d["resource_id"] == arn and d["rule"] == "trail-logging" for d in truth["defects"]):
            continue
        call(made, "GetTrailStatus", Name=arn)
        call(made, "GetTrail", Name=arn)
        if mine:
            call(made, "GetEventSelectors", TrailName=arn)
            refuse(made, "GetInsightSelectors", "InsightNotEnabledException", 400, TrailName=arn)
            if trail["HomeRegion"] == region:
                call(made, "ListTags", ResourceIdList=[arn])
        else:
            refuse(made, "GetEventSelectors", "CloudTrailARNInvalidException", 400, TrailName=arn)
            refuse(made, "GetTrailStatus", "TrailNotFoundException", 400, Name=trail["Name"])
    refuse(made, "GetTrail", "TrailNotFoundException", 400, Name="nobodys-trail")
    refuse(made, "GetTrail", "InvalidTrailNameException", 400, Name="x!")
    refuse(made, "ListTags", "CloudTrailARNInvalidException", 400, ResourceIdList=["nonsense"])
    return own


def resources(session, trail):
    home = trail["HomeRegion"]
    key, group = trail.get("KmsKeyId", ""), trail.get("CloudWatchLogsLogGroupArn", "")
    if key.startswith("arn:") and "alias/aws/" not in key:
        try:
            call(client(session, "kms", key.split(":")[3]), "DescribeKey", KeyId=key)
        except ClientError as error:
            refused.add(("kms", error.response["Error"]["Code"]))
    if group and f":{home}:" in group:
        name = group.split(":")[6]
        try:
            call(client(session, "logs", home), "DescribeLogGroups", logGroupNamePrefix=name, limit=1)
        except ClientError as error:
            refused.add(("logs", error.response["Error"]["Code"]))


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
