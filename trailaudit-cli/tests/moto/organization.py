"""The Organization in moto: accounts, the sessions that reach into them, and what they own."""

from functools import cache, cached_property

import boto3

# The account whose credentials moto takes every unknown access key for.
MANAGEMENT = "123456789012"
ROLE = "OrganizationAccountAccessRole"
HOME = "us-east-1"


class Organization:
    """A new Organization of the caller's account."""

    def __init__(self):
        self.client = boto3.client("organizations")
        self.client.create_organization(FeatureSet="ALL")
        self.root = self.client.list_roots()["Roots"][0]["Id"]
        name = self.client.describe_account(AccountId=MANAGEMENT)["Account"]["Name"]
        self.management = Member(MANAGEMENT, name, self.root, boto3.Session(region_name=HOME))

    def unit(self, name, parent=None):
        """A new organizational unit, by its path from the root."""
        parent = parent or self.root
        unit = self.client.create_organizational_unit(ParentId=parent.rpartition("/")[2], Name=name)
        return f"{parent}/{unit['OrganizationalUnit']['Id']}"

    def create(self, name, unit):
        """A new account in a unit, entered as the audit will enter it."""
        email = "account@example.com"
        account = self.client.create_account(AccountName=name, Email=email)["CreateAccountStatus"]["AccountId"]
        leaf = unit.rpartition("/")[2]
        self.client.move_account(AccountId=account, SourceParentId=self.root, DestinationParentId=leaf)
        arn = f"arn:aws:iam::{account}:role/{ROLE}"
        session = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName="seed")["Credentials"]
        session = boto3.Session(session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"], HOME)
        return Member(account, name, unit, session)


class Member:
    """An account with the session that reaches into it."""

    def __init__(self, account, name, unit, session):
        self.id, self.name, self.unit = account, name, unit
        self.client = cache(lambda service, region=HOME, **more: session.client(service, region_name=region, **more))

    @cached_property
    def bucket(self):
        """Where its trails put their files: moto demands that it exists."""
        name = f"trails-{self.id}"
        self.client("s3").create_bucket(Bucket=name)
        return name

    def key(self, region=HOME, **options):
        """The ARN of a new, enabled customer managed key."""
        return self.client("kms", region).create_key(**options)["KeyMetadata"]["Arn"]

    def log_group(self, name, region=HOME):
        """The ARN of a new log group, as a trail names it."""
        self.client("logs", region).create_log_group(logGroupName=name)
        return f"arn:aws:logs:{region}:{self.id}:log-group:{name}:*"

    def create_trail(self, name, region, **settings):
        """The ARN of a new trail that is logging."""
        cloudtrail = self.client("cloudtrail", region)
        trail = cloudtrail.create_trail(Name=name, S3BucketName=self.bucket, **settings)["TrailARN"]
        cloudtrail.start_logging(Name=trail)
        return trail
