"""Trails, and the keys and log groups they name."""

from botocore.exceptions import ClientError

from judge import all_pages, call, check, client, refuse, refused


def trails(session, region, own_account, truth):
    """The trails an account has at home in a Region, each asked in full."""
    made = client(session, "cloudtrail", region)
    call(made, "ListTrails")
    seen = call(made, "DescribeTrails")["trailList"]
    own = call(made, "DescribeTrails", includeShadowTrails=False)["trailList"]
    check(all(trail in seen for trail in own), "shadow trails are added to the others")
    for trail in seen:
        arn, mine = trail["TrailARN"], f":{own_account}:" in trail["TrailARN"]
        if any(d["resource_id"] == arn and d["rule"] == "trail-logging" for d in truth["defects"]):
            continue
        call(made, "GetTrailStatus", Name=arn)
        call(made, "GetTrail", Name=arn)
        if mine:
            call(made, "GetEventSelectors", TrailName=arn)
            if trail["HasInsightSelectors"]:
                call(made, "GetInsightSelectors", TrailName=arn)
            else:
                refuse(made, "GetInsightSelectors", "InsightNotEnabledException", 400, TrailName=arn)
            if trail["HomeRegion"] == region:
                call(made, "ListTags", ResourceIdList=[arn])
        else:
            refuse(made, "GetEventSelectors", "CloudTrailARNInvalidException", 400, TrailName=arn)
            refuse(made, "GetTrailStatus", "TrailNotFoundException", 400, Name=trail["Name"])
    refuse(made, "GetTrail", "TrailNotFoundException", 400, Name="nobodys-trail")
    refuse(made, "GetTrail", "InvalidTrailNameException", 400, Name="x!")
    refuse(made, "ListTags", "CloudTrailARNInvalidException", 400, ResourceIdList=["nonsense"])
    return own


def resources(session, trail):
    home = trail["HomeRegion"]
    key, group = trail.get("KmsKeyId", ""), trail.get("CloudWatchLogsLogGroupArn", "")
    if key.startswith("arn:") and "alias/aws/" not in key:
        try:
            call(client(session, "kms", key.split(":")[3]), "DescribeKey", KeyId=key)
        except ClientError as error:
            refused.add(("kms", error.response["Error"]["Code"]))
    if group and f":{home}:" in group:
        name = group.split(":")[6]
        try:
            call(client(session, "logs", home), "DescribeLogGroups", logGroupNamePrefix=name, limit=1)
        except ClientError as error:
            refused.add(("logs", error.response["Error"]["Code"]))


def event_data_stores(base, member):
    made = client(base, "cloudtrail")
    listed, pages = all_pages(made, "ListEventDataStores", "EventDataStores", MaxResults=1)
    check(pages == [1, 1], f"two stores in pages of one: {pages}")
    stores = [call(made, "GetEventDataStore", EventDataStore=store["EventDataStoreArn"]) for store in listed]
    check(["KmsKeyId" in store for store in stores] == [False, True], f"{stores}")
    check(stores[1]["OrganizationEnabled"] and stores[1]["RetentionPeriod"] == 2557, f"{stores}")
    arn = listed[0]["EventDataStoreArn"]
    call(made, "GetEventDataStore", EventDataStore=arn.rpartition("/")[2])
    other = client(member, "cloudtrail")
    check(call(other, "ListEventDataStores")["EventDataStores"] == [], "a member has none")
    refuse(other, "GetEventDataStore", "EventDataStoreNotFoundException", 400, EventDataStore=arn)
    refuse(made, "GetEventDataStore", "EventDataStoreARNInvalidException", 400, EventDataStore="arn:nonsense")
    refuse(made, "ListEventDataStores", "InvalidNextTokenException", 400, NextToken="nonsense")
