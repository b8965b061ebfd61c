"""SNS: who is told by the topics of the management account."""

from judge import all_pages, call, check, client, refuse


def topics(base, member, management):
    made, arn = client(base, "sns"), f"arn:aws:sns:us-east-1:{management}:furnished"
    listed, pages = all_pages(made, "ListSubscriptionsByTopic", "Subscriptions", TopicArn=arn)
    check(pages == [100, 1], f"a hundred a page: {pages}")
    arns = {subscription["SubscriptionArn"].rpartition(":")[0] or subscription["SubscriptionArn"] for subscription in listed}
    check(arns == {arn, "PendingConfirmation", "Deleted"}, f"{arns}")
    check({subscription["Owner"] for subscription in listed} == {management}, f"{listed[0]}")
    refuse(client(member, "sns"), "ListSubscriptionsByTopic", "AuthorizationError", 403, "SNS:List", TopicArn=arn)
    refuse(made, "ListSubscriptionsByTopic", "NotFound", 404, TopicArn=arn + "-not")
    refuse(made, "ListSubscriptionsByTopic", "InvalidParameter", 400, TopicArn="nonsense")
