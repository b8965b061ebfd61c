//! The options of `trailaudit report`.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use trailaudit_aws::reconcile::Peer;

use crate::report::format::{Format, Table};
use crate::report::remediation::Language;

#[derive(Args, Debug)]
pub(crate) struct Report {
    /// The package, a directory or a .zip.
    #[arg(value_name = "PACKAGE")]
    pub package: PathBuf,
    /// The format.
    #[arg(long, value_name = "FORMAT", value_parser = views())]
    pub format: View,
    /// A file that is not there yet [default: stdout].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// For csv and json.
    ///
    /// [default: findings]
    #[arg(long, value_name = "TABLE")]
    pub table: Option<Table>,
    /// The Region of the Security Hub that asff is for.
    ///
    /// [default: us-east-1, or the one that answers for all others in another partition]
    #[arg(long, value_name = "NAME")]
    pub region: Option<String>,
    /// For reconcile.
    #[arg(long, value_name = "TOOL", value_parser = peers())]
    pub peer: Option<Peer>,
    /// For remediation.
    ///
    /// [default: shell]
    #[arg(long, value_name = "LANG")]
    pub language: Option<Language>,
    /// An earlier package, for trend; may repeat.
    ///
    /// They may be named in any order; whether they are linked is told.
    #[arg(long = "chain", value_name = "PACKAGE", hide_short_help = true)]
    pub chain: Vec<PathBuf>,
}

/// What a package is shown as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Its findings, in a format.
    Of(Format),
    /// Its records, beside what another tool would say of them.
    Reconcile,
    /// What would turn its failures into passes.
    Remediation,
    /// What it found, beside what earlier packages did.
    Trend,
}

fn views() -> impl TypedValueParser<Value = View> {
    let formats = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
    let reconcile =
        PossibleValue::new("reconcile").help("What another tool (`--peer`) would say of the same records, as CSV");
    let remediation = PossibleValue::new("remediation")
        .help("What would turn every failure into a pass, as a script to read first (`--language`)");
    let trend =
        PossibleValue::new("trend").help("What it and earlier packages (`--chain`) found, as a page with a chart");
    PossibleValuesParser::new(formats.chain([reconcile, remediation, trend])).map(|name| match Format::named(&name) {
        Some(format) => View::Of(format),
        None if name == "remediation" => View::Remediation,
        None if name == "trend" => View::Trend,
        None => View::Reconcile,
    })
}

fn peers() -> impl TypedValueParser<Value = Peer> {
    PossibleValuesParser::new(Peer::ALL.map(Peer::as_str)).try_map(|name| name.parse())
}
