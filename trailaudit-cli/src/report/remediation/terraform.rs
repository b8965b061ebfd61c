//! The plan as Terraform: what one resource needs is one block, whichever rules ask for it.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use super::filled::hcl;
use super::shell::about;
use super::step::Step;
use super::variables::VARIABLES;
use super::{Plan, Steps};
use crate::report::source::Source;
use crate::visible::in_one_line;

/// Writes the configuration.
pub(super) fn write(source: &Source<'_>, plan: &Plan, steps: Steps, out: &mut dyn Write) -> io::Result<()> {
    for line in about(source) {
        writeln!(out, "# {line}")?;
    }
    writeln!(
        out,
        "#\n# Take the blocks of an account into the configuration that has its provider. A block has what has to change, and\n\
         # not the rest: what exists is imported first, and keeps its other arguments."
    )?;
    let mut told = BTreeSet::new();
    for variable in VARIABLES.iter().filter(|variable| !variable.meaning.is_empty()) {
        if plan.needs.contains(variable.name) && told.insert(variable.name) {
            let name = variable.name.to_ascii_lowercase();
            let meaning = variable.meaning.replace('"', "'");
            writeln!(
                out,
                "\nvariable \"{name}\" {{\n  description = \"{meaning}\"\n  type        = string\n}}"
            )?;
        }
    }
    steps.each(&plan.last, &mut |account, steps| {
        let name = plan.names.get(account).map_or("", String::as_str);
        writeln!(out, "\n# ---- account {} {}", in_one_line(account), in_one_line(name))?;
        let mut blocks = Blocks::default();
        for step in steps {
            blocks.take(step);
        }
        blocks.write(out)
    })
}

fn is_selector(nested: &str) -> bool {
    ["  event_selector", "  advanced_event_selector"]
        .iter()
        .any(|kind| nested.starts_with(kind))
}

/// The blocks of an account, by what they begin with, in the order they came.
#[derive(Default)]
struct Blocks {
    order: Vec<String>,
    blocks: BTreeMap<String, Block>,
}

#[derive(Default)]
struct Block {
    why: Vec<String>,
    /// Arguments by their names; the first to say something is heard.
    arguments: Vec<(String, String)>,
    /// Blocks within it, as they are written.
    nested: Vec<String>,
    /// What it is imported by.
    import: String,
}

impl Blocks {
    fn take(&mut self, step: &Step) {
        if step.by_hand || step.terraform.is_empty() {
            let why = self.of(&format!("# {}", in_one_line(&step.why.join("; "))));
            why.why.push("by hand, or not with Terraform".to_owned());
            return;
        }
        let mut head = None;
        let mut nested: Option<String> = None;
        let mut heredoc: Option<(String, String)> = None;
        for line in step.terraform.lines() {
            if !line.starts_with(' ') && line.ends_with('{') {
                head = Some(line.to_owned());
                let block = self.of(line);
                block.why.extend(step.why.iter().map(|line| in_one_line(line)));
                if line.starts_with("resource \"aws_cloudtrail\" ") {
                    block.import.clone_from(&step.import);
                }
                continue;
            }
            let Some(block) = head.as_deref().and_then(|head| self.blocks.get_mut(head)) else {
                continue;
            };
            if let Some((_, text)) = &mut heredoc {
                text.push('\n');
                text.push_str(line);
                if line == "  )" {
                    block.arguments.extend(heredoc.take());
                }
            } else if let Some(open) = &mut nested {
                open.push('\n');
                open.push_str(line);
                if line == "  }" || line == "  })" {
                    let whole = nested.take().unwrap_or_default();
                    if is_selector(&whole) {
                        // A trail has selectors of one kind; those that come last record most.
                        block.nested.retain(|known| !is_selector(known));
                    }
                    if !block.nested.contains(&whole) {
                        block.nested.push(whole);
                    }
                }
            } else if line.ends_with('{') || line.ends_with("({") {
                nested = Some(line.to_owned());
            } else if let Some((name, value)) = line.split_once('=') {
                let name = name.trim().to_owned();
                if value.ends_with("<<-EOT") {
                    heredoc = Some((name, value.trim().to_owned()));
                } else if !block.arguments.iter().any(|(known, _)| *known == name) {
                    block.arguments.push((name, value.trim().to_owned()));
                }
            }
        }
    }

    fn of(&mut self, head: &str) -> &mut Block {
        if !self.blocks.contains_key(head) {
            self.order.push(head.to_owned());
        }
        self.blocks.entry(head.to_owned()).or_default()
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        for head in &self.order {
            let Some(block) = self.blocks.get(head) else { continue };
            writeln!(out)?;
            if head.starts_with('#') {
                writeln!(out, "{head}\n# {}", block.why.join("; "))?;
                continue;
            }
            for line in &block.why {
                writeln!(out, "# {line}")?;
            }
            if !block.import.is_empty() {
                let to: Vec<_> = head.split('"').collect();
                let to = to.iter().skip(1).step_by(2).copied().collect::<Vec<_>>().join(".");
                writeln!(out, "import {{\n  to = {to}\n  id = \"{}\"\n}}\n", hcl(&block.import))?;
            }
            writeln!(out, "{head}")?;
            let widest = block.arguments.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
            for (name, value) in &block.arguments {
                writeln!(out, "  {name:widest$} = {value}")?;
            }
            for nested in &block.nested {
                writeln!(out, "\n{nested}")?;
            }
            writeln!(out, "}}")?;
        }
        Ok(())
    }
}
