"""Python without an SDK: urllib3 with one pool of connections, 64 threads, requests signed here. The least that Python costs."""

import hashlib
import hmac
import json
import os
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone
from urllib.parse import urlencode, urlsplit

import urllib3

from controls import ROLE, rows, write

ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
HOST = urlsplit(ENDPOINT).netloc
POOL = urllib3.PoolManager(maxsize=64, block=True)
OWN = (os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"], None)
CLOUDTRAIL = "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101."
ORGANIZATIONS = "AWSOrganizationsV20161128."


class Refused(Exception):
    pass


def ask(credentials, region, service, target, body, path="/"):
    """One signed request; the answer's text."""
    key_id, secret, token = credentials
    moment = datetime.now(timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    day = moment[:8]
    headers = {"host": HOST, "x-amz-date": moment}
    headers["content-type"] = "application/x-amz-json-1.1" if target else "application/x-www-form-urlencoded"
    if target:
        headers["x-amz-target"] = target
    if token:
        headers["x-amz-security-token"] = token
    names = sorted(headers)
    signed = ";".join(names)
    canonical = "\n".join(["POST", path, "", *(f"{name}:{headers[name]}" for name in names), "", signed, digest(body)])
    scope = f"{day}/{region}/{service}/aws4_request"
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", moment, scope, digest(canonical)])
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={signature}"
    )
    answer = POOL.request("POST", ENDPOINT + path, body=body, headers=headers)
    if answer.status != 200:
        raise Refused(f"{service} {target or ''} {region}: {answer.data.decode()}")
    return answer.data.decode()


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def ask_json(credentials, region, service, target, **body):
    return json.loads(ask(credentials, region, service, target, json.dumps(body)))


def main(path):
    identity = ask(OWN, "us-east-1", "sts", None, urlencode({"Action": "GetCallerIdentity", "Version": "2011-06-15"}))
    me = between(identity, "Account")
    accounts, more = [], {}
    while more is not None:
        page = ask_json(OWN, "us-east-1", "organizations", ORGANIZATIONS + "ListAccounts", **more)
        accounts += [account["Id"] for account in page["Accounts"]]
        more = {"NextToken": page["NextToken"]} if page.get("NextToken") else None
    listed = ask(OWN, "us-east-1", "ec2", None, urlencode({"Action": "DescribeRegions", "Version": "2016-11-15"}))
    regions = re.findall("<regionName>([^<]+)<", listed)

    def entered(account):
        try:
            return account, OWN if account == me else assume(account)
        except Refused as error:
            print(account, error, file=sys.stderr)
            return account, None

    with ThreadPoolExecutor(64) as pool:
        sessions = [(account, own) for account, own in pool.map(entered, accounts) if own]
        cells = [(account, region, own) for account, own in sessions for region in regions]
        found = [row for rows in pool.map(lambda cell: audit(*cell), cells) for row in rows]
    write(path, found)


def assume(account):
    role = f"arn:aws:iam::{account}:role/{ROLE}"
    form = {"Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": role, "RoleSessionName": "compare"}
    answer = ask(OWN, "us-east-1", "sts", None, urlencode(form))
    return tuple(between(answer, name) for name in ("AccessKeyId", "SecretAccessKey", "SessionToken"))


def between(xml, name):
    return re.search(f"<{name}>([^<]*)<", xml)[1]


def audit(account, region, own):
    try:
        listed = ask_json(own, region, "cloudtrail", CLOUDTRAIL + "DescribeTrails", includeShadowTrails=False)
    except Refused as error:
        print(account, error, file=sys.stderr)
        return []
    found = []
    for trail in listed["trailList"]:
        key = trail.get("KmsKeyId")
        if key:
            key = part(own, trail["HomeRegion"], "kms", "TrentService.DescribeKey", KeyId=key)
        status = part(own, region, "cloudtrail", CLOUDTRAIL + "GetTrailStatus", Name=trail["TrailARN"])
        found += rows(account, region, trail, key and key["KeyMetadata"], status)
    return found


def part(own, region, service, target, **body):
    try:
        return ask_json(own, region, service, target, **body)
    except Refused:
        return None


main(sys.argv[1])
