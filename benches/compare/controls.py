"""The two controls as a careful script judges them, and the table every tool's answers are brought to.

A row is `rule,verdict,account,region,trail`, verdict is pass or fail; a script has no word for what it could not read.
"""

import csv
from datetime import datetime, timedelta, timezone

ROLE = "OrganizationAccountAccessRole"
ENCRYPTED = "trail-encrypted-with-customer-key"
LOG_GROUP = "trail-delivers-to-log-group"
WINDOW = timedelta(hours=24)


def is_encrypted(key):
    """Of the answer to DescribeKey, or None: no key, or none that may be read."""
    return bool(key) and key["KeyManager"] == "CUSTOMER" and key["KeyState"] == "Enabled"


def is_integrated(trail, status):
    """Of one trail of DescribeTrails, and the answer to GetTrailStatus."""
    delivered = (status or {}).get("LatestCloudWatchLogsDeliveryTime")
    if not trail.get("CloudWatchLogsLogGroupArn") or delivered is None:
        return False
    if not isinstance(delivered, datetime):
        delivered = datetime.fromtimestamp(float(delivered), timezone.utc)
    return datetime.now(timezone.utc) - delivered < WINDOW


def rows(account, region, trail, key, status):
    verdict = {True: "pass", False: "fail"}
    arn = trail["TrailARN"]
    yield ENCRYPTED, verdict[is_encrypted(key)], account, region, arn
    yield LOG_GROUP, verdict[is_integrated(trail, status)], account, region, arn


def write(path, found):
    with open(path, "w", newline="") as file:
        csv.writer(file).writerows(sorted(found))
