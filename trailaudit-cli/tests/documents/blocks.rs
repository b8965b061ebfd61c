//! The commands that a document shows.

use std::process::Command;

/// The commands of one ```` ```sh ```` block, each as long as a shell reads on.
pub fn blocks(document: &str) -> Vec<Vec<String>> {
    let mut blocks = Vec::new();
    let mut block: Option<(usize, Vec<&str>)> = None;
    for line in document.lines() {
        let (indent, text) = (line.len() - line.trim_start().len(), line.trim_start());
        match &mut block {
            None if text == "```sh" => block = Some((indent, Vec::new())),
            None => {}
            Some(_) if text == "```" => blocks.extend(block.take().map(|(_, lines)| commands(&lines))),
            Some((indent, lines)) => lines.push(line.get(*indent..).unwrap_or_default()),
        }
    }
    blocks
}

fn commands(lines: &[&str]) -> Vec<String> {
    let mut commands = Vec::new();
    let mut command = String::new();
    for line in lines {
        command.push_str(line);
        if command.trim().is_empty() {
            command.clear();
        } else if line.ends_with('\\') || !is_whole(&command) {
            command.push('\n');
        } else {
            commands.push(std::mem::take(&mut command));
        }
    }
    assert!(command.is_empty(), "a shell would read on: {command}");
    commands
}

fn is_whole(command: &str) -> bool {
    let read = Command::new("bash").args(["-n", "-c", command]).output().unwrap();
    read.status.success()
}

/// The command lines of `trailaudit` that stand within a text, without those of blocks.
pub fn inline(document: &str) -> Vec<String> {
    let outside = document.split("```").step_by(2).collect::<String>().replace('\n', " ");
    let spans = outside.split('`').skip(1).step_by(2);
    let commands = spans.filter(|span| span.starts_with("trailaudit "));
    commands.map(str::to_owned).collect()
}
