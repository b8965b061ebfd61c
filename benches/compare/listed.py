"""Writes what tools without an Organization of their own have to be told: members, those first of which the two controls
have something to tell, the management account, Regions.

    listed.py DIRECTORY
"""

import json
import sys
from pathlib import Path

import boto3

from controls import ENCRYPTED, LOG_GROUP

there = Path(sys.argv[1])
management = boto3.client("sts").get_caller_identity()["Account"]
pages = boto3.client("organizations").get_paginator("list_accounts").paginate()
accounts = [account["Id"] for page in pages for account in page["Accounts"]]
regions = boto3.client("ec2").describe_regions()["Regions"]
defects = json.loads((there / "truth.json").read_text())["defects"]
planted = {defect["account_id"] for defect in defects if defect["rule"] in (ENCRYPTED, LOG_GROUP)}
accounts.sort(key=lambda account: account not in planted)
(there / "management").write_text(management + "\n")
(there / "members").write_text("".join(f"{account}\n" for account in accounts if account != management))
(there / "regions").write_text("".join(f"{region['RegionName']}\n" for region in regions))
