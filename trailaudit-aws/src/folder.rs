//! A package, or a directory of records, as files.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read};
use std::path::{Component, Path, PathBuf};

use rayon::prelude::*;
use tempfile::NamedTempFile;
use trailaudit_core::evidence::files::{Content, OwnContent, PairContent};
use trailaudit_core::evidence::{Entry, EntryKind, Files, Store};

use crate::claim::UNFINISHED;

/// What the name of a file begins with while it is being written.
pub(crate) const WRITING: &str = ".writing-";

/// Read and write access to a directory, without following links.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    /// Whether what belongs to a run's work is passed over.
    at_work: bool,
}

impl Folder {
    /// Opens a directory.
    ///
    /// # Errors
    /// When there is none, or it is something else.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        if fs::metadata(path)?.is_dir() {
            Ok(Self {
                root: path.to_owned(),
                at_work: false,
            })
        } else {
            Err(io::Error::new(io::ErrorKind::NotADirectory, "not a directory"))
        }
    }

    /// The directory.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A directory that a run works in; what belongs to the work alone is not seen.
    pub(crate) fn at_work(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            at_work: true,
        }
    }

    fn walk(&self, below: &Path, entries: &mut Vec<Entry>) -> io::Result<()> {
        let mut is_empty = true;
        for entry in fs::read_dir(self.root.join(below))? {
            let entry = entry?;
            is_empty = false;
            let path = below.join(entry.file_name());
            let kind = entry.file_type()?;
            if self.at_work && path == Path::new(UNFINISHED) {
                continue;
            }
            if kind.is_dir() {
                self.walk(&path, entries)?;
                continue;
            }
            let size = entry.metadata()?.len();
            let kind = match kind {
                kind if kind.is_symlink() => EntryKind::Symlink,
                kind if kind.is_file() => EntryKind::Regular,
                _ => EntryKind::Other,
            };
            entries.push(Entry {
                path: name_of(&path),
                size,
                kind,
            });
        }
        if is_empty && below != Path::new("") {
            entries.push(Entry {
                path: name_of(below),
                size: 0,
                kind: EntryKind::Other,
            });
        }
        Ok(())
    }
}

impl Folder {
    /// Where a file lies that is reached from the root through directories alone: a link on the way could lead anywhere.
    fn followed(&self, path: &str) -> io::Result<PathBuf> {
        let refused = |why: &str| io::Error::new(io::ErrorKind::InvalidInput, why);
        let mut place = self.root.clone();
        let mut is_file = false;
        for segment in Path::new(path).components() {
            let Component::Normal(name) = segment else {
                return Err(refused("not a path inside the directory"));
            };
            place.push(name);
            let kind = fs::symlink_metadata(&place)?.file_type();
            if kind.is_symlink() {
                let name = name.to_string_lossy();
                return Err(refused(&format!("{name} is a symbolic link, which is not followed")));
            }
            is_file = kind.is_file();
        }
        if is_file {
            Ok(place)
        } else {
            Err(refused("not a regular file"))
        }
    }
}

impl Files for Folder {
    fn paths(&self) -> io::Result<Vec<Entry>> {
        let mut entries = Vec::new();
        self.walk(Path::new(""), &mut entries)?;
        Ok(entries)
    }

    fn open(&self, path: &str) -> io::Result<Box<dyn Read + '_>> {
        let path = self.followed(path)?;
        // Small, as most files are: an allocator tidies up whenever something large is given back.
        Ok(Box::new(BufReader::with_capacity(1 << 14, File::open(path)?)))
    }
}

impl Store for Folder {
    fn write(&mut self, path: &str, content: Content<'_>) -> io::Result<()> {
        write_whole(&self.root.join(path), content)
    }

    fn write_pair(&mut self, paths: [&str; 2], content: PairContent<'_>) -> io::Result<()> {
        let paths = paths.map(|path| self.root.join(path));
        let (mut one, mut other) = (Unfinished::beside(&paths[0])?, Unfinished::beside(&paths[1])?);
        content([&mut one.0, &mut other.0], &mut |path, bytes| {
            write_whole(&self.root.join(path), &mut |out| out.write_all(bytes))
        })?;
        for (unfinished, path) in [one, other].into_iter().zip(&paths) {
            unfinished.finish()?.persist(path).map_err(|error| error.error)?;
        }
        Ok(())
    }

    fn write_each(&mut self, files: Vec<(&str, OwnContent<'_>)>) -> io::Result<()> {
        files
            .into_par_iter()
            .try_for_each(|(path, mut content)| write_whole(&self.root.join(path), &mut *content))
    }
}

/// Writes one file so that it is there whole or not at all, readable for everybody, in place of one that may be there.
///
/// # Errors
/// What `content` says, or when the file or its directory cannot be written.
pub fn write_whole(path: &Path, content: Content<'_>) -> io::Result<()> {
    written_beside(path, content)?
        .persist(path)
        .map_err(|error| error.error)?;
    Ok(())
}

/// The same for a file that must not exist yet.
///
/// # Errors
/// As [`write_whole`], and when there is such a file.
pub fn write_new(path: &Path, content: Content<'_>) -> io::Result<()> {
    written_beside(path, content)?
        .persist_noclobber(path)
        .map_err(|error| error.error)?;
    Ok(())
}

fn written_beside(path: &Path, content: Content<'_>) -> io::Result<NamedTempFile> {
    let mut unfinished = Unfinished::beside(path)?;
    content(&mut unfinished.0)?;
    unfinished.finish()
}

/// A file that is being written, under another name than it will have.
struct Unfinished(BufWriter<NamedTempFile>);

impl Unfinished {
    fn beside(path: &Path) -> io::Result<Self> {
        let parent = path.parent().filter(|parent| *parent != Path::new(""));
        let parent = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(parent)?;
        let temporary = tempfile::Builder::new().prefix(WRITING).tempfile_in(parent)?;
        Ok(Self(BufWriter::with_capacity(1 << 16, temporary)))
    }

    /// On the disk, and readable for everybody.
    fn finish(self) -> io::Result<NamedTempFile> {
        let temporary = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        temporary.as_file().sync_all()?;
        let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o644);
        temporary.as_file().set_permissions(permissions)?;
        Ok(temporary)
    }
}

/// The path with `/` between segments; bytes that are no text become U+FFFD, which no package path may have.
fn name_of(path: &Path) -> String {
    let segments: Vec<_> = path.iter().map(|segment| segment.to_string_lossy()).collect();
    segments.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever the listing says: some files are opened by the name they must have.
    #[test]
    fn no_link_is_followed_wherever_it_stands_on_the_way() {
        use std::os::unix::fs::symlink;

        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        fs::create_dir_all(at("elsewhere/b")).unwrap();
        fs::create_dir_all(at("package/a/b")).unwrap();
        for file in ["elsewhere/file", "elsewhere/b/file", "package/a/b/file"] {
            fs::write(at(file), file).unwrap();
        }
        symlink(at("elsewhere"), at("package/folder")).unwrap();
        symlink("a", at("package/inside")).unwrap();
        symlink("../../elsewhere/b", at("package/a/below")).unwrap();
        symlink("b/file", at("package/a/file")).unwrap();
        // The root may be one: whoever names it chose it.
        symlink("package", at("root")).unwrap();
        for root in ["package", "root"] {
            let folder = Folder::open(at(root)).unwrap();
            let mut text = String::new();
            folder.open("a/b/file").unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text, "package/a/b/file");
            for path in [
                "folder/file",
                "folder/b/file",
                "inside/b/file",
                "a/below/file",
                "a/file",
            ] {
                let refused = folder.open(path).err().unwrap();
                assert!(refused.to_string().contains("symbolic link"), "{path}: {refused}");
            }
            let outside = at("elsewhere/file");
            for path in ["a", "a/..", "../elsewhere/file", outside.to_str().unwrap(), ""] {
                assert!(folder.open(path).is_err(), "{path:?}");
            }
            assert_eq!(folder.open("a/c").err().unwrap().kind(), io::ErrorKind::NotFound);
        }
    }

    #[test]
    fn a_pair_is_there_whole_or_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(directory.path()).unwrap();
        let mut write = |end: fn() -> io::Result<()>| {
            folder.write_pair(["a/one", "other"], &mut |[one, other], meanwhile| {
                one.write_all(b"1")?;
                meanwhile("whole", b"3")?;
                other.write_all(b"2")?;
                end()
            })
        };
        assert!(write(|| Err(io::Error::other("no more"))).is_err());
        let there = || {
            let paths = Folder::open(directory.path()).unwrap().paths().unwrap().into_iter();
            let mut there: Vec<_> = paths
                .filter(|entry| entry.kind == EntryKind::Regular)
                .map(|e| e.path)
                .collect();
            there.sort();
            there
        };
        assert_eq!(there(), ["whole"]);
        write(|| Ok(())).unwrap();
        assert_eq!(there(), ["a/one", "other", "whole"]);
        // The folder `a` is in the way of a file of that name, whatever else is written.
        let mut folder = Folder::open(directory.path()).unwrap();
        let refused = folder.write_pair(["one", "two"], &mut |_, meanwhile| meanwhile("a", b""));
        assert!(refused.is_err() && there() == ["a/one", "other", "whole"]);
        assert_eq!(fs::read(directory.path().join("other")).unwrap(), b"2");
    }
}
