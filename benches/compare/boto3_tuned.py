"""boto3 by somebody who profiled it: one loader of service models, one thread pool of 64 over accounts x Regions, an account's
role assumed once, the answers' shapes not validated, and every account's keys asked once."""

import sys
from concurrent.futures import ThreadPoolExecutor

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader

from controls import ROLE, rows, write

LOADER = Loader(include_default_search_paths=True)
CONFIG = Config(max_pool_connections=64, parameter_validation=False, tcp_keepalive=True)


def session(credentials=None):
    made = botocore.session.Session()
    made.register_component("data_loader", LOADER)
    if credentials:
        made.set_credentials(credentials["AccessKeyId"], credentials["SecretAccessKey"], credentials["SessionToken"])
    return made


def client(of, service, region):
    return of.create_client(service, region_name=region, config=CONFIG)


def main(path):
    base = session()
    sts = client(base, "sts", "us-east-1")
    me = sts.get_caller_identity()["Account"]
    pages = client(base, "organizations", "us-east-1").get_paginator("list_accounts").paginate()
    accounts = [account["Id"] for page in pages for account in page["Accounts"]]
    listed = client(base, "ec2", "us-east-1").describe_regions()["Regions"]
    regions = [region["RegionName"] for region in listed]

    def entered(account):
        if account == me:
            return account, base
        role = f"arn:aws:iam::{account}:role/{ROLE}"
        try:
            return account, session(sts.assume_role(RoleArn=role, RoleSessionName="compare")["Credentials"])
        except ClientError as error:
            print(account, error, file=sys.stderr)
            return account, None

    with ThreadPoolExecutor(64) as pool:
        sessions = {account: made for account, made in pool.map(entered, accounts) if made}
        cells = [(account, region, made) for account, made in sessions.items() for region in regions]
        found = [row for rows in pool.map(lambda cell: audit(*cell), cells) for row in rows]
    write(path, found)


def audit(account, region, made):
    cloudtrail = client(made, "cloudtrail", region)
    try:
        trails = cloudtrail.describe_trails(includeShadowTrails=False)["trailList"]
    except ClientError as error:
        print(account, region, error, file=sys.stderr)
        return []
    return [row for trail in trails for row in rows(account, region, trail, key_of(made, trail), status_of(cloudtrail, trail))]


def key_of(made, trail):
    if not trail.get("KmsKeyId"):
        return None
    try:
        return client(made, "kms", trail["HomeRegion"]).describe_key(KeyId=trail["KmsKeyId"])["KeyMetadata"]
    except ClientError:
        return None


def status_of(cloudtrail, trail):
    try:
        return cloudtrail.get_trail_status(Name=trail["TrailARN"])
    except ClientError:
        return None


main(sys.argv[1])
