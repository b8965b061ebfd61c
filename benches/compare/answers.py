"""Brings a tool's own report to the rows of controls.py.

    answers.py trailaudit|c7n-org|prowler REPORT ROWS
"""

import csv
import json
import sys
from pathlib import Path

from controls import ENCRYPTED, LOG_GROUP, write

CHECKS = {
    "cloudtrail_kms_encryption_enabled": ENCRYPTED,
    "cloudtrail_cloudwatch_logging_enabled": LOG_GROUP,
}


def trailaudit(package):
    """What members inherit is said of the same trail."""
    with open(package / "findings.csv", newline="") as file:
        for row in csv.DictReader(file):
            if row["rule"] in CHECKS.values() and row["resource_id"] and not row["inherited_from"]:
                yield row["rule"], row["verdict"], row["account_id"], row["region"], row["resource_id"]


def c7n_org(output):
    """A policy writes what its filters left, for each account and Region."""
    for place in output.glob("*/*/trails/resources.json"):
        region = place.parent.parent
        left = {control: arns(region / control / "resources.json") for control in CHECKS.values()}
        for arn in arns(place):
            for control, missing in left.items():
                yield control, "fail" if arn in missing else "pass", region.parent.name, region.name, arn


def arns(file):
    return {trail["TrailARN"] for trail in json.loads(file.read_text())} if file.exists() else set()


def prowler(output):
    for file in output.glob("*.ocsf.json"):
        for finding in json.loads(file.read_text()):
            control = CHECKS[finding["metadata"]["event_code"]]
            resource = finding["resources"][0]
            account = finding["cloud"]["account"]["uid"]
            yield control, finding["status_code"].lower(), account, resource["region"], resource["uid"]


READERS = {"trailaudit": trailaudit, "c7n-org": c7n_org, "prowler": prowler}

tool, report, rows = sys.argv[1:]
write(rows, READERS[tool](Path(report)))
