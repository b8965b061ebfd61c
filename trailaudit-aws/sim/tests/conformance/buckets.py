"""S3: the buckets of the management account."""

from judge import call, check, client, refuse

SETTINGS = {
    "GetBucketPolicyStatus": "NoSuchBucketPolicy",
    "GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
    "GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration",
}


def listed(made, member):
    every = call(made, "ListBuckets")
    check(all("BucketRegion" not in bucket for bucket in every["Buckets"]), f"no Region unasked: {every}")
    named = {bucket["Name"]: bucket for bucket in every["Buckets"]}
    check(list(named) == sorted(named) and {"abroad", "bare", "furnished"} <= set(named), f"{list(named)}")
    check(named["bare"]["CreationDate"].isoformat() == "2024-02-29T01:02:03+00:00", f"{named['bare']}")
    (abroad,) = call(made, "ListBuckets", Prefix="abroad")["Buckets"]
    check(abroad["BucketRegion"] == "eu-west-1", f"{abroad}")
    (local,) = call(made, "ListBuckets", Prefix="furn", BucketRegion="us-east-1")["Buckets"]
    check(local["Name"] == "furnished", f"{local}")
    pages = made.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": 2})
    paged = [bucket["Name"] for page in pages for bucket in page["Buckets"]]
    check(paged == list(named), f"{paged} in pages, {list(named)} at once")
    refuse(made, "ListBuckets", "InvalidArgument", 400, ContinuationToken="nonsense")
    call(client(member, "s3"), "ListBuckets")


def furnished(made):
    bucket = {"Bucket": "furnished"}
    acl = call(made, "GetBucketAcl", **bucket)
    groups = [grant["Grantee"].get("URI", "").rpartition("/")[2] for grant in acl["Grants"]]
    check(groups == ["", "AllUsers", "AuthenticatedUsers", "LogDelivery", ""], f"{acl}")
    check(call(made, "GetBucketPolicyStatus", **bucket) == {"PolicyStatus": {"IsPublic": False}}, "the policy")
    block = call(made, "GetPublicAccessBlock", **bucket)["PublicAccessBlockConfiguration"]
    check(len(block) == 4 and all(block.values()), f"{block}")
    logging = call(made, "GetBucketLogging", **bucket)
    check(logging == {"LoggingEnabled": {"TargetBucket": "bare", "TargetPrefix": "access/"}}, f"{logging}")
    versioning = call(made, "GetBucketVersioning", **bucket)
    check(versioning == {"Status": "Enabled", "MFADelete": "Enabled"}, f"{versioning}")
    lock = call(made, "GetObjectLockConfiguration", **bucket)["ObjectLockConfiguration"]
    check(lock["Rule"] == {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 10}}, f"{lock}")
    rules = call(made, "GetBucketLifecycleConfiguration", **bucket)["Rules"]
    check([rule["Expiration"] for rule in rules][2:] == [{"ExpiredObjectDeleteMarker": True}, {"Days": 4000}], f"{rules}")
    narrow = rules[2]["Filter"]["And"]
    check(narrow["ObjectSizeLessThan"] == 1 << 40 and narrow["Tags"] == [{"Key": "keep", "Value": "no"}], f"{narrow}")
    check(rules[0]["Prefix"] == "old/" and rules[1]["Filter"] == {"Prefix": "AWSLogs/"}, f"{rules}")


def buckets(base, member):
    made = client(base, "s3")
    listed(made, member)
    furnished(made)
    call(made, "GetBucketAcl", Bucket="bare")
    check(call(made, "GetBucketLogging", Bucket="bare") == {}, "no access log")
    check(call(made, "GetBucketVersioning", Bucket="bare") == {}, "no versions")
    for operation, code in SETTINGS.items():
        refuse(made, operation, code, 404, Bucket="bare")
        refuse(made, operation, "NoSuchBucket", 404, Bucket="nobodys")
        refuse(client(member, "s3"), operation, "AccessDenied", 403, Bucket="furnished")
    check(call(made, "GetBucketLocation", Bucket="bare") == {"LocationConstraint": None}, "us-east-1 has no name")
    check(call(made, "GetBucketLocation", Bucket="abroad") == {"LocationConstraint": "eu-west-1"}, "the other Region")
    refuse(made, "GetBucketLocation", "AccessDenied", 403, Bucket="somebody-elses")
    # botocore follows the redirect, after it is told the Region.
    check(call(made, "GetBucketVersioning", Bucket="abroad") == {}, "asked again in the right Region")
    call(client(base, "s3", "eu-west-1"), "GetBucketAcl", Bucket="abroad")
