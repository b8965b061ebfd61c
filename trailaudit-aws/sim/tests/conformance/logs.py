"""CloudWatch Logs: streams, metric filters and resource policies of the management account."""

from judge import all_pages, call, check, client, refuse

GROUP = {"logGroupName": "furnished"}


def paged(made, operation, member, **arguments):
    return all_pages(made, operation, member, "nextToken", limit=1, **arguments)[0]


def logs(base, member, management):
    made = client(base, "logs")
    (group,) = call(made, "DescribeLogGroups", logGroupNamePrefix="furnished", limit=1)["logGroups"]
    check(group["metricFilterCount"] == 2, f"{group}")
    streams = paged(made, "DescribeLogStreams", "logStreams", **GROUP)
    check([stream["logStreamName"] for stream in streams] == ["a_CloudTrail", "b_CloudTrail"], f"{streams}")
    check(streams[1]["lastIngestionTime"] - streams[1]["lastEventTimestamp"] == 60_000, f"milliseconds: {streams}")
    arn = f"arn:aws:logs:us-east-1:{management}:log-group:furnished"
    latest = {"orderBy": "LastEventTime", "descending": True}
    by_time = call(made, "DescribeLogStreams", logGroupIdentifier=arn, **latest)["logStreams"]
    check([stream["logStreamName"] for stream in by_time] == ["b_CloudTrail", "a_CloudTrail"], f"{by_time}")
    (one,) = call(made, "DescribeLogStreams", logStreamNamePrefix="b", **GROUP)["logStreams"]
    check(one == by_time[0], f"{one}")
    filters = paged(made, "DescribeMetricFilters", "metricFilters", **GROUP)
    check([known["filterName"] for known in filters] == ["counting", "valued"], f"{filters}")
    (transformation,) = filters[1]["metricTransformations"]
    check(transformation["defaultValue"] == 0.5 and transformation["metricNamespace"] == "Trail", f"{transformation}")
    metric = {"metricName": "counting", "metricNamespace": "Trail"}
    check(call(made, "DescribeMetricFilters", **metric)["metricFilters"] == filters[:1], "the filter of a metric")
    policies = paged(made, "DescribeResourcePolicies", "resourcePolicies")
    check([policy["policyName"] for policy in policies][-2:] == ["dns", "search"], f"{policies}")
    scope = {"policyScope": "RESOURCE", "resourceArn": arn}
    (attached,) = call(made, "DescribeResourcePolicies", **scope)["resourcePolicies"]
    check(attached["resourceArn"] == arn, f"{attached}")
    for operation in ("DescribeLogStreams", "DescribeMetricFilters"):
        refuse(client(member, "logs"), operation, "ResourceNotFoundException", 400, **GROUP)
        refuse(made, operation, "InvalidParameterException", 400, nextToken="nonsense", **GROUP)
    refuse(made, "DescribeLogStreams", "InvalidParameterException", 400, logStreamNamePrefix="a", **latest, **GROUP)
