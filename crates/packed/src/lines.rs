//! Lines of instructions, as encoder and decoder predict them.

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
    /// The modes, from that with the fewest bytes.
    pub(crate) const ALL: [Self; 3] = [Self::Definitions, Self::Lines, Self::Tables];
}

/// How the line of an instruction is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineMark {
    /// It is the line of the previous instruction.
    Same,
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

/// What the line of the next instruction is predicted from.
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
}

impl LineState {
    pub(crate) fn new(first_line: i32) -> Self {
        Self {
            line: first_line,
            max_line: first_line,
            nested_max_line: 0,
            last_first_line: first_line,
            is_after_store: false,
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

    #[test]
    fn the_statement_after_a_definition_is_relative_to_the_end_of_its_body() {
        let mut lines = LineState::new(1);
        lines.start_statement(10);
        lines.add_child(10, 20);
        assert_eq!(lines.base(), 10);
        lines.is_after_store = true;
        assert_eq!(lines.base(), 20);
        lines.start_statement(21);
        assert_eq!(lines.base(), 21);
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
}
