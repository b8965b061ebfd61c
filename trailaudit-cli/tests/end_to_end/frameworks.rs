//! What became of each requirement of a framework: in the report, in the formats made of a package, and in the catalogue.

use std::collections::BTreeMap;

use serde_json::Value;
use trailaudit_core::framework::framework;
use trailaudit_sim::{Settings, populate};

use crate::audit::{Audited, audit};
use crate::package::Package;
use crate::support::{told, trailaudit};

const VERDICTS: [&str; 5] = ["pass", "fail", "inconclusive", "excepted", "not-applicable"];

/// A requirement as a page has it.
#[derive(Debug)]
struct Row {
    stands: String,
    rules: String,
    /// Of each verdict, and how often they cite an exchange; none where nothing was asked.
    counts: Option<[usize; 6]>,
}

/// Each requirement of each chosen framework is there once, with the findings that name it; what no rule covers is said not
/// to be covered.
#[test]
fn requirements_count_the_findings_that_name_them() {
    let frameworks = ["nist-csf", "soc-2"];
    let audited = audited(&["--framework", "nist-csf", "--framework", "soc-2"]);
    let page = page(&audited.package);
    let mut not_covered = Vec::new();
    for id in frameworks {
        let framework = framework(id).unwrap();
        let rows = rows(&page, id);
        assert_eq!(rows.len(), framework.clauses().len(), "{id}");
        for (place, row) in &rows {
            let label = format!("{} {place}", framework.name);
            if row.stands == "not covered" {
                assert!(row.counts.is_none() && row.rules.contains("No rule decides"), "{row:?}");
                not_covered.push(label);
                continue;
            }
            let counted = counted(&audited.package, &label);
            assert_eq!(row.counts, Some(counted), "{label}");
            let worst = match counted {
                [_, fail, ..] if fail > 0 => "fail",
                [_, _, inconclusive, ..] if inconclusive > 0 => "inconclusive",
                _ => "pass",
            };
            let in_part = row.rules.contains("No rule decides");
            match (&*row.stands, in_part) {
                ("in part only", true) => assert_eq!(worst, "pass", "{label}"),
                // A control is no better than its cells: what was not read may leave no finding.
                ("inconclusive", false) => assert_ne!(worst, "fail", "{label}"),
                (stands, _) => assert_eq!(stands, worst, "{label}: {row:?}"),
            }
            assert!(!row.rules.contains("not asked"), "{label}");
        }
    }
    let expected = ["ac_1", "ac_4", "ac_7", "po_1"].map(|id| format!("NIST CSF 2.0:{id}"));
    assert_eq!(not_covered, [&expected[..], &["SOC 2 2017:CC3.3".to_owned()]].concat());

    // The same in Markdown, rule by rule.
    let markdown = printed(&audited, &["report", "package", "--format", "markdown"]);
    let table = markdown
        .split("## Requirements\n")
        .nth(1)
        .unwrap()
        .split("## Controls")
        .next()
        .unwrap();
    let mut sums = BTreeMap::<String, [usize; 6]>::new();
    let mut left = Vec::new();
    for line in table
        .lines()
        .filter(|line| line.starts_with("| NIST") || line.starts_with("| SOC"))
    {
        let cells: Vec<_> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let label = format!("{} {}:{}", cells[0], cells[1], cells[2]).replace('\\', "");
        match cells[3] {
            "asked" => {
                let sum = sums.entry(label).or_default();
                for (sum, cell) in sum.iter_mut().zip(&cells[6..]) {
                    *sum += cell.parse::<usize>().unwrap();
                }
            }
            "not covered" => left.push(label),
            other => assert_eq!(other, "in part not covered"),
        }
    }
    assert_eq!(left, not_covered);
    assert!(sums.len() > 100);
    for (label, sum) in sums {
        assert_eq!(sum, counted(&audited.package, &label), "{label}");
    }
}

/// A rule that was not asked is named, and what it would answer never counts as passed.
#[test]
fn what_was_not_asked_in_this_run_says_so() {
    let audited = audited(&[
        "--rule",
        "account-belongs-to-organization",
        "--rule",
        "log-file-validation-enabled",
    ]);
    let page = page(&audited.package);
    let rows = rows(&page, "gxp-21-cfr-part-11");
    let stands = |id: &str| &*rows[&format!("current:{id}")].stands;
    // Asked as a whole, in part, and not at all.
    assert_eq!((stands("11.10(d)"), stands("11.10(g)")), ("pass", "pass"));
    assert_eq!(stands("11.30"), "fail");
    assert_eq!(stands("11.10(e)"), "not asked in this run");
    let part = &rows["current:11.30"];
    assert!(
        part.rules
            .contains("(trail-key-rotation-enabled: not asked in this run)"),
        "{part:?}"
    );
    assert_eq!(
        part.counts,
        Some(counted(&audited.package, "GxP 21 CFR Part 11 current:11.30"))
    );
    assert_eq!(rows["current:11.10(e)"].counts, None);

    // Where what was asked holds, the rest is still open.
    let one = [
        "assess",
        "package",
        "--out",
        "one",
        "--framework",
        "nist-csf",
        "--rule",
        "account-belongs-to-organization",
    ];
    let output = trailaudit(audited.bench.path()).args(one).output().unwrap();
    assert_eq!(output.status.code(), Some(4), "{}", told(&output));
    let page = self::page(&Package::at(&audited.bench.path().join("one")));
    let rows = self::rows(&page, "nist-csf");
    let mut sums = BTreeMap::new();
    for row in rows.values() {
        *sums.entry(&*row.stands).or_insert(0) += 1;
    }
    insta::assert_debug_snapshot!(sums, @r#"
    {
        "in part only": 7,
        "not asked in this run": 99,
        "not covered": 4,
        "pass": 2,
    }
    "#);
    for row in rows.values().filter(|row| row.stands == "pass") {
        assert!(
            !row.rules.contains("not asked") && !row.rules.contains("No rule"),
            "{row:?}"
        );
    }
    let markdown = printed(&audited, &["report", "one", "--format", "markdown"]);
    let control = "CloudTrail log file validation should be enabled";
    let line = format!("| not asked in this run | log-file-validation-enabled | {control} | - |");
    assert!(markdown.contains(&line), "{markdown}");
}

#[test]
fn the_catalogue_tells_what_frameworks_ask() {
    let scratch = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let output = trailaudit(scratch.path())
            .arg("controls")
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", told(&output));
        String::from_utf8(output.stdout).unwrap()
    };
    insta::assert_snapshot!(run(&["frameworks"]), @"
    aws-config             AWS Config               22 rules; 21 requirements, 1 not covered; editions managed rule
    aws-security-hub       AWS Security Hub         30 rules; 31 requirements; editions 2023
    cis-aws-foundations    CIS AWS Foundations      28 rules; 231 requirements; editions 1.2, 1.3, 1.4, 1.5, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0
    fedramp-moderate       FedRAMP Moderate         17 rules; 36 requirements; editions r4
    gxp-21-cfr-part-11     GxP 21 CFR Part 11       20 rules; 8 requirements; editions current
    gxp-eu-annex-11        GxP EU Annex 11          7 rules; 7 requirements; editions 2011
    hipaa-security-rule    HIPAA Security Rule      18 rules; 18 requirements; editions 45 CFR 164
    iso-iec-27001          ISO/IEC 27001            31 rules; 30 requirements; editions 2013, 2022
    nist-csf               NIST CSF                 37 rules; 112 requirements, 4 not covered; editions 1.1, 2.0
    nist-sp-800-53         NIST SP 800-53           19 rules; 142 requirements; editions r5
    pci-dss                PCI DSS                  30 rules; 114 requirements; editions 3.2.1, 4.0
    soc-2                  SOC 2                    28 rules; 16 requirements, 1 not covered; editions 2017
    ");
    insta::assert_snapshot!(run(&["list", "--framework", "gxp-eu-annex-11"]), @"
    trail-encrypted-with-customer-key              medium    trail        CloudTrail trail logs should be encrypted with KMS CMK
    trail-delivers-to-log-group                    low       trail        CloudTrail trails should be integrated with CloudWatch logs
    trail-logging                                  medium    trail        Trail is logging
    account-has-logging-trail                      high      account      Account has at least one logging trail
    every-region-covered                           medium    account      Every active account x enabled region is covered by a logging trail
    log-group-encrypted-with-customer-key          medium    log-group    Trail log group encrypted with CMK
    security-trail-complete                        medium    account      Security trail composite
    region-has-logging-trail                       high      region       Each region has a logging trail
    object-write-events-recorded                   medium    account      S3 object-level write data events
    object-read-events-recorded                    medium    account      S3 object-level read data events
    alarm-actions-enabled                          high      alarm        Alarms have actions enabled
    ");
    insta::assert_snapshot!(run(&["show", "trail-key-policy-not-public"]), @r#"
    trail-key-policy-not-public

      The policy of the trail's key lets in nobody but whom it names

      Control      Trail KMS key policy is not public
      Asked of     each key
      Severity     critical
      Why          Whoever may use the key can read the record, or have it encrypted so that nobody else can.
      Calls        kms:DescribeKey, kms:GetKeyPolicy, beside those that every run makes

    With the AWS CLI

      aws kms get-key-policy --key-id KEY_ARN --policy-name default --query Policy --output text &&
      aws kms put-key-policy --key-id KEY_ARN --policy-name default --policy '{"Version":"2012-10-17","Statement":[{"Sid":"Administer","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"},"Action":"kms:*","Resource":"*"},{"Sid":"Encrypt","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN"},"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:ACCOUNT:trail/*"}}},{"Sid":"Describe","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:DescribeKey","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN"}}},{"Sid":"Read","Effect":"Allow","Principal":{"AWS":"READER_ARN"},"Action":"kms:Decrypt","Resource":"*","Condition":{"Null":{"kms:EncryptionContext:aws:cloudtrail:arn":"false"}}}]}'

    With Terraform

      resource "aws_kms_key_policy" "KEY" {
        key_id = "KEY_ARN"
        policy = jsonencode({"Version":"2012-10-17","Statement":[{"Sid":"Administer","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::ACCOUNT:root"},"Action":"kms:*","Resource":"*"},{"Sid":"Encrypt","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:GenerateDataKey*","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN"},"StringLike":{"kms:EncryptionContext:aws:cloudtrail:arn":"arn:aws:cloudtrail:*:ACCOUNT:trail/*"}}},{"Sid":"Describe","Effect":"Allow","Principal":{"Service":"cloudtrail.amazonaws.com"},"Action":"kms:DescribeKey","Resource":"*","Condition":{"StringEquals":{"aws:SourceArn":"TRAIL_ARN"}}},{"Sid":"Read","Effect":"Allow","Principal":{"AWS":"READER_ARN"},"Action":"kms:Decrypt","Resource":"*","Condition":{"Null":{"kms:EncryptionContext:aws:cloudtrail:arn":"false"}}}]})
      }

      CIS AWS Foundations 7.0            2.21                         stated by benchmark
      NIST CSF 2.0                       PR.AA-04                     stated by powerpipe
      NIST CSF 2.0                       PR.DS-01                     stated by powerpipe
      ISO/IEC 27001 2022                 A.8.1                        stated by prowler
      AWS Security Hub 2023              KMS.5                        stated by aws
      AWS Config managed rule            KMS_KEY_POLICY_NO_PUBLIC_ACCESS stated by aws
    "#);
    insta::assert_snapshot!(run(&["list", "--framework", "soc-2"]).split("\n\n").nth(1).unwrap(), @"
    SOC 2 2017:A1.1 in part not covered: lambda-invocations-recorded, as which services need their data events recorded differs from organization to organization
    SOC 2 2017:CC3.3 not covered: no-policy-grants-full-cloudtrail-access, as it is about the identity policies of every account, which are not read
    SOC 2 2017:CC7.2 in part not covered: bedrock-data-events-recorded, as which services need their data events recorded differs from organization to organization
    ");

    let json: Value = serde_json::from_str(&run(&["frameworks", "--format", "json"])).unwrap();
    for entry in json.as_array().unwrap() {
        let framework = framework(entry["id"].as_str().unwrap()).unwrap();
        assert_eq!(
            entry["requirements"].as_array().unwrap().len(),
            framework.clauses().len()
        );
    }
    let csf = json
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["id"] == "nist-csf")
        .unwrap();
    let of = |id: &str| {
        let mut rows = csf["requirements"].as_array().unwrap().iter();
        rows.find(|row| row["edition"] == "2.0" && row["requirement"] == id)
            .unwrap()
    };
    assert_eq!(of("ac_1")["covered"], false);
    assert_eq!(
        of("ac_1")["undecided"][0]["control"],
        "no-policy-grants-full-cloudtrail-access"
    );
    let show: Value = serde_json::from_str(&run(&["show", "trail-logging", "--format", "json"])).unwrap();
    let row = &show["requirements"][0];
    for field in ["framework", "edition", "requirement", "stated_by"] {
        assert!(row[field].is_string(), "{row}");
    }
}

fn audited(options: &[&str]) -> Audited {
    let as_of = "2026-11-20T03:00:00Z";
    let settings = Settings {
        accounts: 14,
        regions: 4,
        seed: 7,
        as_of: as_of.parse().unwrap(),
    };
    audit(populate(&settings).world, &[&["--as-of", as_of], options].concat())
}

fn page(package: &Package) -> String {
    String::from_utf8(package.bytes("report/frameworks.html")).unwrap()
}

fn printed(audited: &Audited, arguments: &[&str]) -> String {
    let output = trailaudit(audited.bench.path()).args(arguments).output().unwrap();
    assert!(output.status.success(), "{}", told(&output));
    String::from_utf8(output.stdout).unwrap()
}

/// How many findings of the table name a requirement, by verdict, and how many exchanges they cite.
fn counted(package: &Package, label: &str) -> [usize; 6] {
    let mut counts = [0; 6];
    for row in &package.findings {
        if row["requirements"].split(';').any(|named| named == label) {
            counts[VERDICTS.iter().position(|verdict| *verdict == row["verdict"]).unwrap()] += 1;
            counts[5] += row["evidence"].split(';').filter(|id| !id.is_empty()).count();
        }
    }
    counts
}

/// The requirements on a framework's page, by `edition:id`.
fn rows(page: &str, id: &str) -> BTreeMap<String, Row> {
    let section = page.split(&format!("<section id=\"framework-{id}\"")).nth(1).expect(id);
    let section = section.split("</section>").next().unwrap();
    let mut rows = BTreeMap::new();
    for edition in section.split("<h3>Edition ").skip(1) {
        let (name, table) = edition.split_once("</h3>").unwrap();
        for line in table.split("<tr role=\"row\">").skip(2) {
            let mut cells = line.split("role=\"cell\"").map(text);
            let requirement = cells.next().unwrap();
            let (stands, rules) = (cells.next().unwrap(), cells.next().unwrap());
            let counts: Vec<_> = cells.collect();
            assert_eq!(counts.len(), 6, "{line}");
            let number = |cell: &String| {
                let digits: String = cell.chars().filter(char::is_ascii_digit).collect();
                digits.parse::<usize>().ok()
            };
            let counts: Option<Vec<_>> = counts.iter().map(number).collect();
            let row = Row {
                stands,
                rules,
                counts: counts.map(|counts| counts.try_into().unwrap()),
            };
            assert!(
                rows.insert(format!("{name}:{requirement}"), row).is_none(),
                "twice: {line}"
            );
        }
    }
    rows
}

/// What is read of a cell, each run of blanks as one.
fn text(cell: &str) -> String {
    let (_, cell) = cell.split_once('>').unwrap();
    let cell = cell.split("</t").next().unwrap();
    let read = cell.split('<').enumerate().map(|(at, piece)| match at {
        0 => piece,
        _ => piece.split_once('>').unwrap().1,
    });
    let text: String = read.collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
