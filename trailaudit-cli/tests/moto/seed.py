"""Seeds an Organization into moto with boto3 and prints, as JSON, what a right audit must find there.

Endpoint and credentials come from the environment. Every expectation stands beside the call that plants its cause; no
rule is computed here. Two audits are described: one of four named Regions in every account, and one of every Region
of the partition in two accounts.
"""

import json
import sys

import boto3

from organization import MANAGEMENT, Organization
from truth import Truth

REGIONS = ["eu-central-1", "eu-west-1", "us-east-1", "us-west-2"]
HOME = "us-east-1"

CUSTOMER_KEY = ("pass", "which is enabled")
NOT_YET_DUE = ("inconclusive", "not yet due")


def main():
    organization = Organization()
    truth = Truth(organization, REGIONS)
    seed(organization, truth)
    json.dump({"named_regions": truth.of_all(), "partition": truth.of_partition()}, sys.stdout)


def seed(organization, truth):
    security = organization.unit("Security")
    workloads = organization.unit("Workloads")
    production = organization.unit("Production", workloads)

    def account(name, unit):
        return truth.account(organization.create(name, unit))

    management(truth.account(organization.management))
    archive = account("Log archive", security)
    every_region_by_itself(archive)
    sound_in_another_home(account("Payments", production))
    without_key(account("Batch records", production))
    without_log_group(account("Telemetry", workloads))
    unusable_keys(account("Keys that do not hold", workloads))
    keys_by_other_names(account("Keys by other names", workloads), archive)
    misplaced_log_groups(account("Log groups elsewhere", workloads), archive)
    stopped(account("Stopped", workloads))
    single_region(account("One Region", production))
    # A legal name that a spreadsheet would take for a formula.
    no_trail(account('=HYPERLINK("http://example.com","x")', workloads))
    good_and_bad(account("Two trails", production))
    suspended(organization, truth, workloads)


def management(here):
    """Reached with the caller's own credentials: it has no role to assume."""
    assert here.id == MANAGEMENT
    trail = here.trail("management-events", multi_region=True, key=here.key(), group=here.log_group("trails"))
    trail.expects(encrypted=CUSTOMER_KEY, delivers=NOT_YET_DUE)
    here.expects(has_trail=("pass", "management-events is logging"), covered=("pass", "covered in all 4"))


def every_region_by_itself(here):
    """A single-Region trail in each of the four Regions covers them as well as one of all Regions."""
    for region in REGIONS:
        group = here.log_group("trails", region)
        trail = here.trail(f"only-{region}", region=region, key=here.key(region), group=group)
        trail.expects(encrypted=CUSTOMER_KEY, delivers=NOT_YET_DUE)
    here.expects(has_trail=("pass", "is logging"), covered=("pass", "covered in all 4"))
    here.expects_in_partition(has_trail=("pass", "is logging"), covered=("fail", "ap-south-1"))


def sound_in_another_home(here):
    """One trail in all Regions, at home in another Region than the caller's: its shadows are no trails of their own."""
    home = "eu-west-1"
    group = here.log_group("trails", home)
    trail = here.trail("everywhere", region=home, multi_region=True, key=here.key(home), group=group)
    trail.expects(encrypted=CUSTOMER_KEY, delivers=NOT_YET_DUE)
    here.expects(has_trail=("pass", "everywhere is logging"), covered=("pass", "covered in all 4"))
    here.expects_in_partition(
        has_trail=("pass", "everywhere is logging"),
        # moto does not know every Region of the partition: what it refuses is covered by a trail of all Regions.
        covered=("pass", "everywhere records every Region, also where reading was refused"),
    )


def without_key(here):
    trail = here.trail("no-key", multi_region=True, group=here.log_group("trails"))
    trail.expects(encrypted=("fail", "S3 managed keys"), delivers=NOT_YET_DUE)
    here.expects(has_trail=("pass", "no-key is logging"), covered=("pass", "covered in all 4"))


def without_log_group(here):
    trail = here.trail("no-log-group", multi_region=True, key=here.key())
    trail.expects(encrypted=CUSTOMER_KEY, delivers=("fail", "names no log group"))
    trail = here.trail("no-role", key=here.key(), group=here.log_group("trails"), role=None)
    trail.expects(encrypted=CUSTOMER_KEY, delivers=("fail", "names no role"))
    here.expects(has_trail=("pass", "is logging"), covered=("pass", "covered in all 4"))


def unusable_keys(here):
    group = here.log_group("trails")
    kms = here.client("kms")

    def trail(name, key, verdict, reason, **options):
        here.trail(name, key=key, group=group, **options).expects(encrypted=(verdict, reason), delivers=NOT_YET_DUE)

    disabled = here.key()
    kms.disable_key(KeyId=bare(disabled))
    trail("key-disabled", disabled, "fail", "cannot be used: Disabled", multi_region=True)

    pending = here.key()
    date = kms.schedule_key_deletion(KeyId=bare(pending), PendingWindowInDays=7)["DeletionDate"]
    trail("key-pending-deletion", pending, "fail", f"PendingDeletion, to be deleted at {date:%Y-%m-%d}T")

    gone = f"arn:aws:kms:{HOME}:{here.id}:key/00000000-1111-2222-3333-444444444444"
    trail("key-gone", gone, "fail", "does not exist any more")

    secretive = here.key(Policy=refusing("kms:DescribeKey"))
    trail("key-policy-denies", secretive, "inconclusive", "AccessDenied")

    here.expects(has_trail=("pass", "is logging"), covered=("pass", "covered in all 4"))


def keys_by_other_names(here, archive):
    """The account and the Region of a key come from its name, not from the trail."""
    group = here.log_group("trails")

    def trail(name, key, encrypted, **options):
        here.trail(name, key=key, group=group, **options).expects(encrypted=encrypted, delivers=NOT_YET_DUE)

    key = here.key()
    here.client("kms").create_alias(AliasName="alias/trails", TargetKeyId=key)
    trail("alias", "alias/trails", CUSTOMER_KEY, multi_region=True)
    trail("alias-arn", f"arn:aws:kms:{HOME}:{here.id}:alias/trails", CUSTOMER_KEY)
    trail("bare-id", bare(here.key()), CUSTOMER_KEY)
    # Asking for it would make KMS create the key, so the name alone decides.
    trail("aws-managed", "alias/aws/cloudtrail", ("fail", "is managed by the provider"))
    trail("central-key", archive.key("us-west-2"), CUSTOMER_KEY)
    here.expects(has_trail=("pass", "is logging"), covered=("pass", "covered in all 4"))


def misplaced_log_groups(here, archive):
    def trail(name, group, delivers, **options):
        here.trail(name, key=here.key(), group=group, **options).expects(encrypted=CUSTOMER_KEY, delivers=delivers)

    gone = here.log_group("deleted-later")
    trail("group-deleted", gone, ("fail", "deleted-later does not exist"), multi_region=True)
    here.client("logs").delete_log_group(logGroupName="deleted-later")

    here.log_group("trails-old")
    prefix_only = f"arn:aws:logs:{HOME}:{here.id}:log-group:trails:*"
    trail("group-is-a-prefix", prefix_only, ("fail", "log-group:trails does not exist"))

    there = archive.log_group("central")
    trail("group-in-another-account", there, ("fail", f"in account {archive.id}, not in the trail owner's account"))

    west = here.log_group("trails", "us-west-2")
    trail("group-in-another-region", west, ("fail", "not in the trail's home Region us-east-1"))

    # The group is there, and so is another one that begins with its whole name.
    here.log_group("audit-old")
    trail("group-beside-a-longer-name", here.log_group("audit"), NOT_YET_DUE)
    here.expects(has_trail=("pass", "is logging"), covered=("pass", "covered in all 4"))


def stopped(here):
    trail = here.trail("stopped", multi_region=True, key=here.key(), group=here.log_group("trails"), logging=False)
    trail.expects(encrypted=CUSTOMER_KEY, delivers=("fail", "stopped"))
    here.expects(
        has_trail=("fail", "no trail is logging"),
        covered=("fail", "no trail is logging in eu-central-1, eu-west-1, us-east-1, us-west-2"),
    )


def single_region(here):
    home = "us-west-2"
    trail = here.trail("one-region", region=home, key=here.key(home), group=here.log_group("trails", home))
    trail.expects(encrypted=CUSTOMER_KEY, delivers=NOT_YET_DUE)
    here.expects(
        has_trail=("pass", "one-region is logging"),
        covered=("fail", "no trail is logging in eu-central-1, eu-west-1, us-east-1"),
    )


def no_trail(here):
    here.expects_no_trail("the account has no trail")
    here.expects(
        has_trail=("fail", "no trail is logging: 4 enabled Regions were read"),
        covered=("fail", "no trail is logging in eu-central-1, eu-west-1, us-east-1, us-west-2"),
    )


def good_and_bad(here):
    """Each trail is judged by itself; for the account one good trail is enough."""
    good = here.trail("good", multi_region=True, key=here.key(), group=here.log_group("trails"))
    good.expects(encrypted=CUSTOMER_KEY, delivers=NOT_YET_DUE)
    bad = here.trail("bad", region="eu-west-1", logging=False)
    bad.expects(encrypted=("fail", "S3 managed keys"), delivers=("fail", "names no log group"))
    here.expects(has_trail=("pass", "good is logging"), covered=("pass", "covered in all 4"))


def suspended(organization, truth, unit):
    """Its trail must stay unseen: moto would let anybody in, so only the tool itself stays out."""
    member = organization.create("Suspended", unit)
    truth.suspended(member)
    member.create_trail("unseen", "us-east-1")
    organization.client.close_account(AccountId=member.id)


def bare(key):
    """The id alone: some operations of moto do not take an ARN."""
    return key.rpartition("/")[2]


def refusing(action):
    anybody = {"Principal": {"AWS": "*"}, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": action, **anybody}]})


if __name__ == "__main__":
    boto3.setup_default_session(region_name=HOME)
    main()
