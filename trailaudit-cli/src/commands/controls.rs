//! `trailaudit controls`: the catalogue and its clauses.

use std::fmt::Write;

use serde_json::{Value, json};
use trailaudit_aws::calls_for;
use trailaudit_core::Baseline;
use trailaudit_core::framework::{Selection, frameworks, requirements};
use trailaudit_core::tables::catalogue::{subject, to_json};
use trailaudit_core::{CATALOGUE, Rule};

use super::audit::{known_rule, terms};
use crate::arguments::{Controls, ControlsView, Form, Judge};
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::summary::print;
use crate::visible;

/// Runs the command.
pub(crate) fn run(controls: &Controls) -> Result<Exit> {
    let text = match (&controls.view, controls.format) {
        (None, form) => list(&[], form)?,
        (Some(ControlsView::List { frameworks }), form) => list(frameworks, form)?,
        (Some(ControlsView::Show { rule }), form) => show(known_rule(rule)?, form),
        (Some(ControlsView::Frameworks), form) => all_frameworks(form),
    };
    print(&text)?;
    Ok(Exit::Done)
}

fn list(chosen: &[String], form: Form) -> Result<String> {
    let (rules, selection) = terms(&Judge {
        frameworks: chosen.to_vec(),
        rules: Vec::new(),
    })?;
    if form == Form::Json {
        let catalogue = to_json(&rules, &selection, &Baseline::under(&selection)).map_err(CommandError::failed)?;
        return Ok(String::from_utf8_lossy(&catalogue).into_owned() + "\n");
    }
    let mut out = String::new();
    for rule in rules {
        let severity = selection.severity_of(rule).as_str();
        _ = writeln!(
            out,
            "{:<46} {severity:<9} {:<12} {}",
            rule.id,
            subject(rule),
            rule.aws.title
        );
    }
    Ok(out)
}

fn show(rule: &Rule, form: Form) -> String {
    let rows = || requirements().iter().filter(|row| row.rule == rule.id);
    if form == Form::Json {
        let requirements: Vec<_> = rows().collect();
        let rule = json!({
            "id": rule.id,
            "title": rule.title,
            "control": rule.aws.title,
            "rationale": rule.rationale,
            "remediation": rule.aws.remediation,
            "terraform": rule.aws.terraform,
            "revision": rule.revision,
            "subject": subject(rule),
            "severity": Selection::default().severity_of(rule).as_str(),
            "calls": calls(rule),
            "requirements": requirements,
        });
        return format!("{rule:#}\n");
    }
    let mut out = format!(
        "{}\n\n  {}\n\n  Control      {}\n  Asked of     each {}\n  Severity     {}\n  Why          {}\n  Calls        {}\n\n",
        rule.id,
        rule.title,
        rule.aws.title,
        subject(rule),
        Selection::default().severity_of(rule).as_str(),
        rule.rationale,
        calls_in_words(rule),
    );
    let commands = rule.aws.commands().join(" &&\n");
    for (way, text) in [("With the AWS CLI", &*commands), ("With Terraform", rule.aws.terraform)] {
        _ = writeln!(out, "{way}\n");
        for line in text.lines() {
            _ = writeln!(
                out,
                "{}",
                if line.is_empty() {
                    String::new()
                } else {
                    format!("  {line}")
                }
            );
        }
        out.push('\n');
    }
    for row in rows() {
        let edition = format!("{} {}", row.framework, row.edition);
        _ = writeln!(
            out,
            "  {edition:<34} {:<28} stated by {}",
            row.requirement,
            row.stated_by.replace('+', ", ")
        );
    }
    out
}

fn calls_in_words(rule: &Rule) -> String {
    let calls = calls(rule);
    if calls.is_empty() {
        return "those that every run makes".to_owned();
    }
    format!("{}, beside those that every run makes", calls.join(", "))
}

/// The calls that a rule needs beside those that every collection makes.
fn calls(rule: &Rule) -> Vec<String> {
    let calls = calls_for(rule).map(|call| format!("{}:{}", call.service, call.operation));
    calls.collect()
}

fn all_frameworks(form: Form) -> String {
    let rules_of = |name: &str| {
        CATALOGUE
            .iter()
            .filter(|rule| requirements().iter().any(|r| r.rule == rule.id && r.framework == name))
            .count()
    };
    if form == Form::Json {
        let all: Vec<Value> = frameworks()
            .iter()
            .map(|f| json!({"id": f.id, "name": f.name, "editions": f.editions, "rules": rules_of(&f.name)}))
            .collect();
        return visible::json(&Value::from(all));
    }
    let mut out = String::new();
    for framework in frameworks() {
        let editions = framework.editions.join(", ");
        let rules = rules_of(&framework.name);
        _ = writeln!(
            out,
            "{:<22} {:<24} {rules} rules; editions {editions}",
            framework.id, framework.name
        );
    }
    out
}
