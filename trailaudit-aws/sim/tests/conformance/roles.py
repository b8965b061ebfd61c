"""IAM: a role of the management account that CloudTrail assumes, and what it may do."""

from judge import call, check, client, refuse

ROLE = {"RoleName": "Furnished"}


def roles(base, member, management):
    made = client(base, "iam")
    role = call(made, "GetRole", **ROLE)["Role"]
    check(role["Arn"] == f"arn:aws:iam::{management}:role/service/Furnished", f"{role}")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    check(trust["Principal"] == {"Service": ["cloudtrail.amazonaws.com"]}, f"botocore decoded it: {trust}")
    names = call(made, "ListRolePolicies", **ROLE)["PolicyNames"]
    check(names == ["create", "put"], f"{names}")
    paged = [name for page in pages(made, "list_role_policies") for name in page["PolicyNames"]]
    check(paged == names, f"{paged}")
    policy = call(made, "GetRolePolicy", PolicyName="put", **ROLE)["PolicyDocument"]
    check(policy["Statement"][0]["Resource"] == "arn:aws:logs:*:*:log-group:a b+c%:*", f"{policy}")
    attached = call(made, "ListAttachedRolePolicies", **ROLE)["AttachedPolicies"]
    check([known["PolicyName"] for known in attached] == ["Own", "CloudWatchLogsFullAccess"], f"{attached}")
    paged = [known for page in pages(made, "list_attached_role_policies") for known in page["AttachedPolicies"]]
    check(paged == attached, f"{paged}")
    for known in attached:
        policy = call(made, "GetPolicy", PolicyArn=known["PolicyArn"])["Policy"]
        check(policy["AttachmentCount"] >= 1, f"{policy}")
        version = {"PolicyArn": policy["Arn"], "VersionId": policy["DefaultVersionId"]}
        document = call(made, "GetPolicyVersion", **version)["PolicyVersion"]
        check(document["IsDefaultVersion"] and "Statement" in document["Document"], f"{document}")
    own = attached[0]["PolicyArn"]
    call(client(member, "iam"), "ListRolePolicies", RoleName="OrganizationAccountAccessRole")
    refuse(client(member, "iam"), "GetPolicy", "AccessDenied", 403, PolicyArn=own)
    for operation in ("GetRole", "ListRolePolicies", "ListAttachedRolePolicies"):
        refuse(made, operation, "NoSuchEntity", 404, "cannot be found", RoleName="Nobody")
    refuse(made, "GetRolePolicy", "NoSuchEntity", 404, PolicyName="none", **ROLE)
    refuse(made, "GetPolicy", "NoSuchEntity", 404, PolicyArn=own + "ed")
    refuse(made, "GetPolicyVersion", "NoSuchEntity", 404, PolicyArn=own, VersionId="v9")
    refuse(made, "ListRolePolicies", "ValidationError", 400, Marker="nonsense", **ROLE)
    abroad = client(base, "iam", "eu-west-1")
    refuse(abroad, "GetRole", "SignatureDoesNotMatch", 403, "scoped to a valid region", **ROLE)


def pages(made, operation):
    return made.get_paginator(operation).paginate(**ROLE, PaginationConfig={"PageSize": 1})
