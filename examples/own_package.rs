//! A tool of another kind seals and verifies packages of its own: no AWS, no files, no clock, no network.
//!
//! What it brings is a [`Provider`]: how the records it wrote become facts again. The rest is the library's: judging,
//! tables, manifest, signatures, the archive, the extract of one account, and checking all of it, findings included.
//!
//! ```text
//! cargo run -p trailaudit-examples --example own_package
//! ```

use std::io::{Cursor, Write};

use serde_json::{Map, json};
use trailaudit_core::evidence::manifest::{Collection, Collector, Endpoint, OrganizationRef, Tool};
use trailaudit_core::evidence::package::{account_records, key_path};
use trailaudit_core::evidence::provider::ReadError;
use trailaudit_core::evidence::records::{Header, read_lines, write};
use trailaudit_core::evidence::{
    Answer, Archive, Declaration, Draft, Exchange, Files, InMemory, Meaning, Options, PemSigner, Person, Provenance,
    Provider, Recorded, Reperformance, Report, Salt, Signable, Signer as _, Transport, Trust, archive, extract, signer,
    verify,
};
use trailaudit_core::inventory::Sighting;
use trailaudit_core::memory::{MemoryInventory, MemoryTrail};
use trailaudit_core::organization::{Account, AccountId, AccountState, Organization, Region};
use trailaudit_core::{EvidenceId, Inventory, Observed, rules};
use trailaudit_examples::Result;

/// The lighthouses of one coast, and whether each keeps its log book.
const LIGHTHOUSES: [(&str, bool); 2] = [("eddystone", true), ("skerryvore", false)];

fn main() -> Result {
    tell(&mut std::io::stdout())
}

fn tell(out: &mut impl Write) -> Result {
    let tool = || Tool {
        name: "coastguard".into(),
        version: "1.0.0".into(),
    };
    let mut package = records()?;
    let draft = Draft {
        rules: vec![rules::rule("trail-logging").ok_or("the rule is gone")?],
        ..Draft::new(tool())
    };
    let sealed = draft.seal(&mut package, &Coast)?;
    writeln!(out, "sealed {}", sealed.manifest.package_id)?;

    let key = PemSigner::generate(&mut rand::rng())?;
    sign(&mut package, &key)?;
    let trust = Trust::in_keys([key.public_key().clone()]);
    let options = Options::default().trust(&trust).reperform(Reperformance::by(&Coast));
    show(out, "the package", &verify(&package, &options))?;

    let mut bytes = Vec::new();
    archive::write(&package, &mut bytes)?;
    let archive = Archive::open(Cursor::new(bytes))?;
    show(out, "the same in an archive", &verify(&archive, &options))?;

    let mut one = InMemory::default();
    extract(&package, &"skerryvore".into(), &mut one)?;
    show(out, "what concerns Skerryvore alone", &verify(&one, &options))
}

/// Signs as the next signer: the first here, who has nobody to countersign.
fn sign(package: &mut InMemory, key: &PemSigner) -> Result {
    let signable = Signable::check(package, &Options::default())?;
    let declaration = Declaration {
        role: "preparer".parse()?,
        meaning: Meaning::Authorship,
        signer: Person {
            printed_name: "Grace Darling".into(),
            id: "keeper-1838".into(),
        },
        time: "2030-01-01T13:00:00Z".parse()?,
    };
    let name = signable.name(declaration.role.clone());
    let statement = signable.statement(declaration, key.public_key(), None)?;
    package.insert(name.path(), signer::sign(&statement, key)?);
    package.insert(key_path(&key.public_key().fingerprint()), key.public_key().to_pem());
    Ok(())
}

fn show(out: &mut impl Write, what: &str, report: &Report) -> Result {
    let verdict = if report.is_verified() {
        "verified"
    } else {
        "NOT verified"
    };
    let findings = report.reperformed.as_ref().map_or(0, |done| done.findings);
    writeln!(out, "{what}: {verdict}, {findings} findings assessed again")?;
    for problem in &report.problems {
        writeln!(out, "    {problem}")?;
    }
    Ok(())
}

/// What the coastguard's collector leaves: a file of exchanges for each lighthouse, one about the coast, a run log.
fn records() -> Result<InMemory> {
    let mut files = InMemory::default();
    files.insert(
        "organization.jsonl.gz",
        write([Header::of_organization("the-coast").to_line()?])?,
    );
    files.insert("run.jsonl", "{\"event\":\"started\"}\n");
    for (lighthouse, keeps_log) in LIGHTHOUSES {
        let exchange = Exchange {
            account: lighthouse.into(),
            region: "sea".into(),
            service: "lighthouses".into(),
            operation: "LookIntoLogBook".into(),
            parameters: json!({}),
            answer: Answer::Ok(json!({"kept": keeps_log})),
            transport: Transport::default(),
        };
        let salt = Salt::from(rand::random::<[u8; 32]>());
        let header = Header::of_account(lighthouse.into(), salt).to_line()?;
        files.insert(
            account_records(&lighthouse.into()),
            write([header, exchange.to_line()?.1])?,
        );
    }
    Ok(files)
}

/// How the coastguard's records become facts again.
struct Coast;

impl Provider for Coast {
    fn read(&self, files: &dyn Files) -> Result<Recorded, ReadError> {
        let mut inventory = coast();
        for (lighthouse, _) in LIGHTHOUSES {
            look_into(&mut inventory, files, &lighthouse.into())?;
        }
        Ok(Recorded {
            inventory: Box::new(inventory),
            provenance: provenance()?,
        })
    }

    fn read_account(
        &self,
        files: &dyn Files,
        account: &AccountId,
        _: &Provenance,
    ) -> Result<Box<dyn Inventory>, ReadError> {
        let mut inventory = coast();
        look_into(&mut inventory, files, account)?;
        Ok(Box::new(inventory))
    }
}

fn coast() -> MemoryInventory {
    MemoryInventory::new(Organization {
        id: "the-coast".into(),
        management_account: "trinity-house".into(),
    })
}

fn look_into(inventory: &mut MemoryInventory, files: &dyn Files, lighthouse: &AccountId) -> Result<(), ReadError> {
    for line in read_lines(files.open(&account_records(lighthouse))?).skip(1) {
        let (id, exchange) = Exchange::from_line(&line?)?;
        let Answer::Ok(answer) = exchange.answer else { continue };
        take(inventory, lighthouse, id, answer["kept"] == true);
    }
    Ok(())
}

/// A lighthouse is an account with one trail, its log book.
fn take(inventory: &mut MemoryInventory, lighthouse: &AccountId, id: EvidenceId, kept: bool) {
    let region = Region::from("sea");
    let account = Account {
        id: lighthouse.clone(),
        name: lighthouse.to_string(),
        organizational_unit: String::new(),
        state: AccountState::Active,
        joined: None,
        excluded: false,
    };
    inventory.add_account(account, Observed::known((), id), Observed::known((), id));
    let log_book = format!("log-book-of-{lighthouse}");
    let sighting = Sighting {
        trail: log_book.as_str().into(),
        multi_region: true,
        organization: false,
    };
    inventory.set_trails_in(lighthouse, &region, Observed::known(vec![sighting], id));
    let known = |fact| Observed::known(fact, id);
    inventory.add_trail(MemoryTrail {
        multi_region: known(true),
        organization: known(false),
        key: Observed::known(None, id),
        destination: Observed::known(None, id),
        validates: known(false),
        logging: known(kept),
        since: Observed::known(None, id),
        ..MemoryTrail::unknown(log_book.as_str().into(), lighthouse.clone(), region)
    });
}

fn provenance() -> Result<Provenance, ReadError> {
    let moment: jiff::Timestamp = "2030-01-01T12:00:00Z".parse()?;
    Ok(Provenance {
        organization: OrganizationRef {
            id: "the-coast".into(),
            management_account: "trinity-house".into(),
        },
        scope: Map::new(),
        as_of: moment,
        collection: Collection {
            started: moment,
            ended: moment,
        },
        tool: Tool {
            name: "coastguard".into(),
            version: "1.0.0".into(),
        },
        endpoint: Endpoint {
            hosts: vec!["lighthouses.example".into()],
            simulated: false,
        },
        collector: Collector {
            caller_arn: "the harbour master".into(),
        },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn everything_verifies() {
        let mut told = Vec::new();
        tell(&mut told).unwrap();
        let told = String::from_utf8(told).unwrap();
        let lines: Vec<_> = told.lines().skip(1).collect();
        assert_eq!(
            lines,
            [
                "the package: verified, 2 findings assessed again",
                "the same in an archive: verified, 2 findings assessed again",
                "what concerns Skerryvore alone: verified, 1 findings assessed again",
            ]
        );
    }
}
