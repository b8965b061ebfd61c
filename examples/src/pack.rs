//! A package made in memory, from records to signature.

use jiff::Timestamp;
use trailaudit_aws::AwsRecords;
use trailaudit_core::evidence::manifest::Tool;
use trailaudit_core::evidence::{
    Declaration, Draft, InMemory, Meaning, Options, Person, Signable, Signer, package, signer,
};

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
/// When the package does not hold, or the signer fails.
pub fn sign(files: &mut InMemory, key: &dyn Signer, signer: Person) -> Result {
    let signable = Signable::check(files, &Options::default().allow_simulated(true))?;
    let declaration = Declaration {
        role: "preparer".parse()?,
        meaning: Meaning::Authorship,
        signer,
        time: Timestamp::now(),
    };
    let name = signable.name(declaration.role.clone());
    let statement = signable.statement(declaration, key.public_key(), None)?;
    files.insert(name.path(), signer::sign(&statement, key)?);
    let public = key.public_key();
    files.insert(package::key_path(&public.fingerprint()), public.to_pem());
    Ok(())
}
