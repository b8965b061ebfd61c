//! A package made in memory, from records to signature.

use jiff::Timestamp;
use trailaudit_aws::AwsRecords;
use trailaudit_core::evidence::manifest::Tool;
use trailaudit_core::evidence::package::{self, SignatureName};
use trailaudit_core::evidence::{Digest, Draft, InMemory, Manifest, Meaning, Person, Signer, Statement, signer};

use crate::Result;

/// Judges collected records by the whole catalogue and makes a package of them, which nobody has signed yet.
///
/// # Errors
/// When the records are not those of a collection.
pub fn seal(mut records: InMemory) -> Result<InMemory> {
    let tool = Tool {
        name: "examples".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    };
    let draft = Draft {
        required_signatures: vec!["preparer".parse()?],
        ..Draft::new(tool)
    };
    draft.seal(&mut records, &AwsRecords)?;
    Ok(records)
}

/// Signs a sealed package as its preparer and lays a copy of the public key beside it.
///
/// # Errors
/// When the package has no manifest, or the signer fails.
pub fn sign(files: &mut InMemory, key: &dyn Signer, signer: Person) -> Result {
    let manifest = files.bytes(package::MANIFEST).unwrap_or_default();
    let name = SignatureName {
        number: 1,
        role: "preparer".parse()?,
    };
    let statement = Statement {
        manifest: Digest::of(manifest),
        package_id: Manifest::parse(manifest)?.package_id,
        role: name.role.clone(),
        meaning: Meaning::Authorship,
        signer,
        declared_time: Timestamp::now(),
        algorithm: key.public_key().algorithm(),
        countersigns: Vec::new(),
        key_arn: None,
    };
    files.insert(name.path(), signer::sign(&statement, key)?);
    let public = key.public_key();
    files.insert(package::key_path(&public.fingerprint()), public.to_pem());
    Ok(())
}
