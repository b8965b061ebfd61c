"""Writes what tools without an Organization of their own have to be told: members, the management account, Regions.

    listed.py DIRECTORY
"""

import sys
from pathlib import Path

import boto3

there = Path(sys.argv[1])
management = boto3.client("sts").get_caller_identity()["Account"]
pages = boto3.client("organizations").get_paginator("list_accounts").paginate()
accounts = [account["Id"] for page in pages for account in page["Accounts"]]
regions = boto3.client("ec2").describe_regions()["Regions"]
(there / "management").write_text(management + "\n")
(there / "members").write_text("".join(f"{account}\n" for account in accounts if account != management))
(there / "regions").write_text("".join(f"{region['RegionName']}\n" for region in regions))
