//! What cannot be read never passes: an answer of another form than the service's turns nothing into a pass or into not
//! applicable, and lets no row and no cell disappear without a word.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../support/mod.rs"]
mod support;
mod undecided;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Map, Value, json};
use support::furnished::{AS_OF, furnished, neglected};
use support::{collector, files, serve};
use trailaudit_aws::{Reading, Run};
use trailaudit_core::evidence::package::RecordFile;
use trailaudit_core::evidence::{Answer, records};
use trailaudit_core::observed::Observed;
use trailaudit_core::{Assessment, Baseline, CATALOGUE, EvidenceId, Exchange, Inventory, Verdict, assess};
use trailaudit_sim::World;

struct Records {
    run: Run,
    exchanges: Vec<(RecordFile, EvidenceId, Exchange)>,
}

impl Records {
    fn collect(world: World) -> Self {
        let server = serve(world, Duration::ZERO);
        let collector = collector(&server).as_of(AS_OF.parse().unwrap()).build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(collector.collect(folder.path())).unwrap();
        let mut exchanges = Vec::new();
        for path in files(folder.path()) {
            let relative = path.strip_prefix(folder.path()).unwrap().to_string_lossy().into_owned();
            let file = RecordFile::at(&relative).unwrap();
            for line in records::read_lines(std::fs::File::open(&path).unwrap()).skip(1) {
                let (id, exchange) = Exchange::from_line(&line.unwrap()).unwrap();
                exchanges.push((file.clone(), id, exchange));
            }
        }
        let run = Run::read(&std::fs::read(folder.path().join("run.jsonl")).unwrap()).unwrap();
        Self { run, exchanges }
    }

    fn assess(&self) -> Assessment {
        let mut reading = Reading::new(self.run.clone());
        for (file, id, exchange) in &self.exchanges {
            match file {
                RecordFile::Account(account) => {
                    reading.account(account);
                    reading.account_exchange(account, *id, exchange);
                }
                RecordFile::Resources(_) => reading.resource_exchange(*id, exchange),
                _ => reading.organization_exchange(*id, exchange),
            }
        }
        assess(&reading.finish(), CATALOGUE, &Baseline::default(), self.run.as_of)
    }

    /// The same without what is asked of filters, whose comparison takes long.
    fn without_alerts(&self) -> Self {
        let is_kept = |(_, _, exchange): &&(_, _, Exchange)| exchange.operation != "DescribeMetricFilters";
        Self {
            run: self.run.clone(),
            exchanges: self.exchanges.iter().filter(is_kept).cloned().collect(),
        }
    }

    /// The same with every answer of an operation changed at a place.
    fn with(&self, operation: &str, path: &[&str], odd: Option<&Value>) -> Self {
        let mut changed = 0;
        let exchanges = self.exchanges.iter().map(|(file, id, exchange)| {
            let mut exchange = exchange.clone();
            if let Answer::Ok(answer) = &mut exchange.answer
                && exchange.operation == operation
            {
                changed += change(answer, path, odd);
            }
            (file.clone(), *id, exchange)
        });
        let exchanges = exchanges.collect();
        assert!(changed > 0, "{operation} has no {path:?}");
        Self {
            run: self.run.clone(),
            exchanges,
        }
    }

    /// Every place of the answers of each operation, with a value that stands there.
    fn places(&self) -> BTreeMap<(String, Vec<String>), Value> {
        let mut places = BTreeMap::new();
        for (_, _, exchange) in &self.exchanges {
            // What is kept of it is no answer of the service's.
            if exchange.operation == "AssumeRole" {
                continue;
            }
            if let Answer::Ok(answer) = &exchange.answer {
                walk(answer, &mut Vec::new(), &mut |path, value| {
                    let place = (exchange.operation.clone(), path.to_vec());
                    places.entry(place).or_insert_with(|| value.clone());
                });
            }
        }
        places
    }
}

fn walk(value: &Value, path: &mut Vec<String>, note: &mut impl FnMut(&[String], &Value)) {
    note(path, value);
    let mut inner = |name: &str, value: &Value| {
        path.push(name.to_owned());
        walk(value, path, note);
        path.pop();
    };
    match value {
        Value::Object(members) => members.iter().for_each(|(name, member)| inner(name, member)),
        Value::Array(items) => items.iter().for_each(|item| inner("*", item)),
        _ => (),
    }
}

/// Puts something odd in a place, or nothing; how often.
fn change(value: &mut Value, path: &[&str], odd: Option<&Value>) -> usize {
    match (path, value) {
        ([], value) => {
            value.clone_from(odd.unwrap_or(&Value::Null));
            1
        }
        (["*", rest @ ..], Value::Array(items)) => items.iter_mut().map(|item| change(item, rest, odd)).sum(),
        ([name], Value::Object(members)) if odd.is_none() => usize::from(members.remove(*name).is_some()),
        ([name, rest @ ..], Value::Object(members)) => {
            members.get_mut(*name).map_or(0, |member| change(member, rest, odd))
        }
        _ => 0,
    }
}

/// Something of another type.
fn odd(sound: &Value) -> Option<Value> {
    Some(match sound {
        Value::Null => return None,
        Value::Bool(flag) => json!(flag.to_string()),
        Value::Number(number) => json!(number.to_string()),
        Value::String(_) => json!(7),
        Value::Array(_) | Value::Object(_) => json!("zz"),
    })
}

type Key = (&'static str, String, String, String);

fn rows(assessment: &Assessment) -> BTreeMap<Key, Verdict> {
    let findings = assessment.findings.iter();
    let rows = findings.map(|finding| {
        let region = finding.region.as_ref().map(ToString::to_string).unwrap_or_default();
        let (account, subject) = (finding.account.to_string(), finding.subject.id().to_owned());
        ((finding.rule.id, account, region, subject), finding.verdict)
    });
    rows.collect()
}

fn is_open(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Fail | Verdict::Inconclusive)
}

fn cells(assessment: &Assessment) -> BTreeSet<(String, String)> {
    let cells = assessment.coverage.cells().iter();
    let place = |cell: &trailaudit_core::coverage::Cell| {
        let region = cell.region.as_ref().map(ToString::to_string);
        (cell.account.to_string(), region.unwrap_or_default())
    };
    cells.map(place).collect()
}

/// What got better, or was lost, by an answer that cannot be read.
fn betrayals(sound: &Assessment, odd: &Assessment) -> Vec<String> {
    let (before, after) = (rows(sound), rows(odd));
    let open: BTreeSet<_> = after
        .iter()
        .filter(|(_, verdict)| is_open(**verdict))
        .map(|(key, _)| (key.0, &key.1))
        .collect();
    let mut told = Vec::new();
    for (key, verdict) in before.iter().filter(|(_, verdict)| **verdict != Verdict::NotApplicable) {
        match after.get(key) {
            Some(Verdict::Pass) if *verdict == Verdict::Pass => (),
            Some(now) if is_open(*now) => (),
            Some(now) => told.push(format!("{key:?} was {verdict}, is {now}")),
            None if open.contains(&(key.0, &key.1)) => (),
            None => told.push(format!("{key:?} was {verdict} and is gone")),
        }
    }
    for cell in cells(sound).difference(&cells(odd)) {
        told.push(format!("the cell {cell:?} is gone"));
    }
    told
}

#[test]
fn an_answer_that_cannot_be_read_never_makes_anything_better() {
    let worlds: [fn() -> World; 2] = [furnished, neglected];
    std::thread::scope(|scope| {
        for world in worlds {
            scope.spawn(move || none_is_better(&Records::collect(world())));
        }
    });
}

fn none_is_better(records: &Records) {
    let places = records.places();
    assert!(places.len() > 200, "{}", places.len());
    let quiet = records.without_alerts();
    let [with, without] = [records, &quiet].map(|records| (records, records.assess()));
    let mut told = Vec::new();
    for ((operation, path), value) in &places {
        let is_alert = ["DescribeMetricFilters", "DescribeAlarms", "ListSubscriptionsByTopic"].contains(&&**operation);
        let (records, sound) = if is_alert { &with } else { &without };
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        let mut odd: Vec<_> = odd(value).into_iter().collect();
        if path.is_empty() {
            odd.push(Value::Object(Map::new()));
        }
        for odd in odd {
            let assessment = records.with(operation, &path, Some(&odd)).assess();
            for betrayal in betrayals(sound, &assessment) {
                told.push(format!("{operation} {path:?} {odd}: {betrayal}"));
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}

/// An account that is listed, but not so that it can be told which it is, may be any.
#[test]
fn a_list_with_an_account_that_cannot_be_read_is_not_whole() {
    let records = Records::collect(furnished());
    let list = |records: &Records| {
        let mut reading = Reading::new(records.run.clone());
        for (_, id, exchange) in records
            .exchanges
            .iter()
            .filter(|(file, ..)| *file == RecordFile::Organization)
        {
            reading.organization_exchange(*id, exchange);
        }
        let inventory = reading.finish();
        let is_whole = matches!(inventory.account_list(), Observed::Known { .. });
        (is_whole, inventory.accounts().len())
    };
    assert_eq!(list(&records), (true, 4));
    for odd in [Some(json!(7)), Some(json!("")), None] {
        let mut one = records.with("ListAccounts", &["Accounts", "*", "Id"], odd.as_ref());
        assert_eq!(list(&one), (false, 0));
        // The others are known all the same.
        for ((_, _, one), (_, _, sound)) in one.exchanges.iter_mut().zip(&records.exchanges) {
            if let (Answer::Ok(answer), Answer::Ok(sound)) = (&mut one.answer, &sound.answer)
                && one.operation == "ListAccounts"
            {
                answer["Accounts"][1] = sound["Accounts"][1].clone();
            }
        }
        assert_eq!(list(&one), (false, 1));
    }
}
