//! Finds the edits that would change the scope of a name or the kind of a function.
//!
//! Code that never runs still affects its block: a name that it binds is local, a name that it reads may be a cell of
//! an enclosing function, and a `yield` makes a generator. The symbols of each block are therefore compared with and
//! without the removed code.

use std::collections::BTreeSet;

use ruff_text_size::TextSize;

use super::edits::Edit;
use crate::scan::symbols::{Block, BlockId, BlockKind, NameRole, Resolution, Symbol, SymbolTable};

/// Returns the indices of the edits that change the meaning of a name in a remaining block, whether its function is a
/// generator, its annotations, or its static attributes.
pub(super) fn scope_changing_edits(table: &SymbolTable<'_>, edits: &[Edit]) -> BTreeSet<usize> {
    let removed = Removed::of(edits);
    if table.blocks().all(|(_, block)| removed.is_untouched(block)) {
        return BTreeSet::new();
    }
    let before = Resolution::of(table, |_| true);
    let after = Resolution::of(table, |occurrence| removed.edit_at(occurrence.at).is_none());
    let mut changing = BTreeSet::new();
    for (id, block) in table.blocks() {
        if removed.edit_at(block.range.start()).is_some() && id != BlockId::MODULE {
            continue;
        }
        for name in before.names(id) {
            let symbols = [before.symbol(id, name), after.symbol(id, name)];
            let same_passed = before.passed(id, name) == after.passed(id, name);
            if !(same_passed && is_same(block.kind, symbols)) {
                changing.extend(edits_of_name(table, &removed, id, name));
            }
        }
        changing.extend(other_changes(block, &removed));
    }
    changing
}

/// The removed ranges of a text, sorted.
struct Removed {
    /// The start, the end and the index of each edit.
    ranges: Vec<(usize, usize, usize)>,
}

impl Removed {
    fn of(edits: &[Edit]) -> Self {
        let ranges = edits.iter().enumerate();
        let mut ranges: Vec<_> = ranges
            .map(|(index, edit)| (edit.start, edit.end, index))
            .collect();
        ranges.sort_unstable();
        Self { ranges }
    }

    /// Returns the index of the edit that removes the text at `offset`.
    fn edit_at(&self, offset: TextSize) -> Option<usize> {
        let offset = offset.to_usize();
        let next = self.ranges.partition_point(|(start, ..)| *start <= offset);
        let (_, end, index) = *self.ranges.get(next.checked_sub(1)?)?;
        (offset < end).then_some(index)
    }

    fn is_untouched(&self, block: &Block<'_>) -> bool {
        block
            .occurrences
            .iter()
            .all(|occurrence| self.edit_at(occurrence.at).is_none())
    }
}

/// Returns whether a name in a block of the given kind has the same meaning before and after. A name that the block no
/// longer mentions may disappear if the compiled block does not record it: global names, and names of modules and
/// classes, are looked up when code runs.
fn is_same(kind: BlockKind, [before, after]: [Option<Symbol>; 2]) -> bool {
    match (kind, before, after) {
        (BlockKind::Module, ..)
        | (_, Some(Symbol::Global { declared: false }), None)
        | (BlockKind::Class, Some(Symbol::Local { cell: false }), None) => true,
        _ => before == after,
    }
}

/// Returns the indices of the edits that remove an occurrence of `name` in the block `id` or a block inside it.
fn edits_of_name<'t>(
    table: &'t SymbolTable<'_>,
    removed: &'t Removed,
    id: BlockId,
    name: &'t str,
) -> impl Iterator<Item = usize> + 't {
    let range = table.block(id).range;
    let is_inside =
        move |block: &Block<'_>| id == BlockId::MODULE || range.contains_range(block.range);
    let inside = table.blocks().filter(move |(_, block)| is_inside(block));
    let occurrences = inside.flat_map(|(_, block)| &block.occurrences);
    occurrences
        .filter(move |occurrence| occurrence.name == name)
        .filter_map(|occurrence| removed.edit_at(occurrence.at))
}

/// Returns the indices of the edits that change something other than the scope of a name.
fn other_changes(block: &Block<'_>, removed: &Removed) -> Vec<usize> {
    let remains = |role: fn(&NameRole<'_>) -> bool, name: &str| {
        block.occurrences.iter().any(|occurrence| {
            role(&occurrence.role)
                && occurrence.name == name
                && removed.edit_at(occurrence.at).is_none()
        })
    };
    let change = |occurrence: &crate::scan::symbols::NameOccurrence<'_>| {
        let edit = removed.edit_at(occurrence.at)?;
        let is_lost = match occurrence.role {
            NameRole::Yield => !remains(|role| matches!(role, NameRole::Yield), ""),
            NameRole::StaticAttribute => !remains(
                |role| matches!(role, NameRole::StaticAttribute),
                &occurrence.name,
            ),
            // A block without annotations has no `__annotations__`.
            NameRole::Annotate => true,
            NameRole::Read
            | NameRole::Bind(_)
            | NameRole::Global
            | NameRole::Nonlocal
            | NameRole::Inlined => false,
        };
        is_lost.then_some(edit)
    };
    block.occurrences.iter().filter_map(change).collect()
}
