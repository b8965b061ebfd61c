//! The formats as strangers read them: the findings of each in the words of the table.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::names::visible;
use crate::package::Package;
use crate::sample::Sample;

/// A finding by column.
pub type Row = BTreeMap<String, String>;

/// The columns that every format has; `id` tells the finding from all others.
pub const COLUMNS: [&str; 12] = [
    "rule",
    "verdict",
    "severity",
    "account_id",
    "account_name",
    "organizational_unit",
    "region",
    "resource_type",
    "resource_id",
    "inherited_from",
    "reason",
    "exception",
];

/// How a format is read.
pub type Reader = fn(&str) -> Vec<Row>;

pub const READERS: [(&str, Reader); 6] = [
    ("sarif", sarif),
    ("ocsf", ocsf),
    ("asff", asff),
    ("oscal", oscal),
    ("junit", junit),
    ("markdown", markdown),
];

/// What the package's own table says, with everything that hides made visible.
pub fn expected(package: &Package) -> Vec<Row> {
    let json = package.json("findings.json");
    let rows = json["findings"].as_array().unwrap().iter();
    rows.map(|entry| row(COLUMNS.map(|column| visible(entry[column].as_str().unwrap()))))
        .collect()
}

/// Each verdict, and what a format calls it.
pub fn words(sample: &Sample) -> Vec<(&'static str, Vec<(String, String)>)> {
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let of =
        |list: &Value, word: &dyn Fn(&Value) -> (String, String)| list.as_array().unwrap().iter().map(word).collect();
    let sarif: Value = serde_json::from_str(&sample.text("sarif")).unwrap();
    let ocsf: Value = serde_json::from_str(&sample.text("ocsf")).unwrap();
    let asff = Value::from(findings_of_asff(&sample.text("asff")));
    let sarif = of(&sarif["runs"][0]["results"], &|result| {
        let suppressed = text(&result["suppressions"][0]["status"]);
        let word = format!("{} {suppressed}", text(&result["kind"]));
        (text(&result["properties"]["verdict"]), word)
    });
    let ocsf = of(&ocsf, &|event| {
        let word = format!("{}, {}", text(&event["compliance"]["status"]), text(&event["status"]));
        (text(&event["status_code"]), word)
    });
    let asff = of(&asff, &|finding| {
        let note = finding["Note"]["Text"].is_string();
        let word = format!(
            "{} {}{}",
            text(&finding["Compliance"]["Status"]),
            text(&finding["Workflow"]["Status"]),
            if note { " with a note" } else { "" }
        );
        (text(&finding["ProductFields"]["trailaudit/verdict"]), word)
    });
    let junit = sample.text("junit");
    let junit = roxmltree::Document::parse(&junit).unwrap();
    let cases = junit.descendants().filter(|node| node.has_tag_name("testcase"));
    let junit = cases
        .map(|case| {
            let outcome = case.children().filter(roxmltree::Node::is_element).nth(1);
            let outcome = outcome.map_or("passes", |outcome| outcome.tag_name().name());
            (property(case, "verdict"), outcome.to_owned())
        })
        .collect();
    vec![("sarif", sarif), ("ocsf", ocsf), ("asff", asff), ("junit", junit)]
}

fn row(cells: [String; 12]) -> Row {
    let mut row: Row = COLUMNS.iter().map(ToString::to_string).zip(cells).collect();
    let id = [
        "rule",
        "account_id",
        "region",
        "resource_type",
        "resource_id",
        "inherited_from",
    ];
    let id: Vec<_> = id.iter().map(|column| &*row[*column]).collect();
    row.insert("id".to_owned(), id.join(" "));
    row
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn sarif(document: &str) -> Vec<Row> {
    let log: Value = serde_json::from_str(document).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let camel = |column: &str| {
        let mut parts = column.split('_');
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
    };
    let of = |result: &Value| {
        let rule = log
            .pointer(&format!("/runs/0/tool/driver/rules/{}", result["ruleIndex"]))
            .unwrap();
        assert_eq!(rule["id"], result["ruleId"]);
        row(COLUMNS.map(|column| match column {
            "rule" => text(&result["ruleId"]),
            "exception" => text(&result["suppressions"][0]["justification"]),
            column => text(&result["properties"][camel(column)]),
        }))
    };
    results.iter().map(of).collect()
}

fn ocsf(document: &str) -> Vec<Row> {
    let events: Value = serde_json::from_str(document).unwrap();
    let of = |event: &Value| {
        let resource = text(&event["resources"][0]["uid"]);
        let kind = text(&event["resources"][0]["type"]);
        let named = [
            "AWS::CloudTrail::Trail",
            "AWS::Logs::LogGroup",
            "AWS::Organizations::Organization",
        ];
        let place = named.iter().position(|name| *name == kind);
        let region = text(&event["cloud"]["region"]);
        let resource_type = match (place, &*region) {
            (Some(place), _) => ["trail", "log-group", "organization"][place],
            _ if kind != "AWS::Organizations::Account" => &*kind,
            (None, "") => "account",
            (None, _) => "region",
        };
        row(COLUMNS.map(|column| match column {
            "rule" => text(&event["metadata"]["event_code"]),
            "verdict" => text(&event["status_code"]),
            "severity" => text(&event["vendor_attributes"]["severity"]),
            "account_id" => text(&event["cloud"]["account"]["uid"]),
            "account_name" => text(&event["cloud"]["account"]["name"]),
            "organizational_unit" => text(&event["cloud"]["org"]["ou_uid"]),
            "region" => region.clone(),
            "resource_type" => resource_type.to_owned(),
            "resource_id" if kind == "AWS::Organizations::Account" => String::new(),
            "resource_id" => resource.clone(),
            "reason" => text(&event["status_detail"]),
            column => text(&event["unmapped"][column]),
        }))
    };
    events.as_array().unwrap().iter().map(of).collect()
}

/// Every array has findings of one account, and no more than are taken at once.
fn findings_of_asff(document: &str) -> Vec<Value> {
    let mut findings = Vec::new();
    for line in document.lines() {
        let batch: Vec<Value> = serde_json::from_str(line).unwrap();
        assert!((1..=100).contains(&batch.len()), "{} findings at once", batch.len());
        let account = &batch[0]["AwsAccountId"];
        assert!(batch.iter().all(|finding| finding["AwsAccountId"] == *account));
        findings.extend(batch);
    }
    findings
}

fn asff(document: &str) -> Vec<Row> {
    let of = |finding: &Value| {
        row(COLUMNS.map(|column| match column {
            "account_id" => text(&finding["AwsAccountId"]),
            column => text(&finding["ProductFields"][format!("trailaudit/{}", column.replace('_', "-"))]),
        }))
    };
    findings_of_asff(document).iter().map(of).collect()
}

fn oscal(document: &str) -> Vec<Row> {
    let document: Value = serde_json::from_str(document).unwrap();
    let result = &document["assessment-results"]["results"][0];
    let items = result["local-definitions"]["inventory-items"].as_array().unwrap();
    let of = |observation: &Value| {
        let subject = &observation["subjects"][0]["subject-uuid"];
        assert!(
            items.iter().any(|item| item["uuid"] == *subject),
            "{subject} is not defined"
        );
        let prop = |name: &str| {
            let props = observation["props"].as_array().unwrap();
            let value = props
                .iter()
                .find(|prop| prop["name"] == name)
                .map(|prop| text(&prop["value"]));
            // Its strings have no blanks around them: there they are shown by their code points.
            let blanks = [' ', '\u{a0}', '\u{2003}', '\u{3000}'];
            blanks.iter().fold(value.unwrap_or_default(), |value, blank| {
                value.replace(&format!("⟨U+{:04X}⟩", u32::from(*blank)), &blank.to_string())
            })
        };
        row(COLUMNS.map(|column| prop(&column.replace('_', "-"))))
    };
    result["observations"].as_array().unwrap().iter().map(of).collect()
}

fn junit(document: &str) -> Vec<Row> {
    let document = roxmltree::Document::parse(document).unwrap();
    let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
    cases
        .map(|case| {
            row(COLUMNS.map(|column| match column {
                "rule" => case.attribute("classname").unwrap().to_owned(),
                column => property(case, &column.replace('_', "-")),
            }))
        })
        .collect()
}

fn property(case: roxmltree::Node<'_, '_>, name: &str) -> String {
    let properties = case.descendants().filter(|node| node.has_tag_name("property"));
    let mut named = properties.filter(|node| node.attribute("name") == Some(name));
    named
        .next()
        .map_or(String::new(), |node| node.attribute("value").unwrap().to_owned())
}

fn markdown(document: &str) -> Vec<Row> {
    let (mut rule, mut severity) = (String::new(), String::new());
    let mut rows = Vec::new();
    for line in document.lines().skip_while(|line| !line.starts_with("## Controls")) {
        if let Some((id, _)) = line.split_once("`: ").filter(|(id, _)| id.starts_with('`')) {
            id[1..].clone_into(&mut rule);
        } else if let Some(word) = line.strip_prefix("- severity: ") {
            word.clone_into(&mut severity);
        } else if line.starts_with("| ")
            && !rule.is_empty()
            && !["| verdict |", "| --- |"].iter().any(|head| line.starts_with(head))
        {
            let cells: Vec<_> = line
                .trim_matches('|')
                .split(" | ")
                .map(str::trim)
                .map(of_code)
                .collect();
            let [
                verdict,
                account,
                name,
                unit,
                region,
                kind,
                resource,
                inherited,
                reason,
                exception,
            ] = &cells[..]
            else {
                panic!("{line}");
            };
            rows.push(row([
                &rule, verdict, &severity, account, name, unit, region, kind, resource, inherited, reason, exception,
            ]
            .map(ToOwned::to_owned)));
        }
    }
    rows
}

/// The text of a code span.
fn of_code(cell: &str) -> String {
    let fence = cell.len() - cell.trim_start_matches('`').len();
    if fence == 0 {
        return if cell == "-" { String::new() } else { cell.to_owned() };
    }
    let inner = &cell[fence..cell.len() - fence];
    let padded = inner.starts_with(' ') && inner.ends_with(' ') && !inner.trim().is_empty();
    let inner = if padded { &inner[1..inner.len() - 1] } else { inner };
    inner.replace("⟨U+007C⟩", "|")
}

/// A line without its code spans.
pub fn outside_of_code(line: &str) -> String {
    let mut outside = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('`') {
        outside.push_str(&rest[..at]);
        rest = &rest[at..];
        let fence = &rest[..rest.len() - rest.trim_start_matches('`').len()];
        rest = &rest[fence.len()..];
        // The span ends at the next run of backticks that is as long.
        loop {
            let at = rest.find(fence).expect("a code span ends");
            let run = rest[at..].len() - rest[at..].trim_start_matches('`').len();
            rest = &rest[at + run..];
            if run == fence.len() {
                break;
            }
        }
    }
    outside + rest
}
