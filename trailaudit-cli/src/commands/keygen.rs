//! `trailaudit keygen`: a P-256 key to sign with.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use trailaudit_core::evidence::{PemSigner, Signer};

use crate::arguments::Keygen;
use crate::elsewhere::elsewhere;
use crate::error::{CommandError, Result};
use crate::exit::Exit;
use crate::summary::print;

/// Runs the command.
pub(crate) fn run(keygen: &Keygen) -> Result<Exit> {
    elsewhere("out", &keygen.out)?;
    let key = generate()?;
    let public = public_path(&keygen.out);
    let private = key.to_pkcs8_pem().map_err(CommandError::failed)?;
    create(&keygen.out, private.as_bytes(), 0o600)?;
    if let Err(error) = create(&public, key.public_key().to_pem().as_bytes(), 0o644) {
        // One half of a pair is of no use to anybody.
        let _ = std::fs::remove_file(&keygen.out);
        return Err(error);
    }
    print(&format!(
        "private key  {} (keep it secret; sign with --sign file:{})\npublic key   {} (give it to whoever verifies)\nfingerprint  {}\n",
        keygen.out.display(),
        keygen.out.display(),
        public.display(),
        key.public_key().fingerprint()
    ))?;
    Ok(Exit::Done)
}

/// Draws a key.
pub(crate) fn generate() -> Result<PemSigner> {
    PemSigner::generate(&mut rand::rng()).map_err(CommandError::failed)
}

fn public_path(private: &Path) -> PathBuf {
    private.with_extension("pub.pem")
}

/// Writes a file that must not exist yet.
fn create(path: &Path, bytes: &[u8], mode: u32) -> Result<()> {
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
        .and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| CommandError::file(path, &error).hint("an existing key is never overwritten"))
}
