"""boto3 as it is usually written: 32 threads, an account each, a session and a client for whatever is asked next."""

import sys
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.exceptions import ClientError

from controls import ROLE, rows, write


def main(path):
    me = boto3.client("sts").get_caller_identity()["Account"]
    pages = boto3.client("organizations").get_paginator("list_accounts").paginate()
    accounts = [account["Id"] for page in pages for account in page["Accounts"]]
    with ThreadPoolExecutor(32) as pool:
        found = [row for rows in pool.map(lambda account: audit(account, me), accounts) for row in rows]
    write(path, found)


def audit(account, me):
    try:
        session = entered(account, me)
        regions = session.client("ec2", region_name="us-east-1").describe_regions()["Regions"]
    except ClientError as error:
        print(account, error, file=sys.stderr)
        return []
    found = []
    for region in [region["RegionName"] for region in regions]:
        cloudtrail = session.client("cloudtrail", region_name=region)
        try:
            trails = cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]
        except ClientError as error:
            print(account, region, error, file=sys.stderr)
            continue
        for trail in trails:
            found += rows(account, region, trail, key_of(session, trail), status_of(cloudtrail, trail))
    return found


def entered(account, me):
    if account == me:
        return boto3.Session()
    role = f"arn:aws:iam::{account}:role/{ROLE}"
    answer = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="compare")["Credentials"]
    return boto3.Session(answer["AccessKeyId"], answer["SecretAccessKey"], answer["SessionToken"])


def key_of(session, trail):
    if not trail.get("KmsKeyId"):
        return None
    try:
        kms = session.client("kms", region_name=trail["HomeRegion"])
        return kms.describe_key(KeyId=trail["KmsKeyId"])["KeyMetadata"]
    except ClientError:
        return None


def status_of(cloudtrail, trail):
    try:
        return cloudtrail.get_trail_status(Name=trail["TrailARN"])
    except ClientError:
        return None


main(sys.argv[1])
