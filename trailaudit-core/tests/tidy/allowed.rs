//! What may stand on what, and what may lie where.

/// The members of the workspace and the workspace crates each may stand on, tests included. No other arrow.
pub const ARROWS: [(&str, &str, &[&str]); 7] = [
    ("trailaudit-core", "trailaudit-core", &[]),
    ("trailaudit-oracle", "trailaudit-core/oracle", &["trailaudit-core"]),
    ("trailaudit-sim", "trailaudit-aws/sim", &[]),
    (
        "trailaudit-aws",
        "trailaudit-aws",
        &["trailaudit-core", "trailaudit-sim"],
    ),
    (
        "trailaudit-cli",
        "trailaudit-cli",
        &[
            "trailaudit-aws",
            "trailaudit-core",
            "trailaudit-oracle",
            "trailaudit-sim",
        ],
    ),
    (
        "trailaudit-examples",
        "examples",
        &["trailaudit-aws", "trailaudit-core", "trailaudit-sim"],
    ),
    (
        "trailaudit-benches",
        "benches",
        &[
            "trailaudit-aws",
            "trailaudit-core",
            "trailaudit-examples",
            "trailaudit-sim",
        ],
    ),
];

/// Packages that are built on their own, the workspace crates each may stand on, and why it is no member.
pub const APART: [(&str, &[&str], &str); 1] = [(
    "trailaudit-core/fuzz",
    &["trailaudit-core"],
    "other compiler flags, and a fuzzer in C++ below it",
)];

/// Crates that must not stand below a member, anywhere in its tree but for its tests; `*` ends a prefix.
pub const FORBIDDEN: [(&str, &str, &str); 14] = [
    (
        "trailaudit-core",
        "tokio",
        "the core is sync: it touches nothing that anybody would have to wait for",
    ),
    (
        "trailaudit-core",
        "aws-*",
        "rules speak neutral words, and compile without a cloud's SDK",
    ),
    ("trailaudit-core", "hyper", "the core has no network"),
    ("trailaudit-core", "reqwest", "the core has no network"),
    ("trailaudit-core", "tracing", "the core returns what it has to say"),
    (
        "trailaudit-core",
        "rand",
        "the core is deterministic: whoever needs chance hands it in",
    ),
    (
        "trailaudit-oracle",
        "trailaudit-*",
        "whoever shares our code shares our mistakes, and is no second opinion",
    ),
    (
        "trailaudit-core",
        "sigstore-*",
        "a verifier to compare with, not to verify with",
    ),
    (
        "trailaudit-aws",
        "sigstore-*",
        "a verifier to compare with, not to verify with",
    ),
    (
        "trailaudit-cli",
        "sigstore-*",
        "a verifier to compare with, not to verify with",
    ),
    ("trailaudit-cli", "trailaudit-oracle", "for tests alone"),
    (
        "trailaudit-sim",
        "trailaudit-*",
        "what shares our types shares our mistakes",
    ),
    (
        "trailaudit-sim",
        "aws-*",
        "it answers as AWS does, and must not learn how from the SDK that asks",
    ),
    (
        "trailaudit-aws",
        "trailaudit-sim",
        "the simulator is for tests and the demo, never for an audit",
    ),
];

/// Crates that must stand nowhere in the workspace, tests included.
pub const FORBIDDEN_EVERYWHERE: [(&str, &str); 7] = [
    (
        "openssl-sys",
        "a second TLS stack, and one that needs the system's headers: rustls is the one",
    ),
    ("openssl", "a second TLS stack: rustls is the one"),
    ("native-tls", "a second TLS stack: rustls is the one"),
    ("ring", "a second set of primitives below rustls: aws-lc-rs is the one"),
    ("reqwest", "a second HTTP client: the SDK's own is the one"),
    (
        "rs_merkle",
        "no domain separation between leaves and nodes: RFC 6962 needs it",
    ),
    ("chrono", "a second calendar: jiff is the one"),
];

/// What may lie at the top of the repository beside the members, and whether it has to.
pub const TOP: [(&str, bool); 14] = [
    (".cargo", false),
    (".ci", true),
    (".clippy.toml", true),
    (".config", false),
    (".github", true),
    (".gitignore", true),
    (".rustfmt.toml", true),
    ("CHANGELOG.md", true),
    ("CONTRIBUTING.md", true),
    ("Cargo.lock", true),
    ("Cargo.toml", true),
    ("LICENSE", true),
    ("README.md", true),
    ("deny.toml", true),
];
