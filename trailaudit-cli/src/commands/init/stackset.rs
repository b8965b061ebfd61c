//! `trailaudit init stackset`: what makes the role in every account of the organization.

use std::fmt::Write;

use super::Role;
use crate::arguments::InitStackset;
use crate::error::Result;

/// The template, between its head and what it is called.
const TEMPLATE: &str = include_str!("../../../templates/stackset.yaml");
const MODULE: &str = include_str!("../../../templates/stackset.tf");

pub(super) fn text(init: &InitStackset) -> Result<String> {
    let role = Role::of(&init.wanted)?;
    let mut actions = String::new();
    for action in role.least.actions() {
        _ = writeln!(actions, "                  - {action}");
    }
    let template = TEMPLATE
        .replace("@ROLE_NAME@", &role.name)
        .replace("@ROLE_PATH@", &role.path)
        .replace("@FULL_NAME@", &role.full_name())
        .replace("                  - \"@ACTIONS@\"\n", &actions);
    if !init.terraform {
        return Ok(template);
    }
    // The head says how to deploy the template by hand.
    let body = template.split_once("\n\n").map_or(&*template, |(_, body)| body);
    let mut indented = String::new();
    for line in body.lines() {
        let indent = if line.is_empty() { "" } else { "    " };
        _ = writeln!(indented, "{indent}{line}");
    }
    Ok(MODULE
        .replace("@ROLE_NAME@", &role.name)
        .replace("@ROLE_PATH@", &role.path)
        .replace("@FULL_NAME@", &role.full_name())
        .replace("@TEMPLATE@\n", &indented))
}
