"""Makes an Organization with one unit and two members in moto; the member under the unit has a trail.

Prints what it made as one line of JSON.
"""

import json
import sys

import boto3

ENDPOINT = sys.argv[1]
HOME = "eu-west-1"


def client(service, region="us-east-1", **credentials):
    keys = credentials or {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    return boto3.client(service, region_name=region, endpoint_url=ENDPOINT, **keys)


def entered(account):
    session = client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole", RoleSessionName="seed"
    )["Credentials"]
    return {
        "aws_access_key_id": session["AccessKeyId"],
        "aws_secret_access_key": session["SecretAccessKey"],
        "aws_session_token": session["SessionToken"],
    }


def main():
    organizations = client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    unit = organizations.create_organizational_unit(ParentId=root, Name="Audited")["OrganizationalUnit"]["Id"]

    def account(name):
        status = organizations.create_account(AccountName=name, Email=f"{name}@example.org")["CreateAccountStatus"]
        return status["AccountId"]

    account("elsewhere")
    member = account("member")
    organizations.move_account(AccountId=member, SourceParentId=root, DestinationParentId=unit)

    keys = entered(member)
    bucket = f"trail-{member}"
    location = {"LocationConstraint": HOME}
    client("s3", HOME, **keys).create_bucket(Bucket=bucket, CreateBucketConfiguration=location)
    kms = client("kms", HOME, **keys)
    key = kms.create_key()["KeyMetadata"]
    kms.disable_key(KeyId=key["KeyId"])
    client("logs", HOME, **keys).create_log_group(logGroupName="trail")
    cloudtrail = client("cloudtrail", HOME, **keys)
    trail = cloudtrail.create_trail(
        Name="main",
        S3BucketName=bucket,
        KmsKeyId=key["Arn"],
        CloudWatchLogsLogGroupArn=f"arn:aws:logs:{HOME}:{member}:log-group:trail:*",
        CloudWatchLogsRoleArn=f"arn:aws:iam::{member}:role/deliver",
    )
    cloudtrail.start_logging(Name="main")
    print(json.dumps({"unit": unit, "member": member, "trail": trail["TrailARN"], "key": key["Arn"]}))


main()
