//! A set that keeps the order of insertion.

use std::collections::HashSet;
use std::hash::Hash;

/// Items without duplicates, in the order in which they were first added.
#[derive(Debug)]
pub(crate) struct OrderedSet<T> {
    items: Vec<T>,
    members: HashSet<T>,
}

impl<T> Default for OrderedSet<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            members: HashSet::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> OrderedSet<T> {
    pub(crate) fn insert(&mut self, item: &T) {
        if !self.contains(item) {
            self.members.insert(item.clone());
            self.items.push(item.clone());
        }
    }

    pub(crate) fn contains(&self, item: &T) -> bool {
        self.members.contains(item)
    }

    pub(crate) fn items(&self) -> &[T] {
        &self.items
    }

    pub(crate) fn into_items(self) -> Vec<T> {
        self.items
    }
}
