//! The alarm controls' least patterns against what is published, deployed and broken.

use trailaudit_core::filter_pattern::{ALARMS, AlarmPattern, Coverage, FilterPattern, covers};

use super::pattern;

fn alarm(rule: &str) -> &'static AlarmPattern {
    ALARMS.iter().find(|alarm| alarm.rule == rule).unwrap()
}

fn answer(filter: &str, rule: &str) -> Coverage {
    covers(&pattern(filter), &alarm(rule).pattern().unwrap())
}

#[test]
fn each_covers_itself_and_no_other() {
    for (i, alarm) in ALARMS.iter().enumerate() {
        for (j, other) in ALARMS.iter().enumerate() {
            let answer = covers(&other.pattern().unwrap(), &alarm.pattern().unwrap());
            let is_same = answer == Coverage::Covers;
            assert_eq!(is_same, i == j, "{} {}", alarm.rule, other.rule);
            assert!(is_same || matches!(answer, Coverage::Misses(_)), "{answer:?}");
        }
        if let Some((_, later)) = alarm.later {
            let (least, later) = (alarm.pattern().unwrap(), pattern(later));
            assert_eq!(covers(&later, &least), Coverage::Covers);
            assert!(matches!(covers(&least, &later), Coverage::Misses(_)));
        }
        assert!(alarm.least.len() <= 1024, "PutMetricFilter takes no more");
    }
}

/// As published by the benchmark's editions, Security Hub's documentation and widely used modules.
#[test]
fn published_variants_are_accepted() {
    for (rule, filter) in PUBLISHED {
        assert_eq!(answer(filter, rule), Coverage::Covers, "{rule}: {filter}");
    }
    let told: std::collections::BTreeSet<_> = PUBLISHED.iter().map(|(rule, _)| *rule).collect();
    assert_eq!(told.len(), ALARMS.len());
}

#[test]
fn what_narrows_a_pattern_is_found() {
    for (rule, filter, words) in [
        (
            "alarm-on-trail-configuration-changes",
            "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) }",
            r#"an event with $.eventSource = "cloudtrail.amazonaws.com", $.eventName = "StopLogging""#,
        ),
        (
            "alarm-on-root-account-use",
            r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" && $.eventName != "ConsoleLogin" }"#,
            r#"an event with $.userIdentity.type = "Root", $.eventType = "Other", $.eventName = "ConsoleLogin" and without $.userIdentity.invokedBy"#,
        ),
        // Precedence: what looks like a source for all is one for the first name only, and the others are not lost.
        (
            "alarm-on-customer-key-disabled-or-deleted",
            "{ ($.eventSource = kms.amazonaws.com) && ($.eventName = DisableKey) || ($.eventName = ScheduleKeyDeletion) && ($.userIdentity.invokedBy NOT EXISTS) }",
            r#"an event with $.eventSource = "kms.amazonaws.com", $.eventName = "ScheduleKeyDeletion", $.userIdentity.invokedBy = "Other""#,
        ),
        // An exception somebody added to silence an alarm.
        (
            "alarm-on-unauthorized-api-calls",
            r#"{ (($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) && ($.userIdentity.invokedBy != "config.amazonaws.com") }"#,
            r#"an event with $.errorCode = "OtherUnauthorizedOperation", $.sourceIPAddress = "Other", $.eventName = "Other", $.userIdentity.invokedBy = "config.amazonaws.com""#,
        ),
        (
            "alarm-on-unauthorized-api-calls",
            r#"{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied") }"#,
            "",
        ),
        (
            "alarm-on-unauthorized-api-calls",
            r#"{ $.errorCode = "*UnauthorizedOperation" && $.errorCode = "AccessDenied*" }"#,
            "",
        ),
        (
            "alarm-on-console-sign-in-without-mfa",
            r#"{ $.eventName = "ConsoleLogin" && $.additionalEventData.MFAUsed = "No" }"#,
            "",
        ),
        (
            "alarm-on-console-authentication-failures",
            r#"{ $.eventName = consolelogin && $.errorMessage = "Failed authentication" }"#,
            "",
        ),
        (
            "alarm-on-iam-policy-changes",
            "{ $.eventSource = iam.amazonaws.com && $.eventName = 'Delete*' }",
            "",
        ),
        (
            "alarm-on-vpc-changes",
            "{ $.eventName = CreateVpc || $.eventName = DeleteVpc || $.eventName = ModifyVpcAttribute || $.eventName = '*VpcPeeringConnection' || $.eventName = '*ClassicLinkVpc' }",
            "",
        ),
    ] {
        let Coverage::Misses(witness) = answer(filter, rule) else {
            panic!("{rule}: {filter}")
        };
        let required = alarm(rule).pattern().unwrap();
        assert_eq!(required.matches(&witness.event), Some(true), "{witness:?}");
        assert_eq!(pattern(filter).matches(&witness.event), Some(false), "{witness:?}");
        assert!(words.is_empty() || words == witness.words, "{}", witness.words);
    }
}

#[test]
fn an_expression_is_left_to_people() {
    let filter = "{ $.eventSource = %cloudtrail% && $.eventName = %Trail|Logging% }";
    assert!(matches!(
        answer(filter, "alarm-on-trail-configuration-changes"),
        Coverage::Unclear(_)
    ));
    assert!(FilterPattern::parse("DeleteTrail").is_err());
}

const PUBLISHED: [(&str, &str); 30] = [
    (
        "alarm-on-unauthorized-api-calls",
        r#"{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") }"#,
    ),
    (
        "alarm-on-unauthorized-api-calls",
        r#"{ ($.errorCode ="*UnauthorizedOperation") || ($.errorCode ="AccessDenied*") && ($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket") }"#,
    ),
    (
        "alarm-on-unauthorized-api-calls",
        r#"{(($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*")) && (($.sourceIPAddress!="delivery.logs.amazonaws.com") && ($.eventName!="HeadBucket"))}"#,
    ),
    (
        "alarm-on-unauthorized-api-calls",
        r#"{ ($.errorCode = "*UnauthorizedOperation") || ($.errorCode = "AccessDenied*") || ($.sourceIPAddress!="delivery.logs.amazonaws.com") || ($.eventName!="HeadBucket") }"#,
    ),
    (
        "alarm-on-unauthorized-api-calls",
        r#"{ ($.errorCode = "*UnauthorizedOperation*") || ($.errorCode = "*AccessDenied*") }"#,
    ),
    (
        "alarm-on-console-sign-in-without-mfa",
        r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") }"#,
    ),
    (
        "alarm-on-console-sign-in-without-mfa",
        r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.userIdentity.type = "IAMUser") && ($.responseElements.ConsoleLogin = "Success") }"#,
    ),
    (
        "alarm-on-console-sign-in-without-mfa",
        r#"{ ($.eventName = "ConsoleLogin") && ($.additionalEventData.MFAUsed != "Yes") && ($.responseElements.ConsoleLogin = "Success") }"#,
    ),
    (
        "alarm-on-root-account-use",
        r#"{ $.userIdentity.type = "Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType != "AwsServiceEvent" }"#,
    ),
    (
        "alarm-on-root-account-use",
        r#"{$.userIdentity.type="Root" && $.userIdentity.invokedBy NOT EXISTS && $.eventType !="AwsServiceEvent"}"#,
    ),
    (
        "alarm-on-root-account-use",
        r#"{ $.userIdentity.type = "Root" && $.eventType != "AwsServiceEvent" }"#,
    ),
    ("alarm-on-root-account-use", r#"{ $.userIdentity.type = "Root" }"#),
    (
        "alarm-on-iam-policy-changes",
        "{($.eventName=DeleteGroupPolicy)||($.eventName=DeleteRolePolicy)||($.eventName=DeleteUserPolicy)||($.eventName=PutGroupPolicy)||($.eventName=PutRolePolicy)||($.eventName=PutUserPolicy)||($.eventName=CreatePolicy)||($.eventName=DeletePolicy)||($.eventName=CreatePolicyVersion)||($.eventName=DeletePolicyVersion)||($.eventName=AttachRolePolicy)||($.eventName=DetachRolePolicy)||($.eventName=AttachUserPolicy)||($.eventName=DetachUserPolicy)||($.eventName=AttachGroupPolicy)||($.eventName=DetachGroupPolicy)}",
    ),
    (
        "alarm-on-iam-policy-changes",
        "{($.eventSource=iam.amazonaws.com) && (($.eventName=DeleteGroupPolicy) || ($.eventName=DeleteRolePolicy) || ($.eventName=DeleteUserPolicy) || ($.eventName=PutGroupPolicy) || ($.eventName=PutRolePolicy) || ($.eventName=PutUserPolicy) || ($.eventName=CreatePolicy) || ($.eventName=DeletePolicy) || ($.eventName=CreatePolicyVersion) || ($.eventName=DeletePolicyVersion) || ($.eventName=AttachRolePolicy) || ($.eventName=DetachRolePolicy) || ($.eventName=AttachUserPolicy) || ($.eventName=DetachUserPolicy) || ($.eventName=AttachGroupPolicy) || ($.eventName=DetachGroupPolicy))}",
    ),
    (
        "alarm-on-iam-policy-changes",
        r#"{ $.eventSource = "iam.amazonaws.com" && ($.eventName = "*Policy" || $.eventName = "*PolicyVersion") }"#,
    ),
    (
        "alarm-on-trail-configuration-changes",
        "{ ($.eventName = CreateTrail) || ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) || ($.eventName = StopLogging) }",
    ),
    (
        "alarm-on-trail-configuration-changes",
        r#"{ $.eventSource = "cloudtrail.amazonaws.com" }"#,
    ),
    (
        "alarm-on-console-authentication-failures",
        r#"{ ($.eventName = ConsoleLogin) && ($.errorMessage = "Failed authentication") }"#,
    ),
    (
        "alarm-on-customer-key-disabled-or-deleted",
        "{($.eventSource = kms.amazonaws.com) && (($.eventName=DisableKey)||($.eventName=ScheduleKeyDeletion)) }",
    ),
    (
        "alarm-on-bucket-policy-changes",
        "{ ($.eventSource = s3.amazonaws.com) && (($.eventName = PutBucketAcl) || ($.eventName = PutBucketPolicy) || ($.eventName = PutBucketCors) || ($.eventName = PutBucketLifecycle) || ($.eventName = PutBucketReplication) || ($.eventName = DeleteBucketPolicy) || ($.eventName = DeleteBucketCors) || ($.eventName = DeleteBucketLifecycle) || ($.eventName = DeleteBucketReplication)) }",
    ),
    (
        "alarm-on-configuration-recorder-changes",
        "{ ($.eventSource = config.amazonaws.com) && (($.eventName=StopConfigurationRecorder)||($.eventName=DeleteDeliveryChannel)||($.eventName=PutDeliveryChannel)||($.eventName=PutConfigurationRecorder)) }",
    ),
    (
        "alarm-on-security-group-changes",
        "{ ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || ($.eventName = DeleteSecurityGroup) }",
    ),
    (
        "alarm-on-security-group-changes",
        "{ ($.eventName = AuthorizeSecurityGroupIngress) || ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || ($.eventName = DeleteSecurityGroup) || ($.eventName = ModifySecurityGroupRules) }",
    ),
    (
        "alarm-on-network-acl-changes",
        "{ ($.eventName = CreateNetworkAcl) || ($.eventName = CreateNetworkAclEntry) || ($.eventName = DeleteNetworkAcl) || ($.eventName = DeleteNetworkAclEntry) || ($.eventName = ReplaceNetworkAclEntry) || ($.eventName = ReplaceNetworkAclAssociation) }",
    ),
    (
        "alarm-on-network-gateway-changes",
        "{ ($.eventName = CreateCustomerGateway) || ($.eventName = DeleteCustomerGateway) || ($.eventName = AttachInternetGateway) || ($.eventName = CreateInternetGateway) || ($.eventName = DeleteInternetGateway) || ($.eventName = DetachInternetGateway) }",
    ),
    (
        "alarm-on-route-table-changes",
        "{ ($.eventName = CreateRoute) || ($.eventName = CreateRouteTable) || ($.eventName = ReplaceRoute) || ($.eventName = ReplaceRouteTableAssociation) || ($.eventName = DeleteRouteTable) || ($.eventName = DeleteRoute) || ($.eventName = DisassociateRouteTable) }",
    ),
    (
        "alarm-on-route-table-changes",
        "{($.eventSource = ec2.amazonaws.com) && ($.eventName = CreateRoute) || ($.eventName = CreateRouteTable) || ($.eventName = ReplaceRoute) || ($.eventName = ReplaceRouteTableAssociation) || ($.eventName = DeleteRouteTable) || ($.eventName = DeleteRoute) || ($.eventName = DisassociateRouteTable) }",
    ),
    (
        "alarm-on-vpc-changes",
        "{ ($.eventName = CreateVpc) || ($.eventName = DeleteVpc) || ($.eventName = ModifyVpcAttribute) || ($.eventName = AcceptVpcPeeringConnection) || ($.eventName = CreateVpcPeeringConnection) || ($.eventName = DeleteVpcPeeringConnection) || ($.eventName = RejectVpcPeeringConnection) || ($.eventName = AttachClassicLinkVpc) || ($.eventName = DetachClassicLinkVpc) || ($.eventName = DisableVpcClassicLink) || ($.eventName = EnableVpcClassicLink) }",
    ),
    (
        "alarm-on-organizations-changes",
        r#"{ ($.eventSource = organizations.amazonaws.com) && (($.eventName = "AcceptHandshake") || ($.eventName = "AttachPolicy") || ($.eventName = "CreateAccount") || ($.eventName = "CreateOrganizationalUnit") || ($.eventName= "CreatePolicy") || ($.eventName = "DeclineHandshake") || ($.eventName = "DeleteOrganization") || ($.eventName = "DeleteOrganizationalUnit") || ($.eventName = "DeletePolicy") || ($.eventName = "DetachPolicy") || ($.eventName = "DisablePolicyType") || ($.eventName = "EnablePolicyType") || ($.eventName = "InviteAccountToOrganization") || ($.eventName = "LeaveOrganization") || ($.eventName = "MoveAccount") || ($.eventName = "RemoveAccountFromOrganization") || ($.eventName = "UpdatePolicy") || ($.eventName ="UpdateOrganizationalUnit")) }"#,
    ),
    (
        "alarm-on-organizations-changes",
        "{ $.eventSource = organizations.amazonaws.com }",
    ),
];
