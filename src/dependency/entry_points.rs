//! Entry points: objects that packages offer to others by the name of a group.

use std::collections::BTreeMap;

use crate::types::ObjectReference;

/// Entry points by group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntryPointGroups(BTreeMap<String, Vec<ObjectReference>>);

impl EntryPointGroups {
    /// Adds the entry points in an `entry_points.txt`, in the format of the Python packaging specifications ("Entry
    /// points"). Lines that do not follow it are ignored.
    pub fn add(&mut self, text: &str) {
        let mut group = None;
        for line in text.lines().map(str::trim) {
            if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
                group = Some(name.trim());
            } else if let (Some(group), Some((_, object))) = (group, line.split_once('='))
                && !line.starts_with(['#', ';'])
            {
                let object = ObjectReference::parse(object);
                let objects = self.0.entry(group.to_owned()).or_default();
                objects.extend(object);
            }
        }
    }

    /// Returns the objects of a group.
    pub fn group(&self, name: &str) -> &[ObjectReference] {
        self.0.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn entry_points_are_read_by_group() {
        let mut groups = EntryPointGroups::default();
        groups.add("[console_scripts]\nrun = pkg.cli:main [extra]\n\n# [no]\n[pkg.plugins]\na=pkg.a\nb = pkg.b:B.load\n: =\n");
        let texts = |group| -> Vec<String> {
            let objects = groups.group(group).iter();
            objects.map(ToString::to_string).collect()
        };
        assert_eq!(texts("console_scripts"), ["pkg.cli:main"]);
        assert_eq!(texts("pkg.plugins"), ["pkg.a", "pkg.b:B.load"]);
        assert!(groups.group("no").is_empty());
    }
}
