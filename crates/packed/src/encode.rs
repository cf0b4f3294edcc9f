//! Writes modules into streams.

use std::collections::{HashMap, HashSet};

use pyc::Value;

use crate::consts::{tag, tag_of};
use crate::flow::{Flow, Waiting};
use crate::instructions::{Body, Instruction, Operand};
use crate::isa::{ArgumentKind, InstructionSet, LOOP, LineSource, Op, Role, STORE};
use crate::join::Joins;
use crate::lower::{LineMode, Lowered};
use crate::naming::{Enclosing, Loaded, predict_name};
use crate::order::Reordering;
use crate::recency::Recency;
use crate::signature::Signature;
use crate::stream::{Streams, id, zigzag};
use crate::symbols::{CALL_ARGUMENTS, Recorder, SAME_ARGUMENT, mark};
use crate::uses::{Const, STATIC_ATTRIBUTES, Uses};

/// Something that cannot be written after all.
#[derive(Debug)]
pub(crate) struct Unencodable;

/// How the line of an instruction is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LineMark {
    /// It is that of the instruction before.
    Same,
    /// A statement has ended: it is in a stream.
    AfterStatement,
    /// A mark says that it is in a stream.
    Marked,
    /// A mark says that there is none.
    NoLine,
}

/// What a code object left to write: how its lines are known, and the same of those in it.
struct Marks {
    lines: Vec<LinePlace>,
    children: Vec<Marks>,
}

/// Flags of a code object.
pub(crate) mod code_flag {
    pub(crate) const LOCALS: u32 = 1;
    pub(crate) const NAMES: u32 = 2;
    pub(crate) const CONSTS: u32 = 4;
    pub(crate) const KINDS: u32 = 8;
    /// The constant that is expected first is not there.
    pub(crate) const NO_FIRST: u32 = 16;
    /// The first constant is documentation.
    pub(crate) const DOCSTRING: u32 = 32;
}

/// Writes one module after the other.
pub(crate) struct Encoder<'a, 's> {
    set: &'s InstructionSet,
    pub(crate) streams: Streams<'a>,
    symbols: Recorder,
    signatures: HashMap<(u32, Signature), u32>,
}

/// The name of a module's code object.
pub(crate) const MODULE_NAME: &[u8] = b"<module>";

impl<'a, 's> Encoder<'a, 's> {
    pub(crate) fn new(set: &'s InstructionSet) -> Self {
        Self {
            set,
            streams: Streams::default(),
            symbols: Recorder::default(),
            signatures: HashMap::new(),
        }
    }

    pub(crate) fn module(
        &mut self,
        module: &Lowered<'a>,
        mode: LineMode,
    ) -> Result<(), Unencodable> {
        let marks = self.code(module, None, Some(MODULE_NAME), mode)?;
        self.lines(module, &marks, 1, mode);
        Ok(())
    }

    /// Writes the tables of the file, once all modules are written.
    pub(crate) fn finish(mut self) -> Streams<'a> {
        self.set.write(&self.symbols.used_ops(), &mut self.streams);
        self.symbols.write(&mut self.streams);
        self.streams
    }

    fn code(
        &mut self,
        lowered: &Lowered<'a>,
        parent: Option<&Enclosing>,
        predicted: Option<&[u8]>,
        mode: LineMode,
    ) -> Result<Marks, Unencodable> {
        let code = &*lowered.code;
        let expected_qualname = Enclosing::qualname(parent, code.name);
        let is_predicted = predicted == Some(code.name);
        let is_nested = expected_qualname == code.qualname;
        let known = u32::from(is_predicted) | u32::from(is_nested) << 1;
        self.signature(known, lowered.signature);
        if !is_predicted {
            self.streams.string(id::OTHER_NAMES, code.name);
        }
        if !is_nested {
            self.streams.string(id::OTHER_NAMES, code.qualname);
        }
        let arguments = lowered.signature.arguments().map_err(|_| Unencodable)?;
        let arguments = &code.locals[..arguments];
        for argument in arguments {
            self.streams.string(id::ARGUMENT_NAMES, argument);
        }
        let mut body = CodeWriter::new(self, lowered, mode);
        body.instructions()?;
        let CodeWriter {
            flow,
            uses,
            loaded,
            lines,
            first_line_const,
            ..
        } = body;
        let excess = i64::from(code.stack_size) - flow.max_depth;
        let excess = i32::try_from(excess).map_err(|_| Unencodable)?;
        self.streams.signed(id::STACK_SIZES, excess);
        self.tables(lowered, &uses, arguments, first_line_const)?;

        let enclosing = Enclosing::new(code.qualname, lowered.signature, parent.is_none());
        let mut children = Vec::new();
        let mut child_marks = Vec::new();
        for (place, instruction) in loaded.iter().enumerate() {
            if let Loaded::NewCode(number) = instruction.loaded {
                let child = lowered.children.get(number).ok_or(Unencodable)?;
                let predicted = predict_name(&loaded, place);
                children.push((child, predicted));
            }
        }
        for child in &lowered.children[lowered.loaded_children..] {
            children.push((child, None));
        }
        for (child, predicted) in children {
            child_marks.push(self.code(child, Some(&enclosing), predicted, mode)?);
        }
        Ok(Marks {
            lines,
            children: child_marks,
        })
    }

    fn signature(&mut self, known: u32, signature: Signature) {
        let next = u32::try_from(self.signatures.len() + 1).unwrap_or(u32::MAX);
        if let Some(number) = self.signatures.get(&(known, signature)) {
            let number = *number;
            self.streams.number(id::SIGNATURES, number);
            return;
        }
        self.signatures.insert((known, signature), next);
        self.streams.number(id::SIGNATURES, 0);
        let Signature {
            flags,
            arg_count,
            positional_only,
            keyword_only,
        } = signature;
        for number in [known, flags, arg_count, positional_only, keyword_only] {
            self.streams.number(id::NEW_SIGNATURES, number);
        }
    }

    /// Writes how the tables of a code object differ from those that its instructions tell.
    fn tables(
        &mut self,
        lowered: &Lowered<'a>,
        uses: &Uses<'a>,
        arguments: &[&'a [u8]],
        first_line_const: Option<usize>,
    ) -> Result<(), Unencodable> {
        let code = &*lowered.code;
        let expected = uses.expected_locals(arguments);
        let locals = Reordering::between(&expected.names, &code.locals).ok_or(Unencodable)?;
        let sizes = [code.locals.len(), expected.plain, expected.free];
        let is_cell = |place: usize| uses.is_cell(code.locals[place]);
        let kinds = lowered
            .signature
            .local_kinds(sizes, is_cell, self.set.argument_kinds);
        let names = Reordering::between(uses.names.items(), &code.names).ok_or(Unencodable)?;
        let actual = code.consts.iter().enumerate().map(|(place, value)| {
            if first_line_const == Some(place) {
                Const::FirstLine
            } else {
                lowered.child_numbers[place]
                    .map_or_else(|| Const::Value(value.clone()), Const::Code)
            }
        });
        let actual: Vec<Const<'a>> = actual.collect();
        let docstring = code.consts.first().and_then(|first| match first {
            Value::Str(string) => Some(*string),
            _ => None,
        });
        let (first_flag, consts) =
            self.consts_order(lowered.signature, uses, &actual, docstring)?;

        let mut flags = first_flag;
        for (differs, flag) in [
            (!locals.is_identity(), code_flag::LOCALS),
            (!names.is_identity(), code_flag::NAMES),
            (!consts.is_identity(), code_flag::CONSTS),
            (kinds != code.local_kinds, code_flag::KINDS),
        ] {
            if differs {
                flags |= flag;
            }
        }
        self.streams.number(id::CODE_FLAGS, flags);
        if let (code_flag::DOCSTRING, Some(docstring)) = (first_flag, docstring) {
            self.streams.string(id::STRING_CONSTS, docstring);
        }
        if flags & code_flag::LOCALS != 0 {
            self.names_order(&locals);
        }
        if flags & code_flag::KINDS != 0 {
            self.streams.bytes(id::RAW, code.local_kinds);
        }
        if flags & code_flag::NAMES != 0 {
            self.names_order(&names);
        }
        if flags & code_flag::CONSTS != 0 {
            let count = u32::try_from(consts.extras.len()).map_err(|_| Unencodable)?;
            self.streams.number(id::ORDER_COUNTS, count);
            for extra in &consts.extras {
                match extra {
                    Const::Value(value) => self.streams.constant(value),
                    Const::Code(_) => self.streams.number(id::TAGS, u32::from(tag::NEW_CODE)),
                    Const::FirstLine => return Err(Unencodable),
                }
            }
            consts.write_moves(&mut self.streams);
        }
        Ok(())
    }

    /// The first constant that tells most of the others' order, as a flag.
    fn consts_order(
        &self,
        signature: Signature,
        uses: &Uses<'a>,
        actual: &[Const<'a>],
        docstring: Option<&'a [u8]>,
    ) -> Result<(u32, Reordering<Const<'a>>), Unencodable> {
        let candidates = [
            Some(0),
            Some(code_flag::NO_FIRST),
            docstring.map(|_| code_flag::DOCSTRING),
        ];
        let mut best = None;
        for flag in candidates.into_iter().flatten() {
            let docstring = docstring.filter(|_| flag == code_flag::DOCSTRING);
            let expected = uses.expected_consts(self.set, signature, flag, docstring);
            let Some(order) = Reordering::between(&expected, actual) else {
                continue;
            };
            if order.is_identity() {
                return Ok((flag, order));
            }
            best.get_or_insert((flag, order));
        }
        best.ok_or(Unencodable)
    }

    fn names_order(&mut self, order: &Reordering<&'a [u8]>) {
        let count = u32::try_from(order.extras.len()).unwrap_or(u32::MAX);
        self.streams.number(id::ORDER_COUNTS, count);
        for extra in &order.extras {
            self.streams.string(id::OTHER_NAMES, extra);
        }
        order.write_moves(&mut self.streams);
    }

    /// Writes the lines of a code object and those in it; the answer is the largest.
    fn lines(&mut self, lowered: &Lowered<'a>, marks: &Marks, before: i32, mode: LineMode) -> i32 {
        let code = &*lowered.code;
        self.streams
            .signed(id::FIRST_LINES, code.first_line.wrapping_sub(before));
        if mode == LineMode::Tables {
            self.streams.raw(&code.line_table);
        }
        let mut current = CurrentLine::new(code.first_line);
        let mut next_child = 0;
        for (instruction, place) in lowered.body.instructions.iter().zip(&marks.lines) {
            let op = u16::from(instruction.op);
            match place.mark {
                LineMark::NoLine => {}
                LineMark::Same => _ = current.same(*place),
                LineMark::Marked => {
                    let line = instruction.line.unwrap_or_default();
                    self.streams
                        .signed(id::INNER_LINES + op, line.wrapping_sub(current.line));
                    current.line = line;
                }
                LineMark::AfterStatement => {
                    let number = match instruction.line {
                        None => 1,
                        Some(line) if line == current.line => 0,
                        Some(line) => {
                            let number = 2 + zigzag(line.wrapping_sub(current.reference()));
                            current.advance(line);
                            number
                        }
                    };
                    self.streams.number(id::LINES + op, number);
                }
            }
            current.done(*place, instruction.line);
            if let Operand::Const(index) = instruction.operand
                && lowered.child_numbers[index as usize] == Some(next_child)
            {
                let (child, marks) = (&lowered.children[next_child], &marks.children[next_child]);
                next_child += 1;
                let max = self.lines(child, marks, current.before_child(mode), mode);
                current.child(child.code.first_line, max);
            }
            current.is_after_store = self.set.op(instruction.op).is_some_and(|op| op.has(STORE));
        }
        for (child, marks) in lowered
            .children
            .iter()
            .zip(&marks.children)
            .skip(next_child)
        {
            let max = self.lines(child, marks, current.before_child(mode), mode);
            current.child(child.code.first_line, max);
        }
        current.max
    }
}

/// The line that the next one is told by.
#[derive(Debug)]
pub(crate) struct CurrentLine {
    pub(crate) line: i32,
    pub(crate) max: i32,
    /// The largest line of code objects loaded since the line changed.
    nested_max: i32,
    /// The first line of the latest code object loaded, or of this one.
    last_first: i32,
    pub(crate) is_after_store: bool,
    /// The lines of what is on the stack, by height.
    slots: Vec<i32>,
}

/// An instruction, as far as its line follows from others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LinePlace {
    pub(crate) mark: LineMark,
    pub(crate) source: LineSource,
    /// The height of the stack after it.
    pub(crate) height: usize,
    /// The height before it.
    pub(crate) before: usize,
}

impl LinePlace {
    /// Describes an instruction between two heights of the stack.
    pub(crate) fn new(op: &Op, argument: u32, before: i64, after: i64) -> Self {
        let source = match op.line_source {
            LineSource::Display if op.kind != ArgumentKind::Immediate || argument != 1 => {
                LineSource::Before
            }
            source => source,
        };
        Self {
            mark: LineMark::Same,
            source,
            height: usize::try_from(after).unwrap_or_default(),
            before: usize::try_from(before).unwrap_or_default(),
        }
    }
}

impl CurrentLine {
    pub(crate) fn new(first_line: i32) -> Self {
        Self {
            line: first_line,
            max: first_line,
            nested_max: 0,
            last_first: first_line,
            is_after_store: false,
            slots: Vec::new(),
        }
    }

    /// Returns the usual line of an instruction.
    pub(crate) fn usual(&self, place: LinePlace) -> i32 {
        let slot = self.slots.get(place.height).copied();
        match place.source {
            LineSource::Before => self.line,
            LineSource::Operand | LineSource::Display => slot.unwrap_or(self.line),
        }
    }

    /// Moves on to an instruction on its usual line, and returns that.
    pub(crate) fn same(&mut self, place: LinePlace) -> i32 {
        let line = self.usual(place);
        if place.source == LineSource::Operand {
            self.line = line;
        }
        line
    }

    /// Notes the line of what an instruction pushes.
    pub(crate) fn done(&mut self, place: LinePlace, line: Option<i32>) {
        self.max = self.max.max(self.line);
        let lowest = match place.source {
            LineSource::Operand => place.height.min(place.before + 1),
            _ => place.before + 1,
        };
        for height in lowest..=place.height {
            if self.slots.len() <= height {
                self.slots.resize(height + 1, self.line);
            }
            self.slots[height] = line.unwrap_or(self.line);
        }
    }

    /// After a definition is stored, the next statement comes after its body.
    pub(crate) fn reference(&self) -> i32 {
        if self.is_after_store && self.nested_max > self.line {
            self.nested_max
        } else {
            self.line
        }
    }

    pub(crate) fn advance(&mut self, line: i32) {
        self.line = line;
        self.nested_max = 0;
    }

    pub(crate) fn before_child(&self, mode: LineMode) -> i32 {
        match mode {
            LineMode::Lines => self.line,
            LineMode::Definitions | LineMode::Tables => self.last_first,
        }
    }

    pub(crate) fn child(&mut self, first_line: i32, max: i32) {
        self.last_first = first_line;
        self.max = self.max.max(max);
        self.nested_max = self.nested_max.max(max);
    }
}

/// Writes the instructions of one code object.
struct CodeWriter<'e, 'a, 's> {
    encoder: &'e mut Encoder<'a, 's>,
    lowered: &'e Lowered<'a>,
    mode: LineMode,
    flow: Flow,
    uses: Uses<'a>,
    recency: Recency<'a>,
    loaded: Vec<crate::naming::Trace<'a>>,
    lines: Vec<LinePlace>,
    current: CurrentLine,
    first_line_const: Option<usize>,
    new_children: usize,
    argument_before: Option<u32>,
}

impl<'e, 'a, 's> CodeWriter<'e, 'a, 's> {
    fn new(encoder: &'e mut Encoder<'a, 's>, lowered: &'e Lowered<'a>, mode: LineMode) -> Self {
        let code = &*lowered.code;
        let arguments = lowered.signature.arguments().unwrap_or_default();
        Self {
            uses: Uses::new(encoder.set),
            encoder,
            lowered,
            mode,
            flow: Flow::new(),
            recency: Recency::new(&code.locals[..arguments]),
            loaded: Vec::new(),
            lines: Vec::new(),
            current: CurrentLine::new(code.first_line),
            first_line_const: first_line_const(lowered),
            new_children: 0,
            argument_before: None,
        }
    }

    fn instructions(&mut self) -> Result<(), Unencodable> {
        let body = &self.lowered.body;
        let has_lines = self.mode == LineMode::Lines;
        let joins = Joins::new(
            self.encoder.set,
            body,
            self.lowered.code.local_kinds,
            has_lines,
        );
        let loops = backward_targets(self.encoder.set, body);
        let mut is_second_half = false;
        for (place, instruction) in body.instructions.iter().enumerate() {
            self.arrivals(place)?;
            let is_loop = self
                .encoder
                .set
                .op(instruction.op)
                .is_some_and(|op| op.has(LOOP));
            if loops.contains(&place) && !is_loop && !self.flow.loops.contains(&place) {
                self.encoder.symbols.plain(mark::LOOP, 0);
                self.flow.add_loop(place).map_err(|_| Unencodable)?;
            }
            self.handler(place, instruction.handler)?;
            self.line_mark(instruction)?;
            if instruction.min_width > 1 {
                self.encoder
                    .symbols
                    .number(mark::WIDE, u32::from(instruction.min_width));
            }
            if is_second_half {
                is_second_half = false;
            } else {
                if instruction.is_joined != joins.expects(place) {
                    let mark = if instruction.is_joined {
                        mark::JOINED
                    } else {
                        mark::APART
                    };
                    self.encoder.symbols.plain(mark, 0);
                }
                is_second_half = instruction.is_joined;
            }
            self.instruction(place, instruction)?;
        }
        self.arrivals(body.instructions.len())?;
        self.uses.settle(false);
        self.encoder.symbols.plain(mark::END, 0);
        Ok(())
    }

    /// Marks what leads to the instruction at `place`.
    fn arrivals(&mut self, place: usize) -> Result<(), Unencodable> {
        let Body {
            instructions,
            handlers,
        } = &self.lowered.body;
        let leads_here = |waiting| match waiting {
            Waiting::Jump { instruction, .. } => {
                matches!(instructions[instruction].operand, Operand::Target(target) if target as usize == place)
            }
            Waiting::Handler(handler) => handlers[handler].target as usize == place,
        };
        while let Some(back) = self.flow.find_pending(leads_here) {
            let number = u32::try_from(back).map_err(|_| Unencodable)?;
            self.encoder.symbols.number(mark::ARRIVE, number);
            self.flow.arrive(back).map_err(|_| Unencodable)?;
        }
        Ok(())
    }

    /// Marks how the handler in charge becomes `wanted`.
    fn handler(&mut self, place: usize, wanted: Option<u32>) -> Result<(), Unencodable> {
        let wanted = wanted.map(|handler| handler as usize);
        let back = |list: &[usize], item| list.iter().rev().position(|other| *other == item);
        if self.flow.handler() == wanted {
            return Ok(());
        }
        let leave = match wanted {
            None => Some(self.flow.active.len()),
            Some(handler) => back(&self.flow.active, handler),
        };
        let number = |count: usize| u32::try_from(count).map_err(|_| Unencodable);
        if let Some(count) = leave {
            self.encoder.symbols.number(mark::LEAVE, number(count - 1)?);
            return self.flow.leave(count).map_err(|_| Unencodable);
        }
        let handler = wanted.ok_or(Unencodable)?;
        if let Some(back) = back(&self.flow.known, handler) {
            self.encoder
                .symbols
                .number(mark::ENTER_AGAIN, number(back)?);
            return self.flow.enter_again(back).map_err(|_| Unencodable);
        }
        let target = self.lowered.body.handlers[handler];
        let is_ahead = target.target as usize > place;
        let relative = i64::from(target.depth) - 2 * self.flow.depth;
        let relative = zigzag(i32::try_from(relative).map_err(|_| Unencodable)?);
        let detail = relative.checked_mul(2).ok_or(Unencodable)? + u32::from(!is_ahead);
        self.encoder.symbols.number(mark::ENTER, detail);
        if !is_ahead {
            let back = back(&self.flow.loops, target.target as usize).ok_or(Unencodable)?;
            self.encoder
                .streams
                .number(id::BACK_REFERENCES, number(back)?);
        }
        self.flow
            .enter(handler, target.depth, is_ahead)
            .map_err(|_| Unencodable)
    }

    fn line_mark(&mut self, instruction: &Instruction) -> Result<(), Unencodable> {
        let op = self.encoder.set.op(instruction.op).ok_or(Unencodable)?;
        let after = self.flow.depth_after(op, instruction.argument);
        let mut place = LinePlace::new(op, instruction.argument, self.flow.depth, after);
        place.mark = if self.mode != LineMode::Lines {
            LineMark::Same
        } else if self.flow.statement_ended {
            LineMark::AfterStatement
        } else {
            match instruction.line {
                None => LineMark::NoLine,
                Some(line) if line == self.current.usual(place) => LineMark::Same,
                Some(_) => LineMark::Marked,
            }
        };
        match place.mark {
            LineMark::Marked => self.encoder.symbols.plain(mark::LINE, 0),
            LineMark::NoLine => self.encoder.symbols.plain(mark::NO_LINE, 0),
            LineMark::Same | LineMark::AfterStatement => {}
        }
        if place.mark == LineMark::Same {
            self.current.same(place);
        } else if let Some(line) = instruction.line {
            self.current.line = line;
        }
        self.current.done(place, instruction.line);
        self.lines.push(place);
        Ok(())
    }

    fn instruction(&mut self, place: usize, instruction: &Instruction) -> Result<(), Unencodable> {
        let set = self.encoder.set;
        let code = &*self.lowered.code;
        let number = instruction.op;
        let op = set.op(number).ok_or(Unencodable)?;
        let argument = instruction.argument;
        let mut loaded = Loaded::Other;
        let is_static_attributes = match instruction.operand {
            Operand::Name(index) => code.names[index as usize] == STATIC_ATTRIBUTES,
            _ => false,
        };
        self.uses.settle(
            op.role == Role::TakesTuple || (op.role == Role::Binding && is_static_attributes),
        );
        match instruction.operand {
            Operand::None if op.kind == ArgumentKind::Immediate => {
                if op.counts_arguments && self.flow.call_arguments() == Some(argument) {
                    self.encoder.symbols.plain(number, CALL_ARGUMENTS);
                } else if op.counts_arguments && self.argument_before == Some(argument) {
                    self.encoder.symbols.plain(number, SAME_ARGUMENT);
                } else {
                    self.encoder.symbols.number(number, argument);
                }
            }
            Operand::None => self.encoder.symbols.plain(number, 0),
            Operand::Name(index) => {
                let name = code.names[index as usize];
                let low = u8::try_from(argument).map_err(|_| Unencodable)?;
                self.encoder.symbols.plain(number, low);
                let class = id::NAMES + 2 * u16::from(number) + u16::from(low & 1);
                self.encoder.streams.string(class, name);
                self.uses.names.add(&name);
                loaded = Loaded::Name(name);
            }
            Operand::Local(index) => {
                let name = code.locals[index as usize];
                self.encoder.symbols.plain(number, 0);
                self.local(op.local_stream, name);
                self.uses.local(op, name);
                loaded = Loaded::Name(name);
            }
            Operand::Const(index) => loaded = self.constant(number, index as usize)?,
            Operand::Target(target) => {
                self.encoder.symbols.plain(number, 0);
                if op.kind == ArgumentKind::ForwardJump {
                    self.flow.jump_ahead(place, op).map_err(|_| Unencodable)?;
                } else {
                    let mut loops = self.flow.loops.iter().rev();
                    let back = loops.position(|at| *at == target as usize);
                    let back = back.and_then(|back| u32::try_from(back).ok());
                    let back = back.ok_or(Unencodable)?;
                    self.encoder.streams.number(id::BACKWARD_JUMPS, back);
                }
            }
        }
        self.argument_before = (op.kind == ArgumentKind::Immediate).then_some(argument);
        self.uses.implied_constant(op, argument);
        self.flow
            .step(set, place, op, argument)
            .map_err(|_| Unencodable)?;
        if op.role == Role::CopyFreeVars {
            let start = code
                .locals
                .len()
                .checked_sub(argument as usize)
                .ok_or(Unencodable)?;
            for name in &code.locals[start..] {
                self.local(op.local_stream, name);
                self.uses.free_variable(name);
            }
        }
        self.loaded.push(crate::naming::Trace {
            role: op.role,
            loaded,
        });
        Ok(())
    }

    fn local(&mut self, stream: u8, name: &'a [u8]) {
        let recency = self.recency.touch(name);
        self.encoder
            .streams
            .number(id::LOCALS[usize::from(stream)], recency);
        if recency == 0 {
            self.encoder.streams.string(id::LOCAL_NAMES, name);
        }
    }

    fn constant(&mut self, op: u8, index: usize) -> Result<Loaded<'a>, Unencodable> {
        let symbols = &mut self.encoder.symbols;
        if let Some(child) = self.lowered.child_numbers[index] {
            self.uses.constant(&Const::Code(child));
            if child == self.new_children {
                self.new_children += 1;
                symbols.plain(op, tag::NEW_CODE);
                return Ok(Loaded::NewCode(child));
            }
            symbols.plain(op, tag::KNOWN_CODE);
            let back = u32::try_from(self.new_children - 1 - child).map_err(|_| Unencodable)?;
            self.encoder.streams.number(id::BACK_REFERENCES, back);
            return Ok(Loaded::KnownCode);
        }
        let value = &self.lowered.code.consts[index];
        if self.first_line_const == Some(index) {
            symbols.plain(op, tag::FIRST_LINE);
            self.uses.constant(&Const::FirstLine);
            return Ok(Loaded::Other);
        }
        self.uses.constant(&Const::Value(value.clone()));
        match value {
            Value::Int(int) => symbols.integer(op, *int),
            Value::Str([]) => symbols.plain(op, tag::EMPTY_STR),
            _ => {
                symbols.plain(op, tag_of(value).ok_or(Unencodable)?);
                self.encoder.streams.constant_body(value);
            }
        }
        Ok(match value {
            Value::Str(string) => Loaded::Text(string),
            _ => Loaded::Other,
        })
    }
}

/// Instructions that backward jumps lead to, and handlers that come before what they guard.
fn backward_targets(set: &InstructionSet, body: &Body) -> HashSet<usize> {
    let mut targets = HashSet::new();
    let mut entered = HashSet::new();
    for (place, instruction) in body.instructions.iter().enumerate() {
        if let Operand::Target(target) = instruction.operand
            && set
                .op(instruction.op)
                .is_some_and(|op| op.kind == ArgumentKind::BackwardJump)
        {
            targets.insert(target as usize);
        }
        if let Some(handler) = instruction.handler
            && entered.insert(handler)
        {
            let target = body.handlers[handler as usize].target as usize;
            if target <= place {
                targets.insert(target);
            }
        }
    }
    targets
}

/// The constant that a class body stores as its `__firstlineno__` (since 3.13), if nothing else loads it.
fn first_line_const(lowered: &Lowered<'_>) -> Option<usize> {
    let code = &*lowered.code;
    if lowered.signature.is_function() {
        return None;
    }
    let is_first_line = |index: u32| code.consts[index as usize] == Value::Int(code.first_line);
    let instructions = &lowered.body.instructions;
    let mut loads = instructions
        .iter()
        .enumerate()
        .filter_map(|(place, instruction)| match instruction.operand {
            Operand::Const(index) if is_first_line(index) => Some((place, index)),
            _ => None,
        });
    let (place, index) = loads.next()?;
    if loads.next().is_some() {
        return None;
    }
    match instructions.get(place + 1)?.operand {
        Operand::Name(name) if code.names[name as usize] == b"__firstlineno__" => {
            Some(index as usize)
        }
        _ => None,
    }
}
