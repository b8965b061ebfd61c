"""Calls every simulated operation with boto3 and judges each answer by botocore's service models.

Endpoint and credentials come from the environment, and so does the truth about the population. Each answer is judged
twice: the raw body, member by member (nothing unknown, nothing required missing, every type as the model says), and
what botocore parsed from it, by botocore's own validator.
"""

import base64
import hashlib
import json
import os
import sys
import xml.etree.ElementTree as ElementTree

import boto3
import botocore
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

TRUTH = json.loads(os.environ["SIMULATED_TRUTH"])
MANAGEMENT = TRUTH["management_account"]
ROLE = "OrganizationAccountAccessRole"
NUMBERS = {"integer", "long", "float", "double", "timestamp"}

problems = []
answered = set()
refused = set()


def check(holds, what):
    if not holds:
        problems.append(what)


def judge_json(shape, value, path):
    kind = shape.type_name
    if kind == "structure":
        if not isinstance(value, dict):
            return check(False, f"{path}: {value!r} is not a structure")
        names = {member.serialization.get("name", name): member for name, member in shape.members.items()}
        for name, member in value.items():
            check(name in names, f"{path}: unknown member {name}")
            if name in names:
                judge_json(names[name], member, f"{path}.{name}")
        for name in shape.required_members:
            check(name in value, f"{path}: {name} is missing")
    elif kind == "list":
        if not isinstance(value, list):
            return check(False, f"{path}: {value!r} is not a list")
        for index, item in enumerate(value):
            judge_json(shape.member, item, f"{path}[{index}]")
    elif kind == "string":
        check(isinstance(value, str), f"{path}: {value!r} is not a string")
        if getattr(shape, "enum", None):
            check(value in shape.enum, f"{path}: {value!r} is not one of {shape.enum}")
    elif kind == "blob":
        try:
            base64.b64decode(value, validate=True)
        except (TypeError, ValueError):
            check(False, f"{path}: {value!r} is not base64")
    elif kind == "boolean":
        check(isinstance(value, bool), f"{path}: {value!r} is not a boolean")
    elif kind in NUMBERS:
        whole = kind in ("integer", "long")
        right = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
        check(right, f"{path}: {value!r} is not a number for {kind}")
    else:
        check(False, f"{path}: {kind} is not judged")


def judge_xml(shape, element, path):
    for child in element:
        name = child.tag.split("}")[-1]
        member = shape.members.get(name)
        check(member is not None, f"{path}: unknown element {name}")
        if member is not None and member.type_name == "structure":
            judge_xml(member, child, f"{path}.{name}")
    for name in shape.required_members:
        check(any(child.tag.endswith("}" + name) for child in element), f"{path}: {name} is missing")


def judge_raw(operation_model, response_dict, **_):
    operation, body = operation_model.name, response_dict["body"]
    path = f"{operation_model.service_model.service_name}:{operation}"
    headers = {name.lower(): value for name, value in response_dict["headers"].items()}
    check("x-amzn-requestid" in headers, f"{path}: no request id")
    check("date" in headers, f"{path}: no date")
    xml = operation_model.service_model.metadata["protocol"] == "query"
    expected = {"json": "application/x-amz-json-1.1", "rest-json": "application/json", "query": "text/xml"}
    protocol = operation_model.service_model.metadata["protocol"]
    check(headers.get("content-type") == expected[protocol], f"{path}: {headers.get('content-type')}")
    if response_dict["status_code"] >= 300:
        if xml:
            error = ElementTree.fromstring(body).find("{*}Error")
            check([child.tag.split("}")[-1] for child in error] == ["Type", "Code", "Message"], f"{path}: {body}")
            return
        error = json.loads(body)
        code = error.pop("__type", None) or headers.get("x-amzn-errortype")
        modelled = [shape for shape in operation_model.error_shapes if shape.name == code]
        for shape in modelled:
            if shape.members:
                judge_json(shape, error, f"{path}!{code}")
        if not modelled:
            check(set(error) <= {"message", "Message"}, f"{path}!{code}: {error}")
        return
    if xml:
        result = ElementTree.fromstring(body).find("{*}" + operation + "Result")
        judge_xml(operation_model.output_shape, result, path)
    else:
        judge_json(operation_model.output_shape, json.loads(body), path)


def session_of(credentials):
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def client(session, service, region="us-east-1"):
    made = session.client(service, region_name=region, config=Config(retries={"total_max_attempts": 1}))
    made.meta.events.register("before-parse", judge_raw)
    return made


def call(made, operation, **arguments):
    """The parsed answer, judged."""
    service = made.meta.service_model
    answer = getattr(made, botocore.xform_name(operation))(**arguments)
    answered.add((service.service_name, operation))
    parsed = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    report = ParamValidator().validate(parsed, service.operation_model(operation).output_shape)
    check(not report.has_errors(), f"{operation}: {report.generate_report()}")
    check(answer["ResponseMetadata"].get("RequestId"), f"{operation}: no request id")
    return parsed


def refuse(made, operation, code, status, contains="", **arguments):
    try:
        getattr(made, botocore.xform_name(operation))(**arguments)
        check(False, f"{operation} {arguments}: not refused with {code}")
    except ClientError as error:
        told = error.response["Error"]
        refused.add((made.meta.service_model.service_name, told["Code"]))
        got = error.response["ResponseMetadata"]["HTTPStatusCode"]
        check((told["Code"], got) == (code, status), f"{operation} {arguments}: {told} {got}, not {code} {status}")
        check(contains in told["Message"], f"{operation}: {told['Message']!r} lacks {contains!r}")


def all_pages(made, operation, member, **arguments):
    items, pages, token = [], [], {}
    while True:
        answer = call(made, operation, **arguments, **token)
        items += answer[member]
        pages.append(len(answer[member]))
        if "NextToken" not in answer:
            return items, pages
        token = {"NextToken": answer["NextToken"]}


def security_token_service(base):
    sts = client(base, "sts")
    check(call(sts, "GetCallerIdentity")["Account"] == MANAGEMENT, "the auditor is in the management account")
    cells = {cell["status"]: cell["account_id"] for cell in TRUTH["cells"]}
    for account in [cells[status] for status in ("role-unavailable", "account-suspended", "account-closed")]:
        role = f"arn:aws:iam::{account}:role/{ROLE}"
        text = f"is not authorized to perform: sts:AssumeRole on resource: {role}"
        refuse(sts, "AssumeRole", "AccessDenied", 403, text, RoleArn=role, RoleSessionName="audit")
    role = f"arn:aws:iam::{MANAGEMENT}:role/{ROLE}"
    refuse(sts, "AssumeRole", "AccessDenied", 403, RoleArn=role, RoleSessionName="audit")
    arguments = {"RoleArn": role, "RoleSessionName": "audit", "Policy": "nonsense"}
    refuse(sts, "AssumeRole", "AccessDenied", 403, **arguments)
    stranger = boto3.Session(aws_access_key_id="AKIAAAAAAAAAAAAAAAAA", aws_secret_access_key="x")
    refuse(client(stranger, "sts"), "GetCallerIdentity", "InvalidClientTokenId", 403)
    refuse(client(stranger, "account"), "ListRegions", "UnrecognizedClientException", 403)
    refuse(client(stranger, "kms"), "ListAliases", "UnrecognizedClientException", 403)
    return sts


def organizations(base, member):
    made = client(base, "organizations")
    organization = call(made, "DescribeOrganization")["Organization"]
    check(organization["Id"] == TRUTH["organization_id"], "the organization's id")
    accounts, pages = all_pages(made, "ListAccounts", "Accounts", MaxResults=6)
    check(len(accounts) == 25 and 0 in pages, f"25 accounts, with empty pages: {pages}")
    check(all("State" in account and "Status" not in account for account in accounts), "State, not Status")
    paginated = [item for page in made.get_paginator("list_accounts").paginate() for item in page["Accounts"]]
    check(paginated == accounts, "botocore's paginator sees the same accounts")
    (root,), _ = all_pages(made, "ListRoots", "Roots")
    below = []
    parents = [root["Id"]]
    while parents:
        parent = parents.pop()
        below += all_pages(made, "ListAccountsForParent", "Accounts", ParentId=parent)[0]
        units, _ = all_pages(made, "ListOrganizationalUnitsForParent", "OrganizationalUnits", ParentId=parent)
        parents += [unit["Id"] for unit in units]
        call(made, "ListTagsForResource", ResourceId=parent)
    check(sorted(a["Id"] for a in below) == sorted(a["Id"] for a in accounts), "the tree holds every account once")
    administrators, _ = all_pages(made, "ListDelegatedAdministrators", "DelegatedAdministrators")
    check(len(administrators) == 1, "one delegated administrator")
    call(made, "ListTagsForResource", ResourceId=accounts[0]["Id"])
    call(client(member, "organizations"), "DescribeOrganization")
    refuse(client(member, "organizations"), "ListAccounts", "AccessDeniedException", 400)
    refuse(made, "ListTagsForResource", "TargetNotFoundException", 400, ResourceId="999999999999")
    refuse(made, "ListAccountsForParent", "ParentNotFoundException", 400, ParentId="r-none")
    refuse(made, "ListAccounts", "InvalidInputException", 400, NextToken="nonsense")
    return accounts


def regions(session):
    listed, _ = all_pages(client(session, "account"), "ListRegions", "Regions", MaxResults=5)
    check(len(listed) == 17, "17 Regions")
    refuse(client(session, "account"), "ListRegions", "AccessDeniedException", 403, AccountId="999999999999")
    return {region["RegionName"]: region["RegionOptStatus"] for region in listed}


def trails(session, region, own_account):
    """The trails an account has at home in a Region, each asked in full."""
    made = client(session, "cloudtrail", region)
    call(made, "ListTrails")
    seen = call(made, "DescribeTrails")["trailList"]
    own = call(made, "DescribeTrails", includeShadowTrails=False)["trailList"]
    check(all(trail in seen for trail in own), "shadow trails are added to the others")
    for trail in seen:
        arn, mine = trail["TrailARN"], f":{own_account}:" in trail["TrailARN"]
        if any(d["resource_id"] == arn and d["rule"] == "trail-logging" for d in TRUTH["defects"]):
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


def main():
    base = boto3.Session()
    sts = security_token_service(base)
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
    organizations(base, member)
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
                for trail in trails(session, region, account):
                    found += 1
                    resources(session, trail)
    check(found == 43, f"{found} trails")
    signing(base)
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
    for expected in [("kms", "AccessDeniedException"), ("kms", "NotFoundException"), ("logs", "AccessDeniedException")]:
        check(expected in refused, f"{expected} was planted but not met")
    print(f"boto3 {boto3.__version__}: {len(answered)} operations answered, {len(refused)} kinds of refusal met")
    for problem in sorted(set(problems))[:40]:
        print(problem, file=sys.stderr)
    sys.exit(bool(problems))


if __name__ == "__main__":
    main()
