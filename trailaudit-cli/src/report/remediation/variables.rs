//! What the records do not tell: a variable each.

/// One such thing.
pub(super) struct Variable {
    /// How the texts of the catalogue call it.
    pub placeholder: &'static str,
    /// How the plan calls it.
    pub name: &'static str,
    /// What it is.
    pub meaning: &'static str,
}

/// Says that a whole document may be put in the place of another.
pub(super) const REPLACE: &str = "REPLACE_DOCUMENTS";

/// The key of trails, which is made where none is named.
pub(super) const TRAIL_KEY: &str = "KMS_KEY_ARN";

const fn variable(placeholder: &'static str, name: &'static str, meaning: &'static str) -> Variable {
    Variable {
        placeholder,
        name,
        meaning,
    }
}

/// All of them, in the order they are listed.
pub(super) const VARIABLES: &[Variable] = &[
    variable(
        "KEY_ARN",
        TRAIL_KEY,
        "the key that encrypts trails, in the Region of their bucket; its policy must let cloudtrail.amazonaws.com encrypt",
    ),
    variable("KEY_IN_REGION_OF_BUCKET_ARN", TRAIL_KEY, ""),
    variable(
        "LOG_GROUP_KEY",
        "LOG_GROUP_KEY_ARN",
        "the key that encrypts log groups; its policy must let logs.REGION.amazonaws.com use it",
    ),
    variable(
        "STORE_KEY",
        "EVENT_STORE_KEY_ARN",
        "the key that encrypts event data stores",
    ),
    variable("READER_ARN", "LOG_READER_ARN", "who reads log files: the ARN of a role"),
    variable("BUCKET", "TRAIL_BUCKET", "a bucket whose policy lets new trails write"),
    variable(
        "LOG_BUCKET",
        "ACCESS_LOG_BUCKET",
        "the bucket for access logs, in the Region of the bucket they are about",
    ),
    variable("TOPIC", "TRAIL_TOPIC", "the topic that is told of delivered log files"),
    variable(
        "ADDRESS",
        "ALARM_ADDRESS",
        "the mail address that alarms go to; whoever has it must confirm",
    ),
    variable(
        "GROUP",
        "LOG_GROUP_NAME",
        "the log group that alarms watch, in the Region of the credentials",
    ),
    variable("TOPIC_ARN", "ALARM_TOPIC_ARN", "the topic that alarms go to"),
    variable(
        "DAYS",
        "KEEP_DAYS",
        "how many days log files are kept; where they are locked, nobody can shorten it",
    ),
    variable("KEY", "TAG_KEY", "the key of a tag that trails must have"),
    variable("VALUE", "TAG_VALUE", "its value"),
    variable(
        "POLICY_ID",
        "KEEP_TRAILS_POLICY_ID",
        "the service control policy that keeps trails; set it once nothing else is left to do, as it binds whoever runs this \
         too. `trailaudit controls show trail-tampering-denied-by-policy` has the command that makes it",
    ),
    variable("GROUP_ARN", "LOG_GROUP_ARN", "the log group that trails deliver to"),
    variable("ROLE_ARN", "LOG_ROLE_ARN", "the role that they deliver with"),
    variable("ROLE", "LOG_ROLE_NAME", "its name"),
    variable("MFA_DEVICE_ARN", "MFA_DEVICE_ARN", "the second factor of the root user"),
    variable("CODE", "MFA_CODE", "what it shows"),
    variable("TRAIL", "TRAIL_NAME", "the trail to change"),
    variable("TRAIL_ARN", "TRAIL_ARN", "the same by its ARN"),
    variable("NAME", "NEW_TRAIL", "the name of a new trail"),
    variable("REGION", "REGION", "the Region"),
    variable("ACCOUNT", "ACCOUNT", "the account"),
    variable(
        "ACCOUNT_OR_ORGANIZATION",
        "LOG_FOLDER",
        "the account or organization the log files are of",
    ),
    variable("ROOT_OU_OR_ACCOUNT_ID", "TARGET_ID", "whom a policy binds"),
    variable("ROOT_OU_OR_ACCOUNT", "TARGET_ID", ""),
    variable("STORE_ARN", "EVENT_STORE_ARN", "the event data store"),
    variable("STORE", "EVENT_STORE_NAME", "its name"),
    variable("ALARM", "ALARM_NAME", "the alarm"),
    variable("POLICY", "LOG_POLICY_NAME", "the resource policy of log groups"),
    variable("SERVICE", "LOG_SERVICE", "the service that it lets in"),
    variable("HANDSHAKE", "HANDSHAKE_ID", "the invitation"),
    variable("METRIC", "METRIC_NAME", "the metric of an alarm"),
    variable("NAMESPACE", "METRIC_NAMESPACE", "its namespace"),
    variable(
        "APPROVED_ACCOUNT",
        "APPROVED_ACCOUNT",
        "the delegated administrator that was approved",
    ),
    variable("REGION_OF_BUCKET", "BUCKET_REGION", "the Region of the bucket"),
    variable(
        "",
        REPLACE,
        "yes, once you have compared what a step puts in the place of a whole policy or list of selectors",
    ),
];

/// The variable for a placeholder.
pub(super) fn named(placeholder: &str) -> Option<&'static Variable> {
    VARIABLES.iter().find(|variable| variable.placeholder == placeholder)
}
