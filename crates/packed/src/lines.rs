//! Lines of instructions, as encoder and decoder predict them.

use std::ops::Range;

use crate::isa::{ArgumentKind, LineSource, Op};

/// What a module keeps of its line tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineMode {
    /// Every instruction has the first line of its code object.
    Definitions,
    /// Instructions have lines, but no columns.
    Lines,
    /// Line tables are stored unchanged.
    Tables,
}

impl LineMode {
    /// All modes. The earlier ones need fewer bytes.
    pub(crate) const ALL: [Self; 3] = [Self::Definitions, Self::Lines, Self::Tables];
}

/// How the line of an instruction is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineMark {
    /// It is the usual line of the instruction.
    Usual,
    /// The previous instruction ends a statement: the line change is in a stream of [`id::LINES`].
    ///
    /// [`id::LINES`]: crate::stream::id::LINES
    AfterStatement,
    /// A mark precedes the instruction: the line change is in a stream of [`id::INNER_LINES`].
    ///
    /// [`id::INNER_LINES`]: crate::stream::id::INNER_LINES
    Marked,
    /// A mark tells that the instruction has no line.
    NoLine,
}

/// An instruction, as far as its line follows from others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct InstructionLine {
    pub(crate) mark: LineMark,
    source: LineSource,
    /// The height of the stack before the instruction.
    height: usize,
    /// The height of the stack after it.
    height_after: usize,
}

impl InstructionLine {
    /// Describes an instruction that starts and ends with these heights of the stack.
    pub(crate) fn new(
        mark: LineMark,
        op: &Op,
        argument: u32,
        height: i64,
        height_after: i64,
    ) -> Self {
        let is_display = op.kind == ArgumentKind::Immediate && argument == 1;
        let source = match op.line_source {
            LineSource::Display if !is_display => LineSource::Previous,
            source => source,
        };
        Self {
            mark,
            source,
            height: usize::try_from(height).unwrap_or_default(),
            height_after: usize::try_from(height_after).unwrap_or_default(),
        }
    }

    /// Returns the slots of the stack that get the line of the instruction.
    pub(crate) fn slots(self) -> Range<usize> {
        let pushed = self.height + 1;
        let lowest = match self.source {
            LineSource::Operand => self.height_after.min(pushed),
            LineSource::Previous | LineSource::Display => pushed,
        };
        lowest..self.height_after + 1
    }
}

/// The state from which lines are predicted.
#[derive(Debug)]
pub(crate) struct LineState {
    /// The line of the latest instruction that has one.
    pub(crate) line: i32,
    /// The largest line so far, including those of nested code objects.
    pub(crate) max_line: i32,
    /// The largest line of the code objects that were loaded since the line last changed after a statement.
    nested_max_line: i32,
    /// The first line of the latest code object that was loaded, or else of this code object.
    last_first_line: i32,
    /// The previous instruction stores.
    pub(crate) is_after_store: bool,
    /// The lines of what is on the stack, by height.
    slots: Vec<i32>,
}

impl LineState {
    pub(crate) fn new(first_line: i32) -> Self {
        Self {
            line: first_line,
            max_line: first_line,
            nested_max_line: 0,
            last_first_line: first_line,
            is_after_store: false,
            slots: Vec::new(),
        }
    }

    /// Returns the usual line of an instruction.
    pub(crate) fn usual_line(&self, instruction: InstructionLine) -> i32 {
        match instruction.source {
            LineSource::Previous => self.line,
            LineSource::Operand | LineSource::Display => {
                let slot = self.slots.get(instruction.height_after);
                slot.copied().unwrap_or(self.line)
            }
        }
    }

    /// Moves on to an instruction on its usual line, and returns that line.
    pub(crate) fn take_usual_line(&mut self, instruction: InstructionLine) -> i32 {
        let line = self.usual_line(instruction);
        if instruction.source == LineSource::Operand {
            self.line = line;
        }
        line
    }

    /// Takes account of an instruction on `line`: what it pushes is from there.
    pub(crate) fn finish_instruction(&mut self, instruction: InstructionLine, line: Option<i32>) {
        self.max_line = self.max_line.max(self.line);
        let slots = instruction.slots();
        if !slots.is_empty() && self.slots.len() < slots.end {
            self.slots.resize(slots.end, self.line);
        }
        if let Some(slots) = self.slots.get_mut(slots) {
            slots.fill(line.unwrap_or(self.line));
        }
    }

    /// Returns the line that a line change after a statement is relative to. The statement after a definition, which
    /// ends with a store, comes after the body of the definition.
    pub(crate) fn base(&self) -> i32 {
        if self.is_after_store && self.nested_max_line > self.line {
            self.nested_max_line
        } else {
            self.line
        }
    }

    /// Sets the line of an instruction after a statement.
    pub(crate) fn start_statement(&mut self, line: i32) {
        self.line = line;
        self.nested_max_line = 0;
    }

    /// Returns the line that the first line of the next nested code object is relative to.
    pub(crate) fn child_base(&self, mode: LineMode) -> i32 {
        match mode {
            LineMode::Lines => self.line,
            LineMode::Definitions | LineMode::Tables => self.last_first_line,
        }
    }

    /// Takes account of a nested code object.
    pub(crate) fn add_child(&mut self, first_line: i32, max_line: i32) {
        self.last_first_line = first_line;
        self.max_line = self.max_line.max(max_line);
        self.nested_max_line = self.nested_max_line.max(max_line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Version, instruction_set, op};

    #[test]
    fn the_statement_after_a_definition_is_relative_to_the_end_of_its_body() {
        let mut lines = LineState::new(1);
        lines.start_statement(10);
        lines.add_child(10, 20);
        assert_eq!(lines.base(), 10);
        lines.is_after_store = true;
        assert_eq!(lines.base(), 20);
        // The next statement is relative to the one before, wherever that is.
        lines.start_statement(12);
        assert_eq!(lines.base(), 12);
        assert_eq!(lines.max_line, 20);
    }

    #[test]
    fn first_lines_are_relative_to_the_load_or_to_the_code_object_before() {
        let mut lines = LineState::new(3);
        lines.start_statement(30);
        assert_eq!(lines.child_base(LineMode::Lines), 30);
        assert_eq!(lines.child_base(LineMode::Definitions), 3);
        lines.add_child(31, 40);
        assert_eq!(lines.child_base(LineMode::Lines), 30);
        assert_eq!(lines.child_base(LineMode::Tables), 31);
    }

    fn line(source: LineSource, height: usize, height_after: usize) -> InstructionLine {
        InstructionLine {
            mark: LineMark::Usual,
            source,
            height,
            height_after,
        }
    }

    /// A state in which the stack has items from the lines 10, 20 and 30.
    fn three_items() -> LineState {
        let mut lines = LineState::new(1);
        for (height, number) in [(0, 10), (1, 20), (2, 30)] {
            lines.line = number;
            let push = line(LineSource::Previous, height, height + 1);
            lines.finish_instruction(push, Some(number));
        }
        lines
    }

    #[test]
    fn expressions_are_on_the_line_of_their_lowest_operand() {
        let mut lines = three_items();
        // Of two operands, one result remains.
        let binary = line(LineSource::Operand, 3, 2);
        assert_eq!(lines.usual_line(binary), 20);
        assert_eq!(lines.take_usual_line(binary), 20);
        assert_eq!(lines.line, 20);
        let pop = line(LineSource::Previous, 2, 1);
        assert_eq!(lines.usual_line(pop), 20);
        // A slot that was never set, and one that was skipped: the line is that when a higher slot was set.
        let empty = line(LineSource::Operand, 9, 9);
        assert_eq!(lines.usual_line(empty), 20);
        lines.finish_instruction(line(LineSource::Operand, 9, 9), Some(90));
        lines.line = 30;
        assert_eq!(lines.usual_line(line(LineSource::Operand, 9, 8)), 20);
        assert_eq!(lines.usual_line(empty), 90);
    }

    #[test]
    fn appending_is_to_a_display_if_the_argument_is_1() {
        let set = instruction_set(Version::Python314);
        let append = |argument| {
            let op = op(&set, "LIST_APPEND");
            InstructionLine::new(LineMark::Usual, op, argument, 3, 2).source
        };
        // In a comprehension, the iterator is in between.
        assert_eq!(append(2), LineSource::Previous);
        assert_eq!(append(1), LineSource::Display);
        let below = InstructionLine::new(LineMark::Usual, op(&set, "POP_TOP"), 0, -1, -2);
        assert_eq!((below.height, below.height_after), (0, 0));
    }

    #[test]
    fn displays_do_not_change_the_line() {
        let mut lines = three_items();
        let append = line(LineSource::Display, 3, 1);
        assert_eq!(lines.take_usual_line(append), 10);
        assert_eq!(lines.line, 30);
    }

    #[test]
    fn results_have_the_line_of_their_instruction() {
        let mut lines = three_items();
        let call = line(LineSource::Operand, 3, 2);
        lines.finish_instruction(call, Some(40));
        assert_eq!(lines.usual_line(call), 40);
        // An instruction without a line counts as one on the line so far.
        lines.line = 50;
        lines.finish_instruction(call, None);
        assert_eq!(lines.usual_line(call), 50);
        let pop = line(LineSource::Previous, 2, 1);
        lines.finish_instruction(pop, Some(60));
        assert_eq!(lines.usual_line(call), 50);
        assert_eq!(lines.max_line, 50);
    }

    #[test]
    fn slots_are_those_of_results() {
        let slots = |source, height, height_after| line(source, height, height_after).slots();
        assert_eq!(slots(LineSource::Previous, 2, 4), 3..5);
        assert!(slots(LineSource::Previous, 2, 2).is_empty());
        assert!(slots(LineSource::Display, 5, 1).is_empty());
        assert_eq!(slots(LineSource::Operand, 5, 1), 1..2);
        assert_eq!(slots(LineSource::Operand, 2, 4), 3..5);
    }
}
