"""Makes a P-256 signing key in moto and prints its ARN, as JSON. Endpoint and credentials come from the environment."""

import json

import boto3

kms = boto3.client("kms", region_name="eu-west-1")
print(json.dumps(kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]))
