"""Calls every simulated operation with boto3.

Endpoint and credentials come from the environment, and so does the truth about the population. What the management
account has beside it is in furnished.rs.
"""

import json
import os
import sys
from pathlib import Path

import boto3

import alarms
from accounts import ROLE, organizations, regions, security_token_service
from buckets import buckets
from judge import answered, call, check, client, problems, refuse, refused, session_of
from keys import keys, signing
from logs import logs
from roles import roles
from topics import topics
from trails import event_data_stores, resources, trails

TRUTH = json.loads(Path(os.environ["SIMULATED_TRUTH"]).read_text())
MANAGEMENT = TRUTH["management_account"]


def main():
    base = boto3.Session()
    sts = security_token_service(base, TRUTH)
    unreached = {cell["account_id"] for cell in TRUTH["cells"] if not cell["region"]}
    everywhere = client(base, "organizations")
    listed = [item for page in everywhere.get_paginator("list_accounts").paginate() for item in page["Accounts"]]
    sessions = {MANAGEMENT: base}
    for account in listed:
        if account["Id"] in unreached or account["Id"] == MANAGEMENT:
            continue
        arguments = {"RoleArn": f"arn:aws:iam::{account['Id']}:role/{ROLE}", "RoleSessionName": "conformance"}
        if len(sessions) % 2:
            arguments |= {"SourceIdentity": "conformance", "DurationSeconds": 900}
            statement = {"Effect": "Allow", "Action": ["*"], "Resource": "*"}
            arguments["Policy"] = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        answer = call(sts, "AssumeRole", **arguments)
        check(f":{account['Id']}:" in answer["AssumedRoleUser"]["Arn"], "the session is of the account")
        sessions[account["Id"]] = session_of(answer["Credentials"])
    administrators = everywhere.list_delegated_administrators()["DelegatedAdministrators"]
    special = {MANAGEMENT} | {account["Id"] for account in administrators}
    member = next(session for account, session in sessions.items() if account not in special)
    organizations(base, member, TRUTH)
    denied, disabled = (
        {(cell["account_id"], cell["region"]) for cell in TRUTH["cells"] if cell["status"] == status}
        for status in ("denied", "region-disabled")
    )
    found = 0
    for account, session in sessions.items():
        for region, status in regions(session).items():
            made = client(session, "cloudtrail", region)
            if status == "DISABLED":
                text = "The security token included in the request is invalid."
                refuse(made, "DescribeTrails", "UnrecognizedClientException", 403, text)
                check((account, region) in disabled, f"{account} {region} is off but not in the truth")
            elif (account, region) in denied:
                text = "with an explicit deny in a service control policy: arn:aws:organizations::"
                refuse(made, "DescribeTrails", "AccessDeniedException", 400, text)
            else:
                for trail in trails(session, region, account, TRUTH):
                    found += 1
                    resources(session, trail)
    check(found == 68, f"{found} trails")
    signing(base)
    event_data_stores(base, member)
    keys(base, member, MANAGEMENT)
    logs(base, member, MANAGEMENT)
    roles(base, member, MANAGEMENT)
    alarms.alarms(base, member)
    topics(base, member, MANAGEMENT)
    buckets(base, member)
    kms = client(member, "kms")
    call(kms, "DescribeKey", KeyId="alias/aws/cloudtrail")
    call(kms, "ListAliases")
    call(client(base, "logs"), "DescribeLogGroups")
    refuse(kms, "DescribeKey", "NotFoundException", 400, KeyId="00000000-0000-4000-8000-000000000000")
    refuse(kms, "DescribeKey", "InvalidArnException", 400, KeyId="arn:aws:kms:nonsense")
    limited = json.dumps({"Statement": [{"Effect": "Allow", "Action": "cloudtrail:*", "Resource": "*"}]})
    account = next(account for account in sessions if account != MANAGEMENT)
    arguments = {"RoleArn": f"arn:aws:iam::{account}:role/{ROLE}", "RoleSessionName": "limited", "Policy": limited}
    narrow = session_of(call(sts, "AssumeRole", **arguments)["Credentials"])
    text = "because no session policy allows the kms:ListAliases action"
    refuse(client(narrow, "kms"), "ListAliases", "AccessDeniedException", 400, text)
    alarms.narrowed(narrow)
    for expected in [("kms", "AccessDeniedException"), ("kms", "NotFoundException"), ("logs", "AccessDeniedException")]:
        check(expected in refused, f"{expected} was planted but not met")
    check(len(answered) == 50, f"every operation answers: {sorted(answered)}")
    print(f"boto3 {boto3.__version__}: {len(answered)} operations answered, {len(refused)} kinds of refusal met")
    for problem in sorted(set(problems))[:40]:
        print(problem, file=sys.stderr)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
