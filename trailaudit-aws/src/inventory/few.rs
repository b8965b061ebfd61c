//! A map of which there are tens of thousands, each with a few entries.

use std::collections::BTreeMap;
use std::sync::Arc;

/// How many entries are kept in a list: more, and looking for one among them would take too long.
const MOST: usize = 64;

/// A map in no more room than its entries take, as long as they are few; a tree when they are many.
#[derive(Debug)]
pub(super) enum Few<K, V> {
    /// By key.
    List(Vec<(K, V)>),
    /// By key; the keys are a list that other maps have as well.
    Alike(Arc<[K]>, Box<[V]>),
    Tree(BTreeMap<K, V>),
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl<K: Ord + Clone, V> Few<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        match self {
            Self::List(list) => place(list, key).ok().map(|place| &list[place].1),
            Self::Alike(keys, values) => keys.binary_search(key).ok().map(|place| &values[place]),
            Self::Tree(tree) => tree.get(key),
        }
    }

    /// The value of a key, which is there from now on.
    pub(super) fn get_or_insert_with(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        if self.get(&key).is_none() {
            self.part();
            if let Self::List(list) = self
                && list.len() == MOST
            {
                *self = Self::Tree(std::mem::take(list).into_iter().collect());
            }
        }
        match self {
            Self::Tree(tree) => tree.entry(key).or_insert_with(new),
            // A key that was not there has parted the map.
            Self::Alike(keys, values) => &mut values[keys.binary_search(&key).unwrap_or_else(|place| place)],
            Self::List(list) => {
                let place = place(list, &key).unwrap_or_else(|place| {
                    if list.len() == list.capacity() {
                        list.reserve_exact(1 + list.len() / 4);
                    }
                    list.insert(place, (key, new()));
                    place
                });
                &mut list[place].1
            }
        }
    }

    /// Takes an entry out.
    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        self.part();
        match self {
            Self::List(list) => place(list, key).ok().map(|place| list.remove(place).1),
            Self::Alike(..) => None,
            Self::Tree(tree) => tree.remove(key),
        }
    }

    /// Gives up its own keys for those that `shared` keeps once for all maps with the same.
    pub(super) fn share(&mut self, shared: impl FnOnce(&[K]) -> Arc<[K]>) {
        if let Self::List(list) = self {
            let (keys, values): (Vec<_>, Vec<_>) = std::mem::take(list).into_iter().unzip();
            *self = Self::Alike(shared(&keys), values.into());
        }
    }

    /// Has keys of its own again.
    fn part(&mut self) {
        if let Self::Alike(keys, values) = self {
            let values = std::mem::take(values).into_iter();
            *self = Self::List(keys.iter().cloned().zip(values).collect());
        }
    }

    /// The values, by key.
    pub(super) fn values_mut(&mut self) -> Box<dyn Iterator<Item = &mut V> + '_> {
        match self {
            Self::List(list) => Box::new(list.iter_mut().map(|(_, value)| value)),
            Self::Alike(_, values) => Box::new(values.iter_mut()),
            Self::Tree(tree) => Box::new(tree.values_mut()),
        }
    }

    /// The entries, by key.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = (&K, &V)> + '_> {
        match self {
            Self::List(list) => Box::new(list.iter().map(|(key, value)| (key, value))),
            Self::Alike(keys, values) => Box::new(keys.iter().zip(values)),
            Self::Tree(tree) => Box::new(tree.iter()),
        }
    }
}

fn place<K: Ord, V>(list: &[(K, V)], key: &K) -> Result<usize, usize> {
    list.binary_search_by(|(known, _)| known.cmp(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_are_found_alike() {
        for many in [3, MOST, MOST + 1, 3 * MOST] {
            for shared_at in [0, 2, many / 3, many] {
                let mut few = Few::default();
                let mut tree = BTreeMap::new();
                for i in 0..many {
                    if i == shared_at {
                        few.share(|keys| keys.into());
                    }
                    // In no order, and each twice.
                    let key = (i * 37) % many;
                    for _ in 0..2 {
                        *few.get_or_insert_with(key, || 0) += i;
                        *tree.entry(key).or_insert(0) += i;
                    }
                }
                for is_shared in [false, true] {
                    if is_shared {
                        few.share(|keys| keys.into());
                    }
                    assert!(few.iter().eq(tree.iter()), "{many}, shared at {shared_at}");
                    assert!(few.values_mut().eq(tree.values_mut()), "{many}, shared at {shared_at}");
                    assert!(
                        (0..=many).all(|key| few.get(&key) == tree.get(&key)),
                        "{many}, shared at {shared_at}"
                    );
                }
                assert_eq!(few.remove(&(many / 2)), tree.remove(&(many / 2)));
                assert_eq!(few.remove(&many), None);
                assert!(few.iter().eq(tree.iter()), "{many}, shared at {shared_at}");
            }
        }
    }
}
