//! The pages of `--help`: what is asked for most, with examples, on one screen. `trailaudit help COMMAND` tells all.

use clap::{Arg, ArgAction, Command, CommandFactory};

use super::Arguments;

/// The page of one command.
struct Page {
    /// Its name, with that of its parent before it.
    command: &'static str,
    /// The options on the page; all, when none is named.
    common: &'static [&'static str],
    /// Command lines that can be meant.
    examples: &'static [&'static str],
}

const PAGES: &[Page] = &[
    Page {
        command: "audit",
        common: &[
            "out",
            "config",
            "accounts",
            "regions",
            "frameworks",
            "keys",
            "signer_name",
        ],
        examples: &[
            "audit --out 2026-Q4 --sign file:key.pem --signer-name \"Ada Byron\"",
            "audit --out mine --single-account --format xlsx",
        ],
    },
    #[cfg(feature = "demo")]
    Page {
        command: "demo",
        common: &[],
        examples: &[
            "demo --out evidence",
            "demo --out evidence --accounts 100 --latency-ms 50",
        ],
    },
    #[cfg(feature = "demo")]
    Page {
        command: "simulate",
        common: &["listen", "accounts", "regions", "seed", "quotas", "faults"],
        examples: &["simulate --listen 127.0.0.1:4566 --truth defects.json"],
    },
    Page {
        command: "collect",
        common: &["out", "config", "role_names", "accounts", "regions", "as_of", "shard"],
        examples: &[
            "collect --out records",
            "collect --out shard-2 --shard 2/8 --as-of 2026-12-31T00:00:00Z",
        ],
    },
    Page {
        command: "merge",
        common: &[],
        examples: &["merge shard-1 shard-2 --out records"],
    },
    Page {
        command: "assess",
        common: &["records", "out", "frameworks", "keys", "formats"],
        examples: &[
            "assess records --out 2026-Q4 --sign file:signing.pem",
            "assess 2026-Q4 --out 2026-Q4-soc2 --framework soc-2",
        ],
    },
    Page {
        command: "sign",
        common: &[],
        examples: &["sign 2026-Q4 --key file:g.pem --role reviewer --name \"G. Hopper\" --meaning review"],
    },
    Page {
        command: "verify",
        common: &[],
        examples: &[
            "verify 2026-Q4 --key signing.pub.pem",
            "verify 2027-Q1.zip --trust trust.toml --chain 2026-Q4",
        ],
    },
    Page {
        command: "diff",
        common: &[],
        examples: &["diff 2026-Q4 2027-Q1 --key signing.pub.pem --format csv"],
    },
    Page {
        command: "extract",
        common: &[],
        examples: &["extract 2026-Q4 --account 111122223333 --out for-their-auditor"],
    },
    Page {
        command: "report",
        common: &[],
        examples: &[
            "report 2026-Q4 --format xlsx --out 2026-Q4.xlsx",
            "report 2026-Q4 --format reconcile --peer prowler --out prowler.csv",
            "report 2026-Q4 --format remediation --out fix.sh",
        ],
    },
    Page {
        command: "controls",
        common: &[],
        examples: &["controls", "controls show trail-logging"],
    },
    Page {
        command: "controls list",
        common: &[],
        examples: &["controls list --framework soc-2"],
    },
    Page {
        command: "controls show",
        common: &[],
        examples: &["controls show trail-encrypted-with-customer-key --format json"],
    },
    Page {
        command: "controls frameworks",
        common: &[],
        examples: &["controls frameworks"],
    },
    Page {
        command: "preflight",
        common: &["config", "format", "role_names", "external_id", "accounts", "regions"],
        examples: &[
            "preflight",
            "preflight --role-name audit/Reader --external-id x7 --format json",
        ],
    },
    Page {
        command: "init",
        common: &[],
        examples: &[
            "init config --out trailaudit.toml",
            "init role",
            "init stackset --out role.yaml",
        ],
    },
    Page {
        command: "init config",
        common: &[],
        examples: &["init config --out trailaudit.toml"],
    },
    Page {
        command: "init role",
        common: &["policy", "principal", "external_id", "frameworks"],
        examples: &[
            "init role --out permissions.json",
            "init role --policy trust --principal 111122223333 --external-id x7",
        ],
    },
    Page {
        command: "init stackset",
        common: &["terraform", "role_name", "frameworks"],
        examples: &[
            "init stackset --out role.yaml",
            "init stackset --terraform --out role.tf",
        ],
    },
    Page {
        command: "keygen",
        common: &[],
        examples: &["keygen --out signing.pem"],
    },
    Page {
        command: "completions",
        common: &[],
        examples: &["completions bash > /etc/bash_completion.d/trailaudit"],
    },
    Page {
        command: "man",
        common: &[],
        examples: &["man | man -l -", "man --out man1"],
    },
];

/// Everywhere the same; a page has no room to repeat them.
const EVERYWHERE: [&str; 4] = ["quiet", "verbose", "log_format", "summary"];

/// The command line with its pages.
pub(crate) fn command() -> Command {
    with_pages(Shown::Common)
}

/// The same, for what has room to tell every option.
pub(crate) fn whole_command() -> Command {
    with_pages(Shown::All)
}

/// Which options stand on a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Common,
    All,
}

fn with_pages(shown: Shown) -> Command {
    let mut root = Arguments::command();
    for option in EVERYWHERE {
        root = root.mut_arg(option, |arg| {
            arg.hide_short_help(shown == Shown::Common).help_heading("Output")
        });
    }
    let names: Vec<_> = root
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    for name in names {
        root = root.mut_subcommand(&name, |command| of_command(command, &name, shown));
    }
    let begin = "Begin with:  trailaudit demo --out evidence\n\
                 Everywhere:  --quiet, -v, --log-format text|json, --summary text|json\n\
                 All options: trailaudit help COMMAND";
    with_help(root).after_help(begin)
}

fn of_command(mut command: Command, path: &str, shown: Shown) -> Command {
    let names: Vec<_> = command
        .get_subcommands()
        .map(|command| command.get_name().to_owned())
        .collect();
    for name in names {
        let path = format!("{path} {name}");
        command = command.mut_subcommand(&name, |command| of_command(command, &path, shown));
    }
    let Some(page) = PAGES.iter().find(|page| page.command == path) else {
        return with_help(command);
    };
    if shown == Shown::Common && !page.common.is_empty() {
        command = command.mut_args(|arg| {
            let is_common = page.common.contains(&arg.get_id().as_str());
            arg.hide_short_help(!is_common)
        });
    }
    let lines: Vec<_> = page
        .examples
        .iter()
        .map(|example| format!("  trailaudit {example}"))
        .collect();
    let examples = format!("Examples:\n{}", lines.join("\n"));
    let more = format!("All options: trailaudit help {path}");
    with_help(command)
        .after_help(format!("{examples}\n{more}"))
        .after_long_help(examples)
}

/// `--help` is the page, `help` is everything.
fn with_help(command: Command) -> Command {
    let help = Arg::new("help")
        .short('h')
        .long("help")
        .action(ArgAction::HelpShort)
        .display_order(usize::MAX)
        .help("Print this page");
    // Under the options that have no heading of their own.
    command.disable_help_flag(true).next_help_heading(None).arg(help)
}

#[cfg(test)]
mod tests {
    use clap::FromArgMatches;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        command().debug_assert();
    }

    #[test]
    fn every_command_has_a_page_and_every_page_a_command() {
        fn paths(command: &Command, before: &str, found: &mut Vec<String>) {
            for command in command.get_subcommands() {
                let path = format!("{before}{}", command.get_name());
                paths(command, &format!("{path} "), found);
                found.push(path);
            }
        }
        let mut found = Vec::new();
        paths(&Arguments::command(), "", &mut found);
        found.sort();
        let mut pages: Vec<_> = PAGES.iter().map(|page| page.command.to_owned()).collect();
        pages.sort();
        assert_eq!(found, pages);
    }

    #[test]
    fn what_a_page_names_is_there() {
        let root = command();
        for page in PAGES {
            let mut command = &root;
            for name in page.command.split(' ') {
                command = command.find_subcommand(name).unwrap();
            }
            for id in page.common {
                assert!(
                    command.get_arguments().any(|arg| arg.get_id() == id),
                    "{}: {id}",
                    page.command
                );
            }
        }
    }

    #[test]
    fn every_example_can_be_meant() {
        for page in PAGES {
            assert!(!page.examples.is_empty());
            for example in page.examples {
                // As a shell takes it: one text in quotes, and nothing of what a pipe does with the output.
                let line = example
                    .split([">", "|"].map(|c| c.chars().next().unwrap()))
                    .next()
                    .unwrap();
                let words = line.split('"').enumerate().flat_map(|(at, part)| match at % 2 {
                    0 => part.split_whitespace().collect(),
                    _ => vec![part],
                });
                let parsed = command().try_get_matches_from(std::iter::once("trailaudit").chain(words));
                let parsed = parsed.and_then(|matches| Arguments::from_arg_matches(&matches));
                assert!(parsed.is_ok(), "{example}: {}", parsed.unwrap_err());
                assert!(example.starts_with(page.command));
            }
        }
    }
}
