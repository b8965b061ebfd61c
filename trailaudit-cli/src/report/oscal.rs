//! OSCAL 1.2 assessment results: what systems of governance, risk and compliance exchange.
//!
//! Every finding of the table is an *observation* about an inventory item; every rule is an OSCAL *finding* that says
//! whether its objective is satisfied, and relates the observations it rests on; every exception is a *risk* whose
//! deviation was approved. An objective is satisfied only when nothing fails, is excepted or is inconclusive.

mod standing;
mod text;
mod v1;

use std::cell::RefCell;
use std::collections::HashSet;
use std::io::{self, Write};

use serde::Serialize;
use trailaudit_core::Verdict;
use trailaudit_core::evidence::package::{BASELINE, CATALOGUE, FINDINGS_JSON, MANIFEST};
use trailaudit_core::tables::catalogue::v1::Entry as Rule;
use trailaudit_core::tables::rfc3339;
use uuid::Uuid;

use super::json::{self, Each};
use super::source::{Finding, Source};
use standing::Standings;
use text::{markup, objective, props, token};

/// Document, results, results, result, observations: each of them is a line.
const DEPTH: usize = 5;

/// The files of the package that the document speaks about.
const RESOURCES: [&str; 4] = [MANIFEST, FINDINGS_JSON, CATALOGUE, BASELINE];

/// Writes the assessment results.
pub(crate) fn write(source: &Source<'_>, out: &mut dyn Write) -> io::Result<()> {
    let manifest = source.manifest();
    let as_of = rfc3339(manifest.as_of);
    let document = v1::Document {
        assessment_results: v1::AssessmentResults {
            uuid: source.ids.here(&["oscal", "assessment-results"]),
            metadata: v1::Metadata {
                title: markup(&format!("Audit trails of {}, as of {as_of}", manifest.organization.id)),
                last_modified: rfc3339(manifest.collection.ended),
                version: manifest.package_id.to_string(),
                oscal_version: "1.2.0",
            },
            import_ap: v1::ImportAp {
                href: format!("#{}", resource_id(source, CATALOGUE)),
                remarks: "There is no plan in OSCAL: catalogue and baseline say what was assessed, and by what.",
            },
            local_definitions: v1::Objectives {
                objectives_and_methods: source.rules().map(|(rule, _)| defined(rule)).collect(),
            },
            results: [result(source, &as_of)],
            back_matter: v1::BackMatter {
                resources: RESOURCES.map(|path| resource(source, path)),
            },
        },
    };
    json::write(source, DEPTH, &document, out)
}

fn result<'a>(source: &'a Source<'_>, as_of: &str) -> impl Serialize + use<'a> {
    let manifest = source.manifest();
    let totals = source.totals();
    let rules = || source.rules().map(|(rule, _)| rule);
    let any = !totals.is_empty();
    let seen = RefCell::new(HashSet::new());
    v1::Result {
        uuid: source.ids.here(&["oscal", "result"]),
        title: markup(&format!("Verdicts as of {as_of}")),
        description: "What the recorded answers of the provider show, judged rule by rule.",
        start: rfc3339(manifest.collection.started),
        end: rfc3339(manifest.collection.ended),
        props: props([
            ("package-id", &*manifest.package_id.to_string()),
            ("manifest-sha256", &source.manifest_sha256().to_string()),
            ("organization", &manifest.organization.id),
            ("as-of", as_of),
            ("simulated", &manifest.endpoint.simulated.to_string()),
        ]),
        links: RESOURCES.map(|path| v1::Link {
            href: format!("#{}", resource_id(source, path)),
            rel: "reference",
        }),
        local_definitions: v1::Assets {
            inventory_items: any.then(|| Each {
                source,
                of: move |finding: &Finding<'_>| {
                    let uuid = subject_id(source, finding);
                    seen.borrow_mut().insert(uuid).then(|| item(uuid, finding))
                },
            }),
            assessment_assets: tool(source),
        },
        reviewed_controls: v1::ReviewedControls {
            control_selections: [v1::Controls {
                include_controls: rules()
                    .map(|rule| v1::ControlId {
                        control_id: token(&rule.id),
                    })
                    .collect(),
            }],
            control_objective_selections: [v1::ObjectiveIds {
                include_objectives: rules()
                    .map(|rule| v1::ObjectiveId {
                        objective_id: objective(rule),
                    })
                    .collect(),
            }],
        },
        observations: any.then_some(Each {
            source,
            of: |finding: &Finding<'_>| Some(observation(source, finding)),
        }),
        risks: totals.contains_key(&Verdict::Excepted).then_some(Each {
            source,
            of: |finding: &Finding<'_>| (finding.verdict == Verdict::Excepted).then(|| risk(source, finding)),
        }),
        findings: any.then_some(Standings(source)),
    }
}

/// A rule as the objective that its findings are about. The control is our rule; what frameworks demand it answers is told
/// in properties, as the words of the frameworks are no tokens.
fn defined(rule: &Rule) -> v1::Objective {
    v1::Objective {
        control_id: token(&rule.id),
        description: markup(&rule.rationale),
        props: described(rule),
        parts: [v1::Part {
            id: objective(rule),
            name: "assessment-objective",
            title: markup(&rule.control),
            prose: markup(&rule.title),
        }],
    }
}

fn described(rule: &Rule) -> Vec<v1::Prop> {
    let revision = rule.revision.to_string();
    let labels = rule.labels();
    let mut all = vec![
        ("rule", &*rule.id),
        ("revision", &revision),
        ("severity", &rule.severity),
        ("remediation", &rule.remediation),
    ];
    all.extend(labels.iter().map(|label| ("requirement", &**label)));
    props(all)
}

fn tool(source: &Source<'_>) -> v1::AssessmentAssets {
    let manifest = source.manifest();
    v1::AssessmentAssets {
        components: [v1::Component {
            uuid: tool_id(source),
            kind: "software",
            title: markup(&manifest.tool.name),
            description: "What collected and judged.",
            props: props([("version", &*manifest.tool.version)]),
            status: v1::State { state: "operational" },
        }],
        assessment_platforms: [v1::Platform {
            uuid: source.ids.here(&["oscal", "platform"]),
            uses_components: [v1::UsesComponent {
                component_uuid: tool_id(source),
            }],
        }],
    }
}

/// The columns that are about what was judged, and not about the verdict.
const OF_ITEMS: [&str; 6] = [
    "account-id",
    "account-name",
    "organizational-unit",
    "region",
    "resource-type",
    "resource-id",
];

fn item(uuid: Uuid, finding: &Finding<'_>) -> v1::Item {
    v1::Item {
        uuid,
        description: markup(&finding.subject()),
        props: props(finding.columns().filter(|(name, _)| OF_ITEMS.contains(name))),
    }
}

fn observation(source: &Source<'_>, finding: &Finding<'_>) -> v1::Observation {
    v1::Observation {
        uuid: observation_id(source, &finding.id),
        title: markup(&finding.rule.control),
        description: markup(&finding.reason_in_full()),
        props: props(
            [("finding", &*finding.id.to_string())]
                .into_iter()
                .chain(finding.columns()),
        ),
        methods: ["TEST"],
        types: ["control-objective"],
        origins: [v1::Origin {
            actors: [v1::Actor {
                kind: "tool",
                actor_uuid: tool_id(source),
            }],
        }],
        subjects: [v1::Subject {
            subject_uuid: subject_id(source, finding),
            kind: "inventory-item",
        }],
        relevant_evidence: finding
            .evidence
            .iter()
            .map(|id| v1::Evidence {
                href: format!("urn:trailaudit:exchange:{id}"),
                description: "A recorded exchange with the provider, by the SHA-256 that names it in the package.",
            })
            .collect(),
        collected: rfc3339(source.manifest().collection.ended),
    }
}

fn risk(source: &Source<'_>, finding: &Finding<'_>) -> v1::Risk {
    v1::Risk {
        uuid: risk_id(source, &finding.id),
        title: markup(&format!("Accepted: {}", finding.rule.control)),
        description: markup(&finding.reason),
        statement: markup(&finding.exception),
        status: "deviation-approved",
        related_observations: [v1::RelatedObservation {
            observation_uuid: observation_id(source, &finding.id),
        }],
    }
}

fn resource(source: &Source<'_>, path: &'static str) -> v1::Resource {
    let manifest = source.manifest();
    let sha256 = match path {
        MANIFEST => Some(source.manifest_sha256()),
        path => manifest.file(path).map(|file| file.sha256),
    };
    v1::Resource {
        uuid: resource_id(source, path),
        title: path,
        rlinks: [v1::Rlink {
            href: path,
            hashes: sha256
                .into_iter()
                .map(|sha256| v1::Hash {
                    algorithm: "SHA-256",
                    value: sha256.to_string(),
                })
                .collect(),
        }],
    }
}

fn resource_id(source: &Source<'_>, path: &str) -> Uuid {
    source.ids.here(&["oscal", "resource", path])
}

fn tool_id(source: &Source<'_>) -> Uuid {
    source.ids.here(&["oscal", "tool"])
}

fn observation_id(source: &Source<'_>, finding: &Uuid) -> Uuid {
    source.ids.here(&["oscal", "observation", &finding.to_string()])
}

fn risk_id(source: &Source<'_>, finding: &Uuid) -> Uuid {
    source.ids.here(&["oscal", "risk", &finding.to_string()])
}

fn subject_id(source: &Source<'_>, finding: &Finding<'_>) -> Uuid {
    source.ids.here(&[
        "oscal",
        "subject",
        &finding.account_id,
        &finding.region,
        &finding.resource_type,
        &finding.resource_id,
    ])
}
