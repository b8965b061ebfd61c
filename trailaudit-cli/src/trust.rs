//! Whom the auditor trusts: what `--trust`, `--key` and `--tsa-root` say, read and checked before anything else.

use std::fs;
use std::path::Path;

use jiff::Timestamp;
use trailaudit_aws::{AwsRecords, is_aws_host};
use trailaudit_core::evidence::public_key::KeyError;
use trailaudit_core::evidence::timestamp::Certificate;
use trailaudit_core::evidence::{Options, PublicKey, Reperformance, Trust};

use crate::arguments::Checks;
use crate::error::{CommandError, Result};
use crate::packaging::TOOL;
use crate::pem;
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
        let text = pem::read(path, pem::CERTIFICATE)?;
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
        .accept_revised(checks.accept_revised)
        .own_hosts(is_aws_host);
    options.reperform = (!checks.no_reperform).then(reperformance);
    options.now(Timestamp::now())
}

/// By this program's rules and in its words.
pub(crate) fn reperformance() -> Reperformance<'static> {
    Reperformance::by(&AwsRecords).with_report(&TOOL, &report::HtmlWriter)
}

fn policy(path: &Path) -> Result<Trust> {
    let text = fs::read_to_string(path).map_err(|error| CommandError::file(path, &error))?;
    // A key file that is named without a folder lies beside the policy.
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let mut read_key = |name: &str| pem::read_or_say(&folder.join(name), pem::PUBLIC_KEY);
    Trust::from_toml(&text, &mut read_key).map_err(|error| {
        CommandError::usage(format_args!("{}: {error}", path.display()))
            .hint("README.md, \"Trust\", shows what a trust policy says")
    })
}

fn public_key(path: &Path) -> Result<PublicKey> {
    PublicKey::from_pem(&pem::read(path, pem::PUBLIC_KEY)?).map_err(|error| {
        let told = CommandError::failed(format_args!("{}: {error}", path.display()));
        match error {
            // They say themselves what to do.
            KeyError::Pkcs1 | KeyError::SeveralBlocks(_) => told,
            _ => told.hint("--key takes a public key: `openssl pkey -in PRIVATE.pem -pubout`"),
        }
    })
}
