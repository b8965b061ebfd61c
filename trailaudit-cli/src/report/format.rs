//! The formats a package is shown in.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use crate::package::beside;

/// A format, by its name on the command line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// The package's own table, for spreadsheets.
    Csv,
    /// The package's own table, for programs.
    Json,
    /// The package's own report.
    Html,
    /// A workbook: summary, findings, coverage, exceptions, evidence.
    Xlsx,
    /// OSCAL 1.2 assessment results.
    Oscal,
    /// OCSF 1.5 Compliance Findings, one JSON array.
    Ocsf,
    /// AWS Security Finding Format, one array for `BatchImportFindings` a line.
    Asff,
    /// SARIF 2.1.0.
    Sarif,
    /// `JUnit` XML.
    Junit,
    /// GitHub flavoured Markdown.
    Markdown,
}

impl Format {
    /// Every name, as the command line and `trailaudit.toml` have it.
    pub(crate) const NAMES: [&str; 10] = [
        "csv", "json", "html", "xlsx", "oscal", "ocsf", "asff", "sarif", "junit", "markdown",
    ];

    /// The format of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }

    /// Whether it is a file of every package, which need not be written beside it.
    pub(crate) fn is_of_the_package(self) -> bool {
        matches!(self, Self::Csv | Self::Json | Self::Html)
    }

    /// Where it is written when an audit is asked for it: beside the package, never in it, as nothing lies in a package
    /// that its manifest does not list.
    pub(crate) fn beside(self, package: &Path) -> PathBuf {
        beside(package, self.suffix())
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Csv => ".csv",
            Self::Json => ".json",
            Self::Html => ".html",
            Self::Xlsx => ".xlsx",
            Self::Oscal => ".oscal.json",
            Self::Ocsf => ".ocsf.json",
            Self::Asff => ".asff.jsonl",
            Self::Sarif => ".sarif",
            Self::Junit => ".junit.xml",
            Self::Markdown => ".md",
        }
    }
}

/// Which of the package's two tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Table {
    /// One row for each rule and subject.
    #[default]
    Findings,
    /// One row for each planned account and Region.
    Coverage,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_has_its_name_and_its_file() {
        let names = Format::value_variants().iter().filter_map(ValueEnum::to_possible_value);
        assert!(names.map(|value| value.get_name().to_owned()).eq(Format::NAMES));
        let files: Vec<_> = Format::value_variants()
            .iter()
            .map(|format| format.beside(Path::new("2026-Q4")).display().to_string())
            .collect();
        insta::assert_snapshot!(files.join(" "), @"2026-Q4.csv 2026-Q4.json 2026-Q4.html 2026-Q4.xlsx 2026-Q4.oscal.json 2026-Q4.ocsf.json 2026-Q4.asff.jsonl 2026-Q4.sarif 2026-Q4.junit.xml 2026-Q4.md");
    }
}
