//! A table read in groups: what belongs together, and nothing more, is held.

use std::io::{BufReader, Read};

use super::{DiffError, Which};
use crate::evidence::Files;
use crate::tables::reading::Reading;

/// A table whose rows come in the order of their keys.
pub(super) struct Table<'f, K, T> {
    reading: Reading<BufReader<Box<dyn Read + 'f>>>,
    parse: Parse<'f, K, T>,
    next: Option<(K, T)>,
    package: Which,
    path: &'static str,
}

/// Makes a row of a line, or passes over it; or says what is wrong with it.
type Parse<'f, K, T> = Box<dyn Fn(&[u8]) -> Result<Option<(K, T)>, String> + 'f>;

impl<'f, K: Ord + Clone, T> Table<'f, K, T> {
    /// Opens a table of `format` whose rows are called `list`.
    pub(super) fn open(
        files: &'f dyn Files,
        package: Which,
        path: &'static str,
        (format, list): (&'static str, &str),
        parse: impl Fn(&[u8]) -> Result<Option<(K, T)>, String> + 'f,
    ) -> Result<Self, DiffError> {
        let opened = files
            .open(path)
            .map_err(|source| DiffError::File { package, path, source })?;
        let mut table = Self {
            reading: Reading::new(opened, format, list).map_err(|source| DiffError::Table { package, path, source })?,
            parse: Box::new(parse),
            next: None,
            package,
            path,
        };
        table.advance()?;
        Ok(table)
    }

    /// The key of the rows that come next.
    pub(super) fn key(&self) -> Option<&K> {
        self.next.as_ref().map(|(key, _)| key)
    }

    /// The next rows, when they have this key.
    pub(super) fn take(&mut self, key: &K) -> Result<Vec<T>, DiffError> {
        let mut rows = Vec::new();
        while let Some((_, row)) = self.next.take_if(|(next, _)| next == key) {
            rows.push(row);
            self.advance()?;
            if self.key().is_some_and(|next| next < key) {
                return Err(self.wrong("its rows are not in order".into()));
            }
        }
        Ok(rows)
    }

    fn advance(&mut self) -> Result<(), DiffError> {
        let (package, path) = (self.package, self.path);
        while let Some(line) = self
            .reading
            .next_entry()
            .map_err(|source| DiffError::Table { package, path, source })?
        {
            self.next = (self.parse)(&line).map_err(|message| self.wrong(message))?;
            if self.next.is_some() {
                return Ok(());
            }
        }
        Ok(())
    }

    fn wrong(&self, message: String) -> DiffError {
        DiffError::Content {
            package: self.package,
            path: self.path,
            message,
        }
    }
}

/// The lower of the keys that come next in two tables, if there is any left.
pub(super) fn lowest<K: Ord + Clone, T>(old: &Table<'_, K, T>, new: &Table<'_, K, T>) -> Option<K> {
    match (old.key(), new.key()) {
        (Some(old), Some(new)) => Some(old.min(new).clone()),
        (one, other) => one.or(other).cloned(),
    }
}
