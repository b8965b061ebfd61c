//! The part of the command line that is about packages: signing, checking, showing.

use std::path::PathBuf;

use clap::Args;
use jiff::civil::Date;

use super::Form;
use crate::report::format::Format;

/// Who signs.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Signing")]
pub(crate) struct Sign {
    /// A signing key, `file:PATH` or `kms:ARN`; may repeat.
    ///
    /// A file is a P-256 private key as PEM; an ARN that of a signing key in AWS KMS.
    #[arg(long = "sign", value_name = "REF")]
    pub keys: Vec<String>,
    /// The signer's printed name.
    ///
    /// [default: the AWS identity that collected]
    #[arg(long, value_name = "NAME")]
    pub signer_name: Option<String>,
    /// What identifies the signer: an e-mail address, a staff number [default: the AWS identity that collected].
    #[arg(long, value_name = "ID")]
    pub signer_id: Option<String>,
    /// What the signature means: authorship, review, approval, responsibility [default: authorship].
    #[arg(long, value_name = "MEANING")]
    pub meaning: Option<String>,
    /// A time-stamping authority (RFC 3161) that proves when it was signed.
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
}

/// What a package says of itself beside its content.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Package")]
pub(crate) struct Packaging {
    /// The package before this one: links the two into a chain.
    #[arg(long, value_name = "PACKAGE")]
    pub previous: Option<PathBuf>,
    /// The package this one corrects; it takes that one's place in the chain.
    #[arg(long, value_name = "PACKAGE", requires = "supersede_reason")]
    pub supersedes: Option<PathBuf>,
    /// Why it had to be corrected.
    #[arg(long, value_name = "TEXT", requires = "supersedes")]
    pub supersede_reason: Option<String>,
    /// A role that has to sign before the package is complete; may repeat.
    #[arg(long = "require-signature", value_name = "ROLE")]
    pub required_signatures: Vec<String>,
    /// Until when the package has to be kept.
    #[arg(long, value_name = "DATE")]
    pub retain_until: Option<Date>,
    /// Writes the package as a .zip archive as well, beside the directory.
    #[arg(long)]
    pub zip: bool,
    /// What to write beside the package: xlsx, sarif ...
    ///
    /// As `DIR.xlsx` and so on: xlsx, oscal, ocsf, asff, sarif, junit, markdown. csv, json and html are files of every
    /// package, and need not be named [default: csv,json,html].
    #[arg(
        long = "format",
        value_name = "LIST",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub formats: Vec<Format>,
}

#[derive(Args, Debug)]
#[command(
    override_usage = "trailaudit sign <PACKAGE> --key <REF> --role <ROLE> --name <NAME>\n                       --meaning <MEANING> [OPTIONS]"
)]
pub(crate) struct AddSignature {
    /// The package.
    #[arg(value_name = "PACKAGE")]
    pub package: PathBuf,
    /// The key to sign with: `file:PATH` or `kms:ARN`.
    ///
    /// A file is a P-256 private key as PEM; an ARN that of a signing key in AWS KMS.
    #[arg(long, value_name = "REF")]
    pub key: String,
    /// The role: preparer, reviewer, approver, another word.
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// The signer's printed name.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What identifies the signer [default: the name].
    ///
    /// An e-mail address, a staff number.
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// Authorship, review, approval, or responsibility.
    #[arg(long, value_name = "MEANING")]
    pub meaning: String,
    /// A time-stamping authority (RFC 3161).
    ///
    /// It proves when it was signed.
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Signs a package of another version.
    ///
    /// Its VERIFY.md and verify.sh are not those of this version: read them before you sign.
    #[arg(long)]
    pub accept_revised: bool,
    /// Signs a package that is not from AWS itself.
    #[arg(long)]
    pub allow_simulated: bool,
}

/// Whom an auditor trusts, and what is put up with.
#[derive(Args, Debug)]
pub(crate) struct Checks {
    /// Your trust policy: who may sign in which role.
    ///
    /// With which key, from when to when; and who must.
    #[arg(long, value_name = "FILE")]
    pub trust: Option<PathBuf>,
    /// A public key that you trust, as PEM; may repeat.
    ///
    /// In any role. Have it from elsewhere than the package.
    #[arg(long = "key", value_name = "PEM")]
    pub keys: Vec<PathBuf>,
    /// A time-stamping authority's root, as PEM; may repeat.
    ///
    /// The root certificates of authorities that you trust.
    #[arg(long = "tsa-root", value_name = "PEM")]
    pub tsa_roots: Vec<PathBuf>,
    /// Does not assess the records again.
    #[arg(long)]
    pub no_reperform: bool,
    /// Accepts findings of rules that were revised since.
    ///
    /// Rules that have another revision today; their findings are not assessed again.
    #[arg(long)]
    pub accept_revised: bool,
    /// Accepts a package that is not from AWS itself.
    #[arg(long)]
    pub allow_simulated: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// The package.
    #[arg(value_name = "PACKAGE")]
    pub package: PathBuf,
    #[command(flatten)]
    pub checks: Checks,
    /// An earlier package of the chain; may repeat.
    ///
    /// It is verified as well. They may be named in any order.
    #[arg(long = "chain", value_name = "PACKAGE")]
    pub chain: Vec<PathBuf>,
    /// Writes the signature page here; `-` for stdout.
    ///
    /// An HTML page of the signatures that were verified.
    #[arg(long, value_name = "FILE")]
    pub render: Option<PathBuf>,
    /// The form of the result.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: Form,
}

#[derive(Args, Debug)]
pub(crate) struct Extract {
    /// The package.
    #[arg(value_name = "PACKAGE")]
    pub package: PathBuf,
    /// The account to show; nothing of any other goes into it.
    #[arg(long, value_name = "ID")]
    pub account: String,
    /// The directory to write; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Keygen {
    /// The private key to write.
    ///
    /// The public key goes beside it, ending in `.pub.pem`.
    #[arg(long, value_name = "FILE", default_value = "trailaudit-signing.pem")]
    pub out: PathBuf,
}
