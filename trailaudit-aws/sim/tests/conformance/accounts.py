"""Who calls, and what the Organization and its accounts are."""

import json

import boto3

from judge import all_pages, call, check, client, refuse

ROLE = "OrganizationAccountAccessRole"


def security_token_service(base, truth):
    management = truth["management_account"]
    sts = client(base, "sts")
    check(call(sts, "GetCallerIdentity")["Account"] == management, "the auditor is in the management account")
    cells = {cell["status"]: cell["account_id"] for cell in truth["cells"]}
    for account in [cells[status] for status in ("role-unavailable", "account-suspended", "account-closed")]:
        role = f"arn:aws:iam::{account}:role/{ROLE}"
        text = f"is not authorized to perform: sts:AssumeRole on resource: {role}"
        refuse(sts, "AssumeRole", "AccessDenied", 403, text, RoleArn=role, RoleSessionName="audit")
    role = f"arn:aws:iam::{management}:role/{ROLE}"
    refuse(sts, "AssumeRole", "AccessDenied", 403, RoleArn=role, RoleSessionName="audit")
    arguments = {"RoleArn": role, "RoleSessionName": "audit", "Policy": "nonsense"}
    refuse(sts, "AssumeRole", "AccessDenied", 403, **arguments)
    stranger = boto3.Session(aws_access_key_id="AKIAAAAAAAAAAAAAAAAA", aws_secret_access_key="x")
    refuse(client(stranger, "sts"), "GetCallerIdentity", "InvalidClientTokenId", 403)
    refuse(client(stranger, "account"), "ListRegions", "UnrecognizedClientException", 403)
    refuse(client(stranger, "kms"), "ListAliases", "UnrecognizedClientException", 403)
    return sts


def organizations(base, member, truth):
    made = client(base, "organizations")
    organization = call(made, "DescribeOrganization")["Organization"]
    check(organization["Id"] == truth["organization_id"], "the organization's id")
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
    policies(made, member)
    refuse(made, "ListAccounts", "InvalidInputException", 400, NextToken="nonsense")
    return accounts


def policies(made, member):
    trusted, _ = all_pages(made, "ListAWSServiceAccessForOrganization", "EnabledServicePrincipals")
    check("cloudtrail.amazonaws.com" in [service["ServicePrincipal"] for service in trusted], f"{trusted}")
    listed, _ = all_pages(made, "ListPolicies", "Policies", Filter="SERVICE_CONTROL_POLICY")
    check(listed[0]["Id"] == "p-FullAWSAccess" and listed[0]["AwsManaged"], f"{listed}")
    check(call(made, "ListPolicies", Filter="RESOURCE_CONTROL_POLICY")["Policies"] == [], "no other policies")
    for policy in listed:
        told = call(made, "DescribePolicy", PolicyId=policy["Id"])["Policy"]
        check(told["PolicySummary"] == policy and "Statement" in json.loads(told["Content"]), f"{told}")
        targets, _ = all_pages(made, "ListTargetsForPolicy", "Targets", PolicyId=policy["Id"])
        everywhere = {target["Type"] for target in targets} == {"ROOT", "ORGANIZATIONAL_UNIT", "ACCOUNT"}
        check(everywhere == (policy["Id"] == "p-FullAWSAccess"), f"{policy} is attached to {targets}")
    check(all(target["Name"] for target in targets), f"{targets}")
    for operation in ("DescribePolicy", "ListTargetsForPolicy"):
        refuse(made, operation, "PolicyNotFoundException", 400, PolicyId="p-00000000")
        refuse(client(member, "organizations"), operation, "AccessDeniedException", 400, PolicyId="p-00000000")


def regions(session):
    listed, _ = all_pages(client(session, "account"), "ListRegions", "Regions", MaxResults=5)
    check(len(listed) == 17, "17 Regions")
    refuse(client(session, "account"), "ListRegions", "AccessDeniedException", 403, AccountId="999999999999")
    return {region["RegionName"]: region["RegionOptStatus"] for region in listed}
