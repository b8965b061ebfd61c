//! A package made of records, from verdicts to signature, wherever they lie.

use jiff::Timestamp;
use trailaudit_aws::AwsRecords;
use trailaudit_core::evidence::manifest::Tool;
use trailaudit_core::evidence::{
    Declaration, Draft, Meaning, Options, Person, Signable, Signer, Store, package, signer,
};

use crate::Result;

/// Judges collected records by the whole catalogue and makes a package of them, where they lie. Nobody has signed it yet.
///
/// # Errors
/// When the records are not those of a collection, or a file cannot be written.
pub fn seal(records: &mut dyn Store) -> Result {
    let tool = Tool {
        name: "examples".into(),
        version: env!("CARGO_PKG_VERSION").into(),
    };
    let draft = Draft {
        required_signatures: vec!["preparer".parse()?],
        ..Draft::new(tool)
    };
    draft.seal(records, &AwsRecords)?;
    Ok(())
}

/// Signs a sealed package as its preparer and lays a copy of the public key beside it.
///
/// # Errors
/// When the package does not hold, the signer fails, or a file cannot be written.
pub fn sign(files: &mut dyn Store, key: &dyn Signer, signer: Person) -> Result {
    let signable = Signable::check(files, &Options::default().allow_simulated(true))?;
    let declaration = Declaration {
        role: "preparer".parse()?,
        meaning: Meaning::Authorship,
        signer,
        time: Timestamp::now(),
    };
    let name = signable.name(declaration.role.clone());
    let statement = signable.statement(declaration, key.public_key(), None)?;
    let signature = signer::sign(&statement, key)?;
    files.write(&name.path(), &mut |out| out.write_all(&signature))?;
    let public = key.public_key();
    let pem = public.to_pem();
    files.write(&package::key_path(&public.fingerprint()), &mut |out| {
        out.write_all(pem.as_bytes())
    })?;
    Ok(())
}
