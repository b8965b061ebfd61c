//! The names of things in reports: the same package gives the same names, on any machine, at any time.

use trailaudit_core::evidence::Manifest;
use trailaudit_core::tables::findings::v1::Entry;
use uuid::Uuid;

/// Names things by what they are (RFC 9562, version 5).
#[derive(Debug)]
pub(crate) struct Ids {
    package: Uuid,
    organization: Uuid,
}

impl Ids {
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let ours = Uuid::new_v5(&Uuid::NAMESPACE_URL, b"urn:trailaudit:report:v1");
        let named = |text: &str| Uuid::new_v5(&ours, text.as_bytes());
        Self {
            package: named(&format!("package {}", manifest.package_id)),
            organization: named(&format!("organization {}", manifest.organization.id)),
        }
    }

    /// Names a finding by its rule and subject: from quarter to quarter it is the same, so that whoever follows findings
    /// sees one that was resolved, and not a new one.
    pub(crate) fn lasting(&self, entry: &Entry<'_>) -> Uuid {
        let parts = [
            &*entry.rule,
            &*entry.account_id,
            &*entry.region,
            &*entry.resource_type,
            &*entry.resource_id,
            &*entry.inherited_from,
        ];
        named(&self.organization, &parts)
    }

    /// Names a thing in this package alone.
    pub(crate) fn here(&self, parts: &[&str]) -> Uuid {
        named(&self.package, parts)
    }
}

/// Each part with its length before it: no two lists of parts have the same bytes.
fn named(space: &Uuid, parts: &[&str]) -> Uuid {
    let mut name = Vec::new();
    for part in parts {
        name.extend((part.len() as u64).to_be_bytes());
        name.extend(part.as_bytes());
    }
    Uuid::new_v5(space, &name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_do_not_run_into_each_other() {
        let space = Uuid::NAMESPACE_URL;
        let names = [
            named(&space, &["a", "b"]),
            named(&space, &["ab"]),
            named(&space, &["a", "", "b"]),
            named(&space, &["a\0b"]),
        ];
        assert!((1..names.len()).all(|at| !names[..at].contains(&names[at])));
        assert_eq!(names[0], named(&space, &["a", "b"]));
        assert_eq!(names[0].get_version_num(), 5);
    }
}
