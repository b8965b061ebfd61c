//! Whom the auditor trusts: what `--trust`, `--key` and `--tsa-root` say, read and checked before anything else.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use trailaudit_aws::AwsRecords;
use trailaudit_core::evidence::timestamp::Certificate;
use trailaudit_core::evidence::{Options, PublicKey, Reperformance, Trust};

use crate::arguments::Checks;
use crate::error::{CommandError, Result};
use crate::packaging::TOOL;
use crate::report;

/// The trust that was given; none when none was.
pub(crate) fn trust(checks: &Checks) -> Result<Option<Trust>> {
    if checks.trust.is_none() && checks.keys.is_empty() && checks.tsa_roots.is_empty() {
        return Ok(None);
    }
    let policy = match &checks.trust {
        Some(path) => policy(path)?,
        None => Trust::default(),
    };
    let keys = checks
        .keys
        .iter()
        .map(|path| public_key(path.as_path()))
        .collect::<Result<Vec<_>>>()?;
    let mut roots = Vec::new();
    for path in &checks.tsa_roots {
        let text = read(path)?;
        roots.extend(Certificate::from_pem_bundle(&text).map_err(|error| {
            CommandError::failed(format_args!("{}: {error}", path.display()))
                .hint("--tsa-root takes the authority's root certificate as PEM")
        })?);
    }
    Ok(Some(policy.and_keys(keys).with_tsa_roots(roots)))
}

/// What verification is asked for, but for the trust.
pub(crate) fn options(checks: &Checks) -> Options<'static> {
    let mut options = Options::default()
        .allow_simulated(checks.allow_simulated)
        .accept_revised(checks.accept_revised);
    options.reperform = (!checks.no_reperform).then(reperformance);
    options.now(Timestamp::now())
}

/// By this program's rules and in its words.
pub(crate) fn reperformance() -> Reperformance<'static> {
    Reperformance::by(&AwsRecords).with_report(&TOOL, &report::HtmlWriter)
}

fn policy(path: &Path) -> Result<Trust> {
    let text = read(path)?;
    // A key file that is named without a folder lies beside the policy.
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let mut read_key = |name: &str| fs::read_to_string(folder.join(name));
    Trust::from_toml(&text, &mut read_key).map_err(|error| {
        CommandError::usage(format_args!("{}: {error}", path.display()))
            .hint("README.md, \"Trust\", shows what a trust policy says")
    })
}

fn public_key(path: &Path) -> Result<PublicKey> {
    PublicKey::from_pem(&read(path)?).map_err(|error| {
        CommandError::failed(format_args!("{}: {error}", path.display()))
            .hint("--key takes a public key: `openssl pkey -in PRIVATE.pem -pubout`")
    })
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(|error| CommandError::file(path, &error))
}
