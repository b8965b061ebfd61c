"""CloudWatch: the alarms of the management account."""

import botocore.model

from judge import call, check, client, refuse

# botocore would ask in JSON; the SDK for Rust asks in CBOR.
PROTOCOLS = ("json", "smithy-rpc-v2-cbor")
BOTH = {"AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}


def spoken(session, protocol):
    preferred = botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (protocol,)
    made = client(session, "cloudwatch")
    check(made.meta.service_model.resolved_protocol == protocol, f"asked in {protocol}")
    botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = preferred
    return made


def alarms(base, member):
    for protocol in PROTOCOLS:
        described(spoken(base, protocol))
        call(spoken(member, protocol), "DescribeAlarms")


def described(made):
    metric = {alarm["AlarmName"]: alarm for alarm in call(made, "DescribeAlarms")["MetricAlarms"]}
    check({"furnished-math", "furnished-metric"} <= set(metric), f"{set(metric)}")
    one = metric["furnished-metric"]
    check((one["MetricName"], one["Threshold"], one["Period"]) == ("counting", 0.1, 300), f"{one}")
    check(one["StateUpdatedTimestamp"].isoformat() == "2024-02-29T01:02:03+00:00", f"{one}")
    queries = metric["furnished-math"]["Metrics"]
    check([query["ReturnData"] for query in queries] == [False, True], f"{queries}")
    check(queries[0]["MetricStat"]["Metric"]["Namespace"] == "Trail", f"{queries}")
    both = call(made, "DescribeAlarms", AlarmNamePrefix="furnished", MaxRecords=100, **BOTH)
    (composite,) = both["CompositeAlarms"]
    check(composite["AlarmRule"] == 'ALARM("furnished-metric")', f"{composite}")
    pages = made.get_paginator("describe_alarms").paginate(**BOTH, PaginationConfig={"PageSize": 1})
    paged = [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"] + page["CompositeAlarms"]]
    check(paged == sorted([*metric, "furnished-composite"]), f"{paged}")
    refuse(made, "DescribeAlarms", "InvalidNextToken", 400, NextToken="nonsense")


def narrowed(session):
    """A session that may not ask."""
    text = "because no session policy allows the cloudwatch:DescribeAlarms action"
    for protocol in PROTOCOLS:
        refuse(spoken(session, protocol), "DescribeAlarms", "AccessDenied", 403, text)
