//! What the alarm controls of the CIS AWS Foundations Benchmark and of Security Hub ask a metric filter to match.

use super::{FilterPattern, ParseError};

/// The events that one alarm control is about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct AlarmPattern {
    /// The rule of the catalogue.
    pub rule: &'static str,
    /// The least pattern that serves the control: whatever covers it will do. It names the service that the events come
    /// from, so that a filter may name it or not, and takes every exception that some published edition takes.
    pub least: &'static str,
    /// The first CIS edition that asks for more, and what it asks for.
    pub later: Option<(&'static str, &'static str)>,
}

impl AlarmPattern {
    /// The pattern that serves the control in every edition.
    #[must_use]
    pub const fn widest(&self) -> &'static str {
        match self.later {
            Some((_, pattern)) => pattern,
            None => self.least,
        }
    }

    /// The least pattern, parsed.
    ///
    /// # Errors
    /// Never for one of [`ALARMS`]: a test parses them all.
    pub fn pattern(&self) -> Result<FilterPattern, ParseError> {
        FilterPattern::parse(self.least)
    }
}

/// The fifteen alarm controls, in the order of the benchmark (3.1 to 3.15 in edition 1.2, 4.1 to 4.15 from 1.3 on, 5.1
/// to 5.15 from 6.0 on).
///
/// Editions differ: from 1.4 on, unauthorized calls leave out what log delivery does, and sign-in without MFA is asked
/// of IAM users who succeed; from 6.0 on, changes of security groups include `ModifySecurityGroupRules`.
pub const ALARMS: [AlarmPattern; 15] = [
    AlarmPattern {
        rule: "alarm-on-unauthorized-api-calls",
        least: "{ (($.errorCode = \"*UnauthorizedOperation\") || ($.errorCode = \"AccessDenied*\")) && \
            ($.sourceIPAddress != \"delivery.logs.amazonaws.com\") && ($.eventName != \"HeadBucket\") }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-console-sign-in-without-mfa",
        least: "{ ($.eventSource = \"signin.amazonaws.com\") && ($.eventName = ConsoleLogin) && \
            ($.additionalEventData.MFAUsed != \"Yes\") && ($.userIdentity.type = \"IAMUser\") && \
            ($.responseElements.ConsoleLogin = \"Success\") }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-root-account-use",
        least: "{ ($.userIdentity.type = \"Root\") && ($.userIdentity.invokedBy NOT EXISTS) && ($.eventType != \
            \"AwsServiceEvent\") }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-iam-policy-changes",
        least: "{ ($.eventSource = \"iam.amazonaws.com\") && (($.eventName = DeleteGroupPolicy) || \
            ($.eventName = DeleteRolePolicy) || ($.eventName = DeleteUserPolicy) || ($.eventName = \
            PutGroupPolicy) || ($.eventName = PutRolePolicy) || ($.eventName = PutUserPolicy) || \
            ($.eventName = CreatePolicy) || ($.eventName = DeletePolicy) || ($.eventName = \
            CreatePolicyVersion) || ($.eventName = DeletePolicyVersion) || ($.eventName = \
            AttachRolePolicy) || ($.eventName = DetachRolePolicy) || ($.eventName = AttachUserPolicy) || \
            ($.eventName = DetachUserPolicy) || ($.eventName = AttachGroupPolicy) || ($.eventName = \
            DetachGroupPolicy)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-trail-configuration-changes",
        least: "{ ($.eventSource = \"cloudtrail.amazonaws.com\") && (($.eventName = CreateTrail) || \
            ($.eventName = UpdateTrail) || ($.eventName = DeleteTrail) || ($.eventName = StartLogging) \
            || ($.eventName = StopLogging)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-console-authentication-failures",
        least: "{ ($.eventSource = \"signin.amazonaws.com\") && ($.eventName = ConsoleLogin) && \
            ($.errorMessage = \"Failed authentication\") }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-customer-key-disabled-or-deleted",
        least: "{ ($.eventSource = \"kms.amazonaws.com\") && (($.eventName = DisableKey) || ($.eventName = \
            ScheduleKeyDeletion)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-bucket-policy-changes",
        least: "{ ($.eventSource = \"s3.amazonaws.com\") && (($.eventName = PutBucketAcl) || ($.eventName = \
            PutBucketPolicy) || ($.eventName = PutBucketCors) || ($.eventName = PutBucketLifecycle) || \
            ($.eventName = PutBucketReplication) || ($.eventName = DeleteBucketPolicy) || ($.eventName = \
            DeleteBucketCors) || ($.eventName = DeleteBucketLifecycle) || ($.eventName = \
            DeleteBucketReplication)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-configuration-recorder-changes",
        least: "{ ($.eventSource = \"config.amazonaws.com\") && (($.eventName = StopConfigurationRecorder) || \
            ($.eventName = DeleteDeliveryChannel) || ($.eventName = PutDeliveryChannel) || ($.eventName \
            = PutConfigurationRecorder)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-security-group-changes",
        least: "{ ($.eventSource = \"ec2.amazonaws.com\") && (($.eventName = AuthorizeSecurityGroupIngress) || \
            ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) \
            || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || \
            ($.eventName = DeleteSecurityGroup)) }",
        later: Some((
            "6.0",
            "{ ($.eventSource = \"ec2.amazonaws.com\") && (($.eventName = AuthorizeSecurityGroupIngress) || \
            ($.eventName = AuthorizeSecurityGroupEgress) || ($.eventName = RevokeSecurityGroupIngress) \
            || ($.eventName = RevokeSecurityGroupEgress) || ($.eventName = CreateSecurityGroup) || \
            ($.eventName = DeleteSecurityGroup) || ($.eventName = ModifySecurityGroupRules)) }",
        )),
    },
    AlarmPattern {
        rule: "alarm-on-network-acl-changes",
        least: "{ ($.eventSource = \"ec2.amazonaws.com\") && (($.eventName = CreateNetworkAcl) || ($.eventName \
            = CreateNetworkAclEntry) || ($.eventName = DeleteNetworkAcl) || ($.eventName = \
            DeleteNetworkAclEntry) || ($.eventName = ReplaceNetworkAclEntry) || ($.eventName = \
            ReplaceNetworkAclAssociation)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-network-gateway-changes",
        least: "{ ($.eventSource = \"ec2.amazonaws.com\") && (($.eventName = CreateCustomerGateway) || \
            ($.eventName = DeleteCustomerGateway) || ($.eventName = AttachInternetGateway) || \
            ($.eventName = CreateInternetGateway) || ($.eventName = DeleteInternetGateway) || \
            ($.eventName = DetachInternetGateway)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-route-table-changes",
        least: "{ ($.eventSource = \"ec2.amazonaws.com\") && (($.eventName = CreateRoute) || ($.eventName = \
            CreateRouteTable) || ($.eventName = ReplaceRoute) || ($.eventName = \
            ReplaceRouteTableAssociation) || ($.eventName = DeleteRouteTable) || ($.eventName = \
            DeleteRoute) || ($.eventName = DisassociateRouteTable)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-vpc-changes",
        least: "{ ($.eventSource = \"ec2.amazonaws.com\") && (($.eventName = CreateVpc) || ($.eventName = \
            DeleteVpc) || ($.eventName = ModifyVpcAttribute) || ($.eventName = \
            AcceptVpcPeeringConnection) || ($.eventName = CreateVpcPeeringConnection) || ($.eventName = \
            DeleteVpcPeeringConnection) || ($.eventName = RejectVpcPeeringConnection) || ($.eventName = \
            AttachClassicLinkVpc) || ($.eventName = DetachClassicLinkVpc) || ($.eventName = \
            DisableVpcClassicLink) || ($.eventName = EnableVpcClassicLink)) }",
        later: None,
    },
    AlarmPattern {
        rule: "alarm-on-organizations-changes",
        least: "{ ($.eventSource = \"organizations.amazonaws.com\") && (($.eventName = AcceptHandshake) || \
            ($.eventName = AttachPolicy) || ($.eventName = CreateAccount) || ($.eventName = \
            CreateOrganizationalUnit) || ($.eventName = CreatePolicy) || ($.eventName = \
            DeclineHandshake) || ($.eventName = DeleteOrganization) || ($.eventName = \
            DeleteOrganizationalUnit) || ($.eventName = DeletePolicy) || ($.eventName = DetachPolicy) || \
            ($.eventName = DisablePolicyType) || ($.eventName = EnablePolicyType) || ($.eventName = \
            InviteAccountToOrganization) || ($.eventName = LeaveOrganization) || ($.eventName = \
            MoveAccount) || ($.eventName = RemoveAccountFromOrganization) || ($.eventName = \
            UpdatePolicy) || ($.eventName = UpdateOrganizationalUnit)) }",
        later: None,
    },
];
