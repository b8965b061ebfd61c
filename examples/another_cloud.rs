//! Another provider, judged by the same rules.
//!
//! Nimbus is invented, and has words of its own: *recorders* write what happens in the *zones* of a *project*, seal it
//! with a *vault key* and copy it to a *stream*. Implementing four small traits over its answers is all it takes: the
//! rules of the catalogue ask for facts, not for AWS. Every fact carries the digest of the answer that shows it, and
//! where Nimbus refused to answer, a gap says so, which no rule can mistake for a pass.
//!
//! ```text
//! cargo run -p trailaudit-examples --example another_cloud
//! ```

use std::collections::BTreeMap;
use std::io::Write;

use jiff::Timestamp;
use serde::Deserialize;
use trailaudit_core::inventory::Sighting;
use trailaudit_core::key::{KeyManager, KeyState};
use trailaudit_core::observed::{Call, GapReason};
use trailaudit_core::organization::{
    Account, AccountId, AccountState, KeyId, LogGroupId, Organization, Region, TrailId,
};
use trailaudit_core::trail::{Channel, Delivery, LogDestination};
use trailaudit_core::{Baseline, CATALOGUE, EvidenceId, Gap, Inventory, Key, LogGroup, Observed, Trail, assess};
use trailaudit_examples::Result;

/// What Nimbus answered when it was asked for the recorders of each zone of each project.
const RECORDERS: [(&str, &str, &str); 4] = [
    (
        "harbour",
        "north",
        r#"[{"name": "all-seeing", "reach": "every-zone", "mode": "recording", "recording-since": "2029-06-01T00:00:00Z",
             "vault-key": "vk-lighthouse", "stream": "st-watch", "latest-copy": "2030-01-01T11:55:00Z"}]"#,
    ),
    (
        "harbour",
        "south",
        r#"[{"name": "all-seeing", "reach": "every-zone", "mode": "recording", "recording-since": "2029-06-01T00:00:00Z",
             "vault-key": "vk-lighthouse", "stream": "st-watch", "latest-copy": "2030-01-01T11:55:00Z"}]"#,
    ),
    (
        "island",
        "north",
        r#"[{"name": "sleepy", "reach": "one-zone", "mode": "paused", "vault-key": "vk-of-nimbus"}]"#,
    ),
    ("reef", "north", "refused: you may not look into the reef"),
];
/// What it answered about vault keys and streams.
const VAULT_KEYS: &str = r#"{"vk-lighthouse": {"kept-by": "customer"}, "vk-of-nimbus": {"kept-by": "nimbus"}}"#;
const STREAMS: &str = r#"["st-watch"]"#;

fn main() -> Result {
    tell(&mut std::io::stdout())
}

fn tell(out: &mut impl Write) -> Result {
    let nimbus = Nimbus::read()?;
    let as_of = "2030-01-01T12:00:00Z".parse()?;
    let assessment = assess(&nimbus, CATALOGUE, &Baseline::default(), as_of);
    for rule in &assessment.rules {
        writeln!(out, "{}", rule.title)?;
        for finding in assessment.findings.iter().filter(|finding| finding.rule.id == rule.id) {
            let place = match finding.subject.id() {
                "" => finding.account.as_str(),
                recorder => recorder,
            };
            writeln!(out, "  {:<13} {place}: {}", finding.verdict.as_str(), finding.reason)?;
        }
    }
    Ok(())
}

/// A recorder in Nimbus's words; the names after `rename_all` are those of its answers.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct RecorderAnswer {
    name: String,
    reach: String,
    mode: String,
    recording_since: Option<Timestamp>,
    vault_key: Option<KeyId>,
    stream: Option<LogGroupId>,
    latest_copy: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct VaultKeyAnswer {
    kept_by: String,
}

/// A recorder with its place and the answer that shows it.
struct Recorder {
    id: TrailId,
    project: AccountId,
    zone: Region,
    evidence: EvidenceId,
    answer: RecorderAnswer,
}

impl Recorder {
    fn shows<T>(&self, fact: T) -> Observed<T> {
        Observed::known(fact, self.evidence)
    }
}

/// What Nimbus does not tell, such as whether it writes digest files, is left out: unknown, and so never a pass.
impl Trail for Recorder {
    fn id(&self) -> &TrailId {
        &self.id
    }

    fn owner(&self) -> &AccountId {
        &self.project
    }

    fn home_region(&self) -> &Region {
        &self.zone
    }

    fn is_multi_region(&self) -> Observed<bool> {
        self.shows(self.answer.reach == "every-zone")
    }

    fn is_organization_trail(&self) -> Observed<bool> {
        self.shows(false)
    }

    fn encryption_key(&self) -> Observed<Option<KeyId>> {
        self.shows(self.answer.vault_key.clone())
    }

    fn log_destination(&self) -> Observed<Option<LogDestination>> {
        // Streams belong to the recorder's project and zone, and recorders write to them as themselves.
        self.shows(self.answer.stream.clone().map(|group| LogDestination {
            group,
            account: self.project.clone(),
            region: self.zone.clone(),
            role: Some(self.answer.name.clone()),
        }))
    }

    fn is_logging(&self) -> Observed<bool> {
        self.shows(self.answer.mode == "recording")
    }

    fn logging_since(&self) -> Observed<Option<Timestamp>> {
        self.shows(self.answer.recording_since)
    }

    fn delivery(&self, channel: Channel) -> Observed<Delivery> {
        match channel {
            Channel::LogGroup => self.shows(Delivery {
                latest: self.answer.latest_copy,
                error: None,
            }),
            Channel::LogFiles | Channel::DigestFiles => Observed::not_collected("how the recorder's store is written"),
            Channel::Notifications => Observed::not_collected("whom the recorder notifies"),
        }
    }
}

struct VaultKey(KeyId, Observed<KeyManager>);

impl Key for VaultKey {
    fn id(&self) -> &KeyId {
        &self.0
    }

    fn manager(&self) -> Observed<KeyManager> {
        self.1.clone()
    }

    fn state(&self) -> Observed<KeyState> {
        // A vault key cannot be disabled: what is listed can be used.
        self.1.clone().map(|_| KeyState::Enabled)
    }
}

struct Stream(LogGroupId);

impl LogGroup for Stream {
    fn id(&self) -> &LogGroupId {
        &self.0
    }
}

/// Everything Nimbus answered, joined.
struct Nimbus {
    organization: Organization,
    projects: Vec<Account>,
    zones: BTreeMap<(AccountId, Region), Observed<Vec<Sighting>>>,
    recorders: BTreeMap<TrailId, Recorder>,
    vault_keys: BTreeMap<KeyId, VaultKey>,
    vault_list: EvidenceId,
    streams: BTreeMap<LogGroupId, Stream>,
    stream_list: EvidenceId,
}

impl Nimbus {
    fn read() -> Result<Self> {
        let (vault_list, stream_list) = (evidence(VAULT_KEYS), evidence(STREAMS));
        let keys: BTreeMap<String, VaultKeyAnswer> = serde_json::from_str(VAULT_KEYS)?;
        let streams: Vec<String> = serde_json::from_str(STREAMS)?;
        let key = |(id, answer): (String, VaultKeyAnswer)| {
            let manager = if answer.kept_by == "customer" {
                KeyManager::Customer
            } else {
                KeyManager::Provider
            };
            let id = KeyId::from(id);
            (id.clone(), VaultKey(id, Observed::known(manager, vault_list)))
        };
        let stream = |id: String| (LogGroupId::from(id.as_str()), Stream(id.into()));
        let mut nimbus = Self {
            organization: Organization {
                id: "nimbus-coast".into(),
                management_account: "harbour".into(),
            },
            projects: ["harbour", "island", "reef"].map(project).into(),
            zones: BTreeMap::new(),
            recorders: BTreeMap::new(),
            vault_keys: keys.into_iter().map(key).collect(),
            vault_list,
            streams: streams.into_iter().map(stream).collect(),
            stream_list,
        };
        for (project, zone, answer) in RECORDERS {
            nimbus.take(&project.into(), &zone.into(), answer)?;
        }
        Ok(nimbus)
    }

    /// Takes in the answer for one zone of one project.
    fn take(&mut self, project: &AccountId, zone: &Region, answer: &str) -> Result {
        let listing = match answer.strip_prefix("refused: ") {
            Some(message) => Observed::Unknown(refusal(project, zone, answer, message)),
            None => Observed::known(Vec::new(), evidence(answer)),
        };
        let listing = match listing {
            Observed::Known { evidence, .. } => {
                let evidence = evidence.first();
                let mut seen = Vec::new();
                for answer in serde_json::from_str::<Vec<RecorderAnswer>>(answer)? {
                    let id = TrailId::from(format!("{project}/{}", answer.name));
                    let multi_region = answer.reach == "every-zone";
                    seen.push(Sighting {
                        trail: id.clone(),
                        multi_region,
                        organization: false,
                    });
                    let (project, zone) = (project.clone(), zone.clone());
                    // The first zone that shows a recorder is where it was made.
                    let recorder = Recorder {
                        id: id.clone(),
                        project,
                        zone,
                        evidence,
                        answer,
                    };
                    self.recorders.entry(id).or_insert(recorder);
                }
                Observed::known(seen, evidence)
            }
            unknown @ Observed::Unknown(_) => unknown,
        };
        self.zones.insert((project.clone(), zone.clone()), listing);
        Ok(())
    }
}

impl Inventory for Nimbus {
    fn organization(&self) -> &Organization {
        &self.organization
    }

    fn accounts(&self) -> &[Account] {
        &self.projects
    }

    fn account_list(&self) -> Observed<()> {
        Observed::known((), evidence("harbour island reef"))
    }

    fn entry(&self, project: &AccountId) -> Observed<()> {
        Observed::known((), evidence(project.as_str()))
    }

    fn regions(&self, project: &AccountId) -> Vec<Region> {
        self.zones
            .keys()
            .filter(|(of, _)| of == project)
            .map(|(_, zone)| zone.clone())
            .collect()
    }

    fn region_list(&self, project: &AccountId) -> Observed<()> {
        Observed::known((), evidence(project.as_str()))
    }

    fn trails_in(&self, project: &AccountId, zone: &Region) -> Observed<&[Sighting]> {
        match self.zones.get(&(project.clone(), zone.clone())) {
            Some(listing) => listing.as_ref().map(Vec::as_slice),
            None => Observed::not_collected("the recorders of the zone"),
        }
    }

    fn trails(&self) -> Vec<&dyn Trail> {
        self.recorders.values().map(|recorder| recorder as &dyn Trail).collect()
    }

    fn trail(&self, id: &TrailId) -> Option<&dyn Trail> {
        self.recorders.get(id).map(|recorder| recorder as &dyn Trail)
    }

    fn is_logging_for(&self, recorder: &TrailId, _: &AccountId) -> Observed<bool> {
        match self.recorders.get(recorder) {
            Some(recorder) => recorder.is_logging(),
            None => Observed::not_collected("whether the recorder is recording"),
        }
    }

    fn key(&self, id: &KeyId) -> Observed<Option<&dyn Key>> {
        Observed::known(self.vault_keys.get(id).map(|key| key as &dyn Key), self.vault_list)
    }

    fn log_group(&self, id: &LogGroupId) -> Observed<Option<&dyn LogGroup>> {
        Observed::known(
            self.streams.get(id).map(|stream| stream as &dyn LogGroup),
            self.stream_list,
        )
    }
}

fn project(name: &str) -> Account {
    Account {
        id: name.into(),
        name: name.into(),
        organizational_unit: String::new(),
        state: AccountState::Active,
        joined: None,
        excluded: false,
    }
}

fn refusal(project: &AccountId, zone: &Region, answer: &str, message: &str) -> Gap {
    Gap {
        wanted: "the recorders of the zone",
        call: Some(Box::new(Call {
            service: "nimbus".into(),
            operation: "ListRecorders".into(),
            account: project.clone(),
            region: zone.clone(),
        })),
        why: GapReason::Denied {
            code: "refused".into(),
            message: message.into(),
        },
        evidence: Some(evidence(answer).into()),
    }
}

/// An answer is its own evidence: whoever kept it can hold the digest against it.
fn evidence(answer: &str) -> EvidenceId {
    EvidenceId::of(answer.as_bytes())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used)]
mod tests {
    use super::*;

    #[test]
    fn is_judged_by_the_same_rules() {
        let mut told = Vec::new();
        tell(&mut told).unwrap();
        let told = String::from_utf8(told).unwrap();
        for line in [
            "  pass          harbour/all-seeing: encrypted with the customer managed key vk-lighthouse",
            "  pass          harbour/all-seeing: delivered to the log group at 2030-01-01T11:55:00Z",
            "  fail          island/sleepy: the trail names no log group",
            "  fail          island/sleepy: the trail is stopped",
            "  pass          harbour: covered in all 2 enabled Regions",
            "  fail          island: no trail is logging in north",
            "nimbus:ListRecorders in account reef, Region north: denied (refused: you may not look into the reef)",
        ] {
            assert!(told.contains(line), "{line:?} is not in\n{told}");
        }
        assert!(
            told.contains("  fail          island/sleepy: the key vk-of-nimbus is managed by"),
            "{told}"
        );
        let reef = told.lines().filter(|line| line.contains(" reef: "));
        assert!(
            reef.clone().count() > 0 && reef.clone().all(|line| line.starts_with("  inconclusive")),
            "{told}"
        );
    }
}
