"""aioboto3 with 64 requests in flight: one session, an account's role assumed once, a client for each account and Region."""

import asyncio
import sys

import aioboto3
from botocore.exceptions import ClientError

from controls import ROLE, rows, write

IN_FLIGHT = asyncio.Semaphore(64)


async def main(path):
    session = aioboto3.Session()
    async with session.client("sts", region_name="us-east-1") as sts:
        me = (await sts.get_caller_identity())["Account"]
        async with session.client("organizations", region_name="us-east-1") as organizations:
            pages = organizations.get_paginator("list_accounts").paginate()
            accounts = [account["Id"] async for page in pages for account in page["Accounts"]]
        async with session.client("ec2", region_name="us-east-1") as ec2:
            regions = [region["RegionName"] for region in (await ec2.describe_regions())["Regions"]]

        async def cells(account):
            credentials = {} if account == me else await entered(sts, account)
            if credentials is None:
                return []
            return await asyncio.gather(*(audit(session, account, region, credentials) for region in regions))

        answers = await asyncio.gather(*(cells(account) for account in accounts))
    write(path, [row for cells in answers for rows in cells for row in rows])


async def entered(sts, account):
    role = f"arn:aws:iam::{account}:role/{ROLE}"
    try:
        async with IN_FLIGHT:
            answer = (await sts.assume_role(RoleArn=role, RoleSessionName="compare"))["Credentials"]
    except ClientError as error:
        print(account, error, file=sys.stderr)
        return None
    return {
        "aws_access_key_id": answer["AccessKeyId"],
        "aws_secret_access_key": answer["SecretAccessKey"],
        "aws_session_token": answer["SessionToken"],
    }


async def audit(session, account, region, credentials):
    async with IN_FLIGHT, session.client("cloudtrail", region_name=region, **credentials) as cloudtrail:
        try:
            trails = (await cloudtrail.describe_trails(includeShadowTrails=False))["trailList"]
        except ClientError as error:
            print(account, region, error, file=sys.stderr)
            return []
        found = []
        for trail in trails:
            key = await key_of(session, trail, credentials)
            found += rows(account, region, trail, key, await status_of(cloudtrail, trail))
        return found


async def key_of(session, trail, credentials):
    if not trail.get("KmsKeyId"):
        return None
    async with session.client("kms", region_name=trail["HomeRegion"], **credentials) as kms:
        try:
            return (await kms.describe_key(KeyId=trail["KmsKeyId"]))["KeyMetadata"]
        except ClientError:
            return None


async def status_of(cloudtrail, trail):
    try:
        return await cloudtrail.get_trail_status(Name=trail["TrailARN"])
    except ClientError:
        return None


asyncio.run(main(sys.argv[1]))
