//! A map of which there are tens of thousands, each with a few entries.

use std::collections::BTreeMap;

/// How many entries are kept in a list: more, and looking for one among them would take too long.
const MOST: usize = 64;

/// A map in no more room than its entries take, as long as they are few; a tree when they are many.
#[derive(Clone, Debug)]
pub(super) enum Few<K, V> {
    /// By key.
    List(Vec<(K, V)>),
    Tree(BTreeMap<K, V>),
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl<K: Ord, V> Few<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        match self {
            Self::List(list) => place(list, key).ok().map(|place| &list[place].1),
            Self::Tree(tree) => tree.get(key),
        }
    }

    /// The value of a key, which is there from now on.
    pub(super) fn get_or_insert_with(&mut self, key: K, new: impl FnOnce() -> V) -> &mut V {
        if let Self::List(list) = self
            && list.len() == MOST
            && place(list, &key).is_err()
        {
            *self = Self::Tree(std::mem::take(list).into_iter().collect());
        }
        match self {
            Self::Tree(tree) => tree.entry(key).or_insert_with(new),
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
        match self {
            Self::List(list) => place(list, key).ok().map(|place| list.remove(place).1),
            Self::Tree(tree) => tree.remove(key),
        }
    }

    /// The values, by key.
    pub(super) fn values_mut(&mut self) -> Box<dyn Iterator<Item = &mut V> + '_> {
        match self {
            Self::List(list) => Box::new(list.iter_mut().map(|(_, value)| value)),
            Self::Tree(tree) => Box::new(tree.values_mut()),
        }
    }

    /// The entries, by key.
    pub(super) fn iter(&self) -> Box<dyn Iterator<Item = (&K, &V)> + '_> {
        match self {
            Self::List(list) => Box::new(list.iter().map(|(key, value)| (key, value))),
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
            let mut few = Few::default();
            let mut tree = BTreeMap::new();
            for i in 0..many {
                // In no order, and each twice.
                let key = (i * 37) % many;
                for _ in 0..2 {
                    *few.get_or_insert_with(key, || 0) += i;
                    *tree.entry(key).or_insert(0) += i;
                }
            }
            assert_eq!(few.remove(&(many / 2)), tree.remove(&(many / 2)));
            assert_eq!(few.remove(&many), None);
            assert!(few.iter().eq(tree.iter()), "{many}");
            assert!((0..=many).all(|key| few.get(&key) == tree.get(&key)), "{many}");
        }
    }
}
