"""What a right audit must find, collected while the causes are planted."""

from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.loaders import Loader

HOME = "us-east-1"
TRAIL_RULES = ["trail-encrypted-with-customer-key", "trail-delivers-to-log-group", "trail-logging"]
ACCOUNT_RULES = ["account-has-logging-trail", "every-region-covered"]
DEFAULT_ROLE = "arn:aws:iam::{}:role/trail-to-log-group"


class Truth:
    """Every row of findings.csv and coverage.csv, for both audits."""

    def __init__(self, organization, regions):
        self.organization, self.regions = organization, regions
        self.accounts, self.closed = [], []

    def account(self, member):
        self.accounts.append(Account(member))
        return self.accounts[-1]

    def suspended(self, member):
        self.closed.append(member)

    def of_all(self):
        """Every account, in the named Regions."""
        findings = [row for account in self.accounts for row in account.rows + account.verdicts]
        cells = [cell(account.member, "reached", region) for account in self.accounts for region in self.regions]
        for member in self.closed:
            unused = ("not-applicable", "the account is not in use: suspended")
            findings += [finding(member, rule, unused, cites=False) for rule in TRAIL_RULES + ACCOUNT_RULES]
            cells.append(cell(member, "account-suspended"))
        return {"regions": self.regions, "accounts": [], "findings": findings, "cells": cells}

    def of_partition(self):
        """Two accounts, in every Region that botocore knows of the partition; the others are left out."""
        chosen = [account for account in self.accounts if account.in_partition]
        left_out = [a.member for a in self.accounts if a not in chosen] + self.closed
        findings = [row for account in chosen for row in account.rows + account.in_partition]
        cells = [cell(member, "excluded") for member in left_out]
        partition = Loader().load_data("partitions")["partitions"][0]["regions"]
        for region in sorted(partition.keys() - {"aws-global"}):
            answers = is_answered(self.organization.management, region)
            for account in chosen:
                cells.append(cell(account.member, "reached" if answers else "failed", region))
                if not answers:
                    unread = ("inconclusive", "cloudtrail:DescribeTrails")
                    findings += [finding(account.member, rule, unread, region) for rule in TRAIL_RULES]
        accounts = [account.id for account in chosen]
        return {"regions": [], "accounts": accounts, "findings": findings, "cells": cells}


class Account:
    """An account under audit: what is planted in it, and the verdict each plant must get."""

    def __init__(self, member):
        self.member, self.id = member, member.id
        self.client, self.key, self.log_group = member.client, member.key, member.log_group
        self.rows, self.verdicts, self.in_partition = [], [], []

    def trail(self, name, region=HOME, multi_region=False, key=None, group=None, role=DEFAULT_ROLE, logging=True):
        settings = {"IsMultiRegionTrail": multi_region, "EnableLogFileValidation": True}
        settings |= {"KmsKeyId": key} if key else {}
        settings |= {"CloudWatchLogsLogGroupArn": group} if group else {}
        settings |= {"CloudWatchLogsRoleArn": role.format(self.id)} if group and role else {}
        trail = self.member.create_trail(name, region, **settings)
        if not logging:
            self.client("cloudtrail", region).stop_logging(Name=trail)
        logs = ("pass", "the trail is logging") if logging else ("fail", "the trail is stopped")
        return Trail(self, trail, region, logs)

    def expects(self, has_trail, covered):
        self.verdicts = [self._row("account-has-logging-trail", has_trail), self._row("every-region-covered", covered)]

    def expects_in_partition(self, has_trail, covered):
        """The account belongs to the second audit, too, and this is its verdict there."""
        self.in_partition = [
            self._row("account-has-logging-trail", has_trail),
            self._row("every-region-covered", covered),
        ]

    def expects_no_trail(self, reason):
        self.rows += [self._row(rule, ("not-applicable", reason)) for rule in TRAIL_RULES]

    def _row(self, rule, ruling, region="", resource=""):
        return finding(self.member, rule, ruling, region, resource)


class Trail:
    def __init__(self, account, arn, region, logs):
        self.account, self.arn, self.region, self.logs = account, arn, region, logs

    def expects(self, encrypted, delivers):
        for rule, ruling in zip(TRAIL_RULES, [encrypted, delivers, self.logs], strict=True):
            self.account.rows.append(self.account._row(rule, ruling, self.region, self.arn))


def finding(member, rule, ruling, region="", resource="", cites=True):
    verdict, reason = ruling
    account = {"account_id": member.id, "account_name": member.name, "organizational_unit": member.unit}
    subject = {"rule": rule, "region": region, "resource_id": resource}
    return {**account, **subject, "verdict": verdict, "reason": reason, "cites": cites}


def cell(member, status, region=""):
    return {"account_id": member.id, "account_name": member.name, "region": region, "status": status}


def is_answered(member, region):
    """Whether moto knows the Region: it answers those it does not know with an internal error."""
    once = Config(retries={"total_max_attempts": 1})
    try:
        member.client("cloudtrail", region, config=once).describe_trails()
    except ClientError as refusal:
        assert refusal.response["ResponseMetadata"]["HTTPStatusCode"] == 500, refusal
        return False
    return True
