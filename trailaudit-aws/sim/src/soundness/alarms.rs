//! What somebody is told of: the fifteen alarm controls of the CIS AWS Foundations Benchmark, each as a metric filter
//! that means what the benchmark's means, with an alarm. Some are written in another order, with other parentheses or with
//! the service that sends the events: a reader has to understand them, not compare them.

use jiff::Timestamp;
use serde_json::json;

use crate::world::{
    Account, Alarm, LogGroup, LogResourcePolicy, MetricFilter, SubscriptionState, Topic, Trail, Watched,
};

/// Where the filters count.
pub(crate) const NAMESPACE: &str = "CloudTrailMetrics";

/// Filters in the trail's log group, an alarm on each, and the topic they tell; and a policy that lets a service write to
/// log groups of its own.
pub(crate) fn provide(owner: &mut Account, trail: &Trail, made: Timestamp) {
    let region = &trail.home_region;
    let topic = Topic::new("security-alarms", region)
        .with_subscription("email", "security@example.com", SubscriptionState::Confirmed)
        .with_subscription("email", "on-leave@example.com", SubscriptionState::Pending);
    let tells = topic.arn(&owner.id);
    let (alarms, filters): (Vec<Alarm>, Vec<MetricFilter>) = WATCHED
        .iter()
        .map(|(name, pattern)| {
            let mut alarm = Alarm::new(name, region, Watched::metric(NAMESPACE, name), made);
            alarm.alarm_actions.push(tells.clone());
            (alarm, MetricFilter::new(name, pattern, NAMESPACE, made))
        })
        .unzip();
    let policy = delivery_policy(&owner.id, region, made);
    owner.topics.retain(|known| known.arn(&owner.id) != tells);
    owner.topics.push(topic);
    owner
        .alarms
        .retain(|known| known.region != *region || alarms.iter().all(|alarm| alarm.name != known.name));
    owner.alarms.extend(alarms);
    owner
        .log_resource_policies
        .retain(|known| known.region != *region || known.name != policy.name);
    owner.log_resource_policies.push(policy);
    let named = |group: &&mut LogGroup| trail.log_group_arn == Some(format!("{}:*", group.arn(&owner.id)));
    if let Some(group) = owner.log_groups.iter_mut().find(named) {
        group.metric_filters = filters;
    }
}

fn delivery_policy(owner: &str, region: &str, updated: Timestamp) -> LogResourcePolicy {
    let statement = json!({
        "Sid": "AWSLogDeliveryWrite",
        "Effect": "Allow",
        "Principal": {"Service": "delivery.logs.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": format!("arn:aws:logs:{region}:{owner}:log-group:/aws/vendedlogs/*:log-stream:*"),
        "Condition": {"StringEquals": {"aws:SourceAccount": owner}},
    });
    LogResourcePolicy {
        name: "AWSLogDeliveryWrite".to_owned(),
        region: region.to_owned(),
        log_group: None,
        document: json!({"Version": "2012-10-17", "Statement": [statement]}).to_string(),
        updated,
    }
}

/// The name of the filter and its alarm, and the pattern, in the order of the benchmark.
pub(crate) const WATCHED: [(&str, &str); 15] = [
    (
        "unauthorized-api-calls",
        r#"{ ($.errorCode = "AccessDenied*") || ($.errorCode = "*UnauthorizedOperation") }"#,
    ),
    (
        "console-sign-in-without-mfa",
        r#"{ ($.additionalEventData.MFAUsed != "Yes") && ($.eventName = "ConsoleLogin") }"#,
    ),
    (
        "root-account-use",
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
    ),
    (
        "iam-policy-changes",
        "{($.eventName=DeleteGroupPolicy)||($.eventName=DeleteRolePolicy)||($.eventName=DeleteUserPolicy)||\
         ($.eventName=PutGroupPolicy)||($.eventName=PutRolePolicy)||($.eventName=PutUserPolicy)||\
         ($.eventName=CreatePolicy)||($.eventName=DeletePolicy)||($.eventName=CreatePolicyVersion)||\
         ($.eventName=DeletePolicyVersion)||($.eventName=AttachRolePolicy)||($.eventName=DetachRolePolicy)||\
         ($.eventName=AttachUserPolicy)||($.eventName=DetachUserPolicy)||($.eventName=AttachGroupPolicy)||\
         ($.eventName=DetachGroupPolicy)}",
    ),
    (
        "trail-configuration-changes",
        "{ (($.eventName = StartLogging) || ($.eventName = StopLogging)) || (($.eventName = CreateTrail) || \
         (($.eventName = UpdateTrail) || ($.eventName = DeleteTrail))) }",
    ),
    (
        "console-authentication-failures",
        r#"{ ($.errorMessage = "Failed authentication") && ($.eventName = ConsoleLogin) }"#,
    ),
    (
        "customer-key-disabled-or-deleted",
        "{ ($.eventSource = kms.amazonaws.com) && (($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion)) }",
    ),
    (
        "bucket-policy-changes",
        "{ (($.eventName = DeleteBucketReplication) || ($.eventName = DeleteBucketLifecycle) || ($.eventName = \
         DeleteBucketCors) || ($.eventName = DeleteBucketPolicy) || ($.eventName = PutBucketReplication) || \
         ($.eventName = PutBucketLifecycle) || ($.eventName = PutBucketCors) || ($.eventName = PutBucketPolicy) || \
         ($.eventName = PutBucketAcl)) && ($.eventSource = s3.amazonaws.com) }",
    ),
    (
        "configuration-recorder-changes",
        "{ ($.eventSource = config.amazonaws.com) && (($.eventName = StopConfigurationRecorder) || ($.eventName = \
         DeleteDeliveryChannel) || ($.eventName = PutDeliveryChannel) || ($.eventName = PutConfigurationRecorder)) }",
    ),
    (
        "security-group-changes",
        "{ ($.eventName = ModifySecurityGroupRules) || ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = \
         AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) || ($.eventName = \
         RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || ($.eventName = DeleteSecurityGroup) }",
    ),
    (
        "network-acl-changes",
        "{ ($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || ($.eventName = \
         DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || ($.eventName = ReplaceNetworkAclEntry) || \
         ($.eventName = ReplaceNetworkAclAssociation) }",
    ),
    (
        "network-gateway-changes",
        "{ ($.eventName = DetachInternetGateway) || ($.eventName = DeleteInternetGateway) || ($.eventName = \
         CreateInternetGateway) || ($.eventName = AttachInternetGateway) || ($.eventName = DeleteCustomerGateway) || \
         ($.eventName = CreateCustomerGateway) }",
    ),
    (
        "route-table-changes",
        "{ ($.eventSource = ec2.amazonaws.com) && (($.eventName = CreateRoute) || ($.eventName = CreateRouteTable) || \
         ($.eventName = ReplaceRoute) || ($.eventName = ReplaceRouteTableAssociation) || ($.eventName = \
         DeleteRouteTable) || ($.eventName = DeleteRoute) || ($.eventName = DisassociateRouteTable)) }",
    ),
    (
        "vpc-changes",
        "{ ($.eventName = CreateVpc) || ($.eventName = DeleteVpc) || ($.eventName = ModifyVpcAttribute) || \
         ($.eventName = AcceptVpcPeeringConnection) || ($.eventName = CreateVpcPeeringConnection) || ($.eventName = \
         DeleteVpcPeeringConnection) || ($.eventName = RejectVpcPeeringConnection) || ($.eventName = \
         AttachClassicLinkVpc) || ($.eventName = DetachClassicLinkVpc) || ($.eventName = DisableVpcClassicLink) || \
         ($.eventName = EnableVpcClassicLink) }",
    ),
    (
        "organizations-changes",
        "{ ($.eventSource = organizations.amazonaws.com) && (($.eventName = AcceptHandshake) || ($.eventName = \
         AttachPolicy) || ($.eventName = CreateAccount) || ($.eventName = CreateOrganizationalUnit) || ($.eventName = \
         CreatePolicy) || ($.eventName = DeclineHandshake) || ($.eventName = DeleteOrganization) || ($.eventName = \
         DeleteOrganizationalUnit) || ($.eventName = DeletePolicy) || ($.eventName = DetachPolicy) || ($.eventName = \
         DisablePolicyType) || ($.eventName = EnablePolicyType) || ($.eventName = InviteAccountToOrganization) || \
         ($.eventName = LeaveOrganization) || ($.eventName = MoveAccount) || ($.eventName = \
         RemoveAccountFromOrganization) || ($.eventName = UpdatePolicy) || ($.eventName = UpdateOrganizationalUnit)) }",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_is_no_longer_than_the_service_takes() {
        for (name, pattern) in WATCHED {
            assert!(pattern.len() <= 1_024, "{name}: {}", pattern.len());
            assert_eq!(pattern.matches('(').count(), pattern.matches(')').count(), "{name}");
        }
    }
}
