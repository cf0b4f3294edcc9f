//! Finds out which edits would change the scope of a name.
//!
//! Code that never runs still decides how its block looks names up: a name that it binds is local, a name that it reads
//! may be in a cell of a function around it, a `yield` makes a generator. So what is taken out is compared with what was
//! there, block by block.

use std::collections::BTreeSet;

use ruff_text_size::TextSize;

use super::edits::Edit;
use crate::scan::symbols::{Block, BlockId, BlockKind, NameRole, Resolution, Symbol, SymbolTable};

/// The edits, by their places in `edits`, that change what a name stands for in a block that stays, or that its function
/// is a generator, or its annotations or static attributes.
pub(super) fn scope_changing_edits(table: &SymbolTable<'_>, edits: &[Edit]) -> BTreeSet<usize> {
    let removed = Removed::of(edits);
    if table.blocks().all(|(_, block)| removed.is_untouched(block)) {
        return BTreeSet::new();
    }
    let before = Resolution::of(table, |_| true);
    let after = Resolution::of(table, |at| removed.edit_at(at).is_none());
    let mut changing = BTreeSet::new();
    for (id, block) in table.blocks() {
        if removed.edit_at(block.range.start()).is_some() && id != BlockId::MODULE {
            continue;
        }
        for name in before.names(id) {
            let symbols = [before.symbol(id, name), after.symbol(id, name)];
            let passes_the_same = before.passed(id, name) == after.passed(id, name);
            if !(passes_the_same && is_same(block.kind, symbols)) {
                changing.extend(edits_with(table, &removed, id, name));
            }
        }
        changing.extend(other_changes(block, &removed));
    }
    changing
}

/// Parts of a text that are taken out, in order.
struct Removed {
    /// Start, end and place in the list of edits.
    parts: Vec<(usize, usize, usize)>,
}

impl Removed {
    fn of(edits: &[Edit]) -> Self {
        let parts = edits.iter().enumerate();
        let mut parts: Vec<_> = parts
            .map(|(place, edit)| (edit.start, edit.end, place))
            .collect();
        parts.sort_unstable();
        Self { parts }
    }

    /// The edit that takes out what stands there.
    fn edit_at(&self, at: TextSize) -> Option<usize> {
        let at = at.to_usize();
        let next = self.parts.partition_point(|(start, ..)| *start <= at);
        let (_, end, place) = *self.parts.get(next.checked_sub(1)?)?;
        (at < end).then_some(place)
    }

    fn is_untouched(&self, block: &Block<'_>) -> bool {
        block
            .mentions
            .iter()
            .all(|mention| self.edit_at(mention.at).is_none())
    }
}

/// Whether a name stands for the same in a block of that kind. A name that the block no longer mentions may go where
/// nothing is kept of it: names of modules and classes are looked up when code runs, and so are those that are global.
fn is_same(kind: BlockKind, [before, after]: [Option<Symbol>; 2]) -> bool {
    match (kind, before, after) {
        (BlockKind::Module, ..)
        | (_, Some(Symbol::Global { declared: false }), None)
        | (BlockKind::Class, Some(Symbol::Local { cell: false }), None) => true,
        _ => before == after,
    }
}

/// The edits that take out a mention of `name` in that block, or in one inside of it.
fn edits_with<'t>(
    table: &'t SymbolTable<'_>,
    removed: &'t Removed,
    id: BlockId,
    name: &'t str,
) -> impl Iterator<Item = usize> + 't {
    let range = table.block(id).range;
    let is_inside =
        move |block: &Block<'_>| id == BlockId::MODULE || range.contains_range(block.range);
    let inside = table.blocks().filter(move |(_, block)| is_inside(block));
    let mentions = inside.flat_map(|(_, block)| &block.mentions);
    mentions
        .filter(move |mention| mention.name == name)
        .filter_map(|mention| removed.edit_at(mention.at))
}

/// The edits that change something else than names.
fn other_changes(block: &Block<'_>, removed: &Removed) -> Vec<usize> {
    let stays = |role: fn(&NameRole<'_>) -> bool, name: &str| {
        block.mentions.iter().any(|mention| {
            role(&mention.role) && mention.name == name && removed.edit_at(mention.at).is_none()
        })
    };
    let change = |mention: &crate::scan::symbols::NameOccurrence<'_>| {
        let edit = removed.edit_at(mention.at)?;
        let is_lost = match mention.role {
            NameRole::Yield => !stays(|role| matches!(role, NameRole::Yield), ""),
            NameRole::StaticAttribute => !stays(
                |role| matches!(role, NameRole::StaticAttribute),
                &mention.name,
            ),
            // Where the last annotation goes, `__annotations__` goes with it.
            NameRole::Annotate => true,
            NameRole::Read
            | NameRole::Bind(_)
            | NameRole::Global
            | NameRole::Nonlocal
            | NameRole::Inlined => false,
        };
        is_lost.then_some(edit)
    };
    block.mentions.iter().filter_map(change).collect()
}
