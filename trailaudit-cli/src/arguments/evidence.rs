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
    /// The key to sign with: `file:PATH`, a P-256 private key as PEM, or `kms:ARN`, a signing key in AWS KMS; may
    /// repeat.
    #[arg(long = "sign", value_name = "REF")]
    pub keys: Vec<String>,
    /// The signer's printed name [default: the AWS identity that collected].
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
    /// What to write beside the package, as `DIR.xlsx` and so on; csv, json and html are files of every package
    /// [default: csv,json,html].
    #[arg(
        long = "format",
        value_name = "LIST",
        value_delimiter = ',',
        hide_possible_values = true
    )]
    pub formats: Vec<Format>,
}

#[derive(Args, Debug)]
pub(crate) struct AddSignature {
    /// The package.
    #[arg(value_name = "PACKAGE")]
    pub package: PathBuf,
    /// The key to sign with: `file:PATH`, a P-256 private key as PEM, or `kms:ARN`, a signing key in AWS KMS.
    #[arg(long, value_name = "REF")]
    pub key: String,
    /// The role to sign in: preparer, reviewer, approver, or another word.
    #[arg(long, value_name = "ROLE")]
    pub role: String,
    /// The signer's printed name.
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// What identifies the signer: an e-mail address, a staff number [default: the name].
    #[arg(long, value_name = "ID")]
    pub id: Option<String>,
    /// What the signature means: authorship, review, approval, responsibility.
    #[arg(long, value_name = "MEANING")]
    pub meaning: String,
    /// A time-stamping authority (RFC 3161) that proves when it was signed.
    #[arg(long, value_name = "URL")]
    pub tsa: Option<String>,
    /// Signs a package that was not collected from AWS itself.
    #[arg(long)]
    pub allow_simulated: bool,
}

/// Whom an auditor trusts, and what is put up with.
#[derive(Args, Debug)]
pub(crate) struct Checks {
    /// Your trust policy: who may sign in which role with which key, from when to when, and who must.
    #[arg(long, value_name = "FILE")]
    pub trust: Option<PathBuf>,
    /// A public key that you trust in any role, as PEM, and had from elsewhere than the package; may repeat.
    #[arg(long = "key", value_name = "PEM")]
    pub keys: Vec<PathBuf>,
    /// Root certificates of time-stamping authorities that you trust, as PEM; may repeat.
    #[arg(long = "tsa-root", value_name = "PEM")]
    pub tsa_roots: Vec<PathBuf>,
    /// Does not assess the records again.
    #[arg(long)]
    pub no_reperform: bool,
    /// Accepts findings of rules that have another revision today, without assessing them again.
    #[arg(long)]
    pub accept_revised: bool,
    /// Accepts a package that was not collected from AWS itself.
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
    /// An earlier package of the same chain, which is verified as well; may repeat, in any order.
    #[arg(long = "chain", value_name = "PACKAGE")]
    pub chain: Vec<PathBuf>,
    /// Writes the signature page here, an HTML page of the signatures that were verified; `-` for stdout.
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
    /// The account to show; nothing of any other goes into the extract.
    #[arg(long, value_name = "ID")]
    pub account: String,
    /// The directory to write; it must not exist, or be empty.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Keygen {
    /// The private key to write; the public key goes beside it, ending in `.pub.pem`.
    #[arg(long, value_name = "FILE", default_value = "trailaudit-signing.pem")]
    pub out: PathBuf,
}
