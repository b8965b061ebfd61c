//! The Merkle tree of RFC 6962 section 2.1: one root for many leaves, and short proofs that a leaf is among them.
//!
//! Leaves and nodes are hashed in separate domains (0x00 and 0x01), so that no node can be shown as a leaf.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::Digest;
use crate::organization::AccountId;

/// `proof.json` of an extract: that one account is among those under the accounts root. Frozen as version 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// The version of this form.
    pub format: ProofFormat,
    /// The account.
    pub account: AccountId,
    /// The place of its leaf, from 0.
    pub index: u64,
    /// How many leaves there are.
    pub size: u64,
    /// The hashes that lead from the leaf up to the root, lowest first.
    pub path: Vec<Digest>,
}

/// The version of the proof's form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProofFormat {
    /// Version 1.
    #[serde(rename = "trailaudit.proof/v1")]
    V1,
}

/// The hash of one leaf: SHA-256(0x00 || data).
#[must_use]
pub fn leaf_hash(data: &[u8]) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([0]);
    hasher.update(data);
    Digest::from(<[u8; 32]>::from(hasher.finalize()))
}

/// The root over leaf hashes in their order; of no leaves it is the SHA-256 of nothing.
#[must_use]
pub fn root(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(b""),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// The hashes that lead from the leaf at `index` up to the root, lowest first; `None` when there is no such leaf.
#[must_use]
pub fn inclusion_proof(leaves: &[Digest], index: usize) -> Option<Vec<Digest>> {
    if index >= leaves.len() {
        return None;
    }
    let mut proof = Vec::new();
    climb(leaves, index, &mut proof);
    Some(proof)
}

/// Whether `proof` shows that `leaf` stands at `index` among the `size` leaves under `root` (RFC 9162 section 2.1.3.2).
#[must_use]
pub fn verify_inclusion(root: &Digest, size: u64, index: u64, leaf: &Digest, proof: &[Digest]) -> bool {
    if index >= size {
        return false;
    }
    let (mut position, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return false;
        }
        if position & 1 == 1 || position == last {
            hash = node_hash(sibling, &hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        position >>= 1;
        last >>= 1;
    }
    last == 0 && hash == *root
}

fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut hasher = Sha256::new();
    hasher.update([1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    Digest::from(<[u8; 32]>::from(hasher.finalize()))
}

fn climb(leaves: &[Digest], index: usize, proof: &mut Vec<Digest>) {
    if leaves.len() < 2 {
        return;
    }
    let (left, right) = leaves.split_at(split(leaves.len()));
    if index < left.len() {
        climb(left, index, proof);
        proof.push(root(right));
    } else {
        climb(right, index - left.len(), proof);
        proof.push(root(left));
    }
}

/// The largest power of two below `size`, which is at least two.
fn split(size: usize) -> usize {
    1 << (size - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The leaves of the reference implementation's tests (certificate-transparency, `merkle_tree_test.cc`).
    const LEAVES: [&[u8]; 8] = [
        b"",
        b"\x00",
        b"\x10",
        b"\x20\x21",
        b"\x30\x31",
        b"\x40\x41\x42\x43",
        b"\x50\x51\x52\x53\x54\x55\x56\x57",
        b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
    ];

    /// Its roots over the first one, two, ... eight of them.
    const ROOTS: [&str; 8] = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    /// Its inclusion proofs: (index from 0, size, path).
    const PROOFS: [(usize, usize, &[&str]); 5] = [
        (0, 1, &[]),
        (
            0,
            8,
            &[
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            5,
            8,
            &[
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            3,
            &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
        ),
        (
            1,
            5,
            &[
                "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ];

    #[test]
    fn roots_are_those_of_the_reference() {
        let leaves = LEAVES.map(leaf_hash);
        assert_eq!(
            root(&[]).to_string(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        for (i, expected) in ROOTS.iter().enumerate() {
            assert_eq!(root(&leaves[..=i]).to_string(), *expected, "{} leaves", i + 1);
        }
    }

    #[test]
    fn proofs_are_those_of_the_reference() {
        let leaves = LEAVES.map(leaf_hash);
        for (index, size, path) in PROOFS {
            let proof = inclusion_proof(&leaves[..size], index).unwrap();
            let proof: Vec<_> = proof.iter().map(ToString::to_string).collect();
            assert_eq!(proof, path, "leaf {index} of {size}");
        }
        assert_eq!(inclusion_proof(&leaves, 8), None);
    }

    #[test]
    fn proofs_of_the_reference_are_accepted_as_they_are_alone() {
        for (index, size, path) in PROOFS {
            let path: Vec<Digest> = path.iter().map(|hash| hash.parse().unwrap()).collect();
            let top: Digest = ROOTS[size - 1].parse().unwrap();
            let leaf = leaf_hash(LEAVES[index]);
            let holds = |top: &Digest, size: usize, index: usize, leaf: &Digest, path: &[Digest]| {
                verify_inclusion(top, size as u64, index as u64, leaf, path)
            };
            let what = format!("leaf {index} of {size}");
            assert!(holds(&top, size, index, &leaf, &path), "{what}");

            for other in (0..2 * size).filter(|other| *other != index) {
                assert!(!holds(&top, size, other, &leaf, &path), "{what} at {other}");
            }
            // Trees of other sizes may have a path of the same shape; twice and half the size never have.
            for other in [0, size / 2, 2 * size] {
                assert!(!holds(&top, other, index, &leaf, &path), "{what}, of {other}");
            }
            for other in ROOTS.iter().filter(|root| **root != ROOTS[size - 1]) {
                let other = other.parse().unwrap();
                assert!(!holds(&other, size, index, &leaf, &path), "{what} under {other}");
            }
            for other in LEAVES.iter().filter(|other| **other != LEAVES[index]) {
                assert!(
                    !holds(&top, size, index, &leaf_hash(other), &path),
                    "{what} as {other:?}"
                );
            }

            let mut others: Vec<Vec<Digest>> = Vec::new();
            for i in 0..path.len() {
                others.push([&path[..i], &path[i + 1..]].concat());
                others.push([&path[..=i], &path[i..]].concat());
            }
            for more in [top, leaf, Digest::of(b"")] {
                others.push([&path[..], &[more]].concat());
                others.push([&[more], &path[..]].concat());
            }
            let reversed: Vec<_> = path.iter().rev().copied().collect();
            others.extend((path.len() > 1).then_some(reversed));
            for other in others {
                assert!(!holds(&top, size, index, &leaf, &other), "{what} by {other:?}");
            }
        }
    }

    proptest! {
        #[test]
        fn every_leaf_is_proven_and_nothing_else(size in 1_usize..70, pick in any::<prop::sample::Index>(), other in any::<prop::sample::Index>()) {
            let leaves: Vec<_> = (0..size).map(|i| leaf_hash(&i.to_be_bytes())).collect();
            let top = root(&leaves);
            let (index, elsewhere) = (pick.index(size), other.index(size));
            let proof = inclusion_proof(&leaves, index).unwrap();
            let holds = |size: usize, index: usize, leaf: &Digest, proof: &[Digest]| {
                verify_inclusion(&top, size as u64, index as u64, leaf, proof)
            };
            prop_assert!(holds(size, index, &leaves[index], &proof));
            prop_assert_eq!(holds(size, elsewhere, &leaves[index], &proof), elsewhere == index);
            prop_assert_eq!(holds(size, index, &leaves[elsewhere], &proof), elsewhere == index);
            prop_assert!(!holds(size, size, &leaves[index], &proof));
            prop_assert!(!holds(size, index, &leaf_hash(b"another"), &proof));
            let mut longer = proof.clone();
            longer.push(top);
            prop_assert!(!holds(size, index, &leaves[index], &longer));
            if let Some((_, shorter)) = proof.split_last() {
                prop_assert!(!holds(size, index, &leaves[index], shorter));
            }
        }
    }
}
