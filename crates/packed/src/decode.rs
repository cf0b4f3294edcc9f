//! Reads modules from streams.

use std::collections::HashMap;

use pyc::{Code, Value, line_table};

use crate::consts::tag;
use crate::encode::{CurrentLine, LineMark, LinePlace, MODULE_NAME, code_flag};
use crate::error::PackedError;
use crate::flow::{Flow, Waiting};
use crate::instructions::{Body, Handler, Instruction, Operand, raise};
use crate::isa::{ArgumentKind, FIRST_MARK, InstructionSet, Role, STORE};
use crate::join::Joins;
use crate::lower::{LineMode, MAX_NESTED_CODE};
use crate::naming::{Enclosing, Loaded, Trace, predict_name};
use crate::order::read_moves;
use crate::recency::Recency;
use crate::signature::Signature;
use crate::stream::{Reader, id, unzigzag};
use crate::strings::ReadStrings;
use crate::symbols::{CALL_ARGUMENTS, ESCAPED, SAME_ARGUMENT, Symbol, mark};
use crate::uses::{Const, STATIC_ATTRIBUTES, Uses};

type Result<T> = std::result::Result<T, PackedError>;

/// Reads one module after the other.
pub(crate) struct Decoder<'a> {
    set: InstructionSet,
    symbols: Vec<Symbol>,
    pub(crate) reader: Reader<'a>,
    pub(crate) strings: ReadStrings<'a>,
    signatures: Vec<(u32, Signature)>,
}

/// A code object that was read.
struct DecodedCode<'a> {
    signature: Signature,
    stack_size: u32,
    bytecode: Vec<u8>,
    consts: Vec<Const<'a>>,
    children: Vec<Self>,
    /// How many children there will be.
    all_children: usize,
    names: Vec<&'a [u8]>,
    locals: Vec<&'a [u8]>,
    local_kinds: Vec<u8>,
    name: &'a [u8],
    qualname: Vec<u8>,
    first_line: i32,
    line_table: Vec<u8>,
    exception_table: Vec<u8>,
    body: Body,
    /// How each instruction's line is known, and whether it is joined with the next in spite of the rule.
    marks: Vec<(LinePlace, Option<bool>)>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(set: InstructionSet, symbols: Vec<Symbol>, reader: Reader<'a>) -> Self {
        Self {
            set,
            symbols,
            reader,
            strings: ReadStrings::default(),
            signatures: Vec::new(),
        }
    }

    /// Reads a module; the answer is its marshalled code object.
    pub(crate) fn module(&mut self, mode: LineMode, filename: &[u8]) -> Result<Vec<u8>> {
        let mut code = self.code(None, Some(MODULE_NAME), 0)?;
        self.lines(&mut code, 1, mode)?;
        code.finish(&self.set, mode)?;
        Ok(pyc::write(&code.to_code(filename)))
    }

    fn string(&mut self, class: u16) -> Result<&'a [u8]> {
        self.strings.string(&mut self.reader, class)
    }

    fn code(
        &mut self,
        parent: Option<&Enclosing>,
        predicted: Option<&'a [u8]>,
        nesting: usize,
    ) -> Result<DecodedCode<'a>> {
        if nesting >= MAX_NESTED_CODE {
            return Err(PackedError("code objects are nested too deeply"));
        }
        let (known, signature) = self.signature()?;
        let name = match predicted {
            Some(name) if known & 1 != 0 => name,
            None if known & 1 != 0 => return Err(PackedError("a name that is not told")),
            _ => self.string(id::OTHER_NAMES)?,
        };
        let qualname = if known & 2 != 0 {
            Enclosing::qualname(parent, name)
        } else {
            self.string(id::OTHER_NAMES)?.to_vec()
        };
        let count = signature.arguments()?;
        let arguments = (0..count).map(|_| self.string(id::ARGUMENT_NAMES));
        let arguments = arguments.collect::<Result<Vec<_>>>()?;
        let mut reader = CodeReader::new(self, &arguments);
        reader.instructions()?;
        let CodeReader {
            flow,
            uses,
            trace,
            body,
            operands,
            marks,
            children: loaded_children,
            ..
        } = reader;
        let excess = i64::from(self.reader.signed(id::STACK_SIZES)?);
        let stack_size = u32::try_from(flow.max_depth + excess);
        let mut code = DecodedCode {
            signature,
            stack_size: stack_size.map_err(|_| PackedError("a stack of no size"))?,
            bytecode: Vec::new(),
            consts: Vec::new(),
            children: Vec::new(),
            all_children: loaded_children,
            names: Vec::new(),
            locals: Vec::new(),
            local_kinds: Vec::new(),
            name,
            qualname,
            first_line: 0,
            line_table: Vec::new(),
            exception_table: Vec::new(),
            body,
            marks,
        };
        self.tables(&mut code, &uses, &arguments)?;
        code.number_operands(&operands)?;
        let enclosing = Enclosing::new(&code.qualname, signature, parent.is_none());
        for (place, instruction) in trace.iter().enumerate() {
            if let Loaded::NewCode(_) = instruction.loaded {
                let predicted = predict_name(&trace, place);
                let child = self.code(Some(&enclosing), predicted, nesting + 1)?;
                code.children.push(child);
            }
        }
        while code.children.len() < code.all_children {
            let child = self.code(Some(&enclosing), None, nesting + 1)?;
            code.children.push(child);
        }
        Ok(code)
    }

    fn signature(&mut self) -> Result<(u32, Signature)> {
        if let Some(place) = self.reader.number(id::SIGNATURES)?.checked_sub(1) {
            let known = self.signatures.get(place as usize).copied();
            return known.ok_or(PackedError("an unknown signature"));
        }
        let mut number = || self.reader.number(id::NEW_SIGNATURES);
        let known = number()?;
        let signature = Signature {
            flags: number()?,
            arg_count: number()?,
            positional_only: number()?,
            keyword_only: number()?,
        };
        self.signatures.push((known, signature));
        Ok((known, signature))
    }

    /// Reads the tables of a code object, by those that its instructions tell.
    fn tables(
        &mut self,
        code: &mut DecodedCode<'a>,
        uses: &Uses<'a>,
        arguments: &[&'a [u8]],
    ) -> Result<()> {
        let flags = self.reader.number(id::CODE_FLAGS)?;
        let has = |flag: u32| flags & flag != 0;
        let docstring = if has(code_flag::DOCSTRING) {
            Some(self.string(id::STRING_CONSTS)?)
        } else {
            None
        };
        let expected = uses.expected_locals(arguments);
        code.locals = self.names_order(expected.names, has(code_flag::LOCALS))?;
        code.local_kinds = if has(code_flag::KINDS) {
            self.reader.bytes(id::RAW, code.locals.len())?.to_vec()
        } else {
            let sizes = [code.locals.len(), expected.plain, expected.free];
            let is_cell = |place: usize| uses.is_cell(code.locals[place]);
            code.signature
                .local_kinds(sizes, is_cell, self.set.argument_kinds)
        };
        code.names = self.names_order(uses.names.items().to_vec(), has(code_flag::NAMES))?;
        code.consts = uses.expected_consts(&self.set, code.signature, flags, docstring);
        if has(code_flag::CONSTS) {
            for _ in 0..self.reader.number(id::ORDER_COUNTS)? {
                let tag = self.reader.tag()?;
                if tag == tag::NEW_CODE {
                    code.consts.push(Const::Code(code.all_children));
                    code.all_children += 1;
                } else {
                    let value = self.reader.constant_body(tag, &mut self.strings, 0)?;
                    code.consts.push(Const::Value(value));
                }
            }
            code.consts = read_moves(&mut self.reader, std::mem::take(&mut code.consts))?;
        }
        Ok(())
    }

    fn names_order(&mut self, mut names: Vec<&'a [u8]>, differs: bool) -> Result<Vec<&'a [u8]>> {
        if differs {
            for _ in 0..self.reader.number(id::ORDER_COUNTS)? {
                names.push(self.string(id::OTHER_NAMES)?);
            }
            names = read_moves(&mut self.reader, names)?;
        }
        Ok(names)
    }

    /// Reads the lines of a code object and those in it; the answer is the largest.
    fn lines(&mut self, code: &mut DecodedCode<'a>, before: i32, mode: LineMode) -> Result<i32> {
        code.first_line = before.wrapping_add(self.reader.signed(id::FIRST_LINES)?);
        if mode == LineMode::Tables {
            code.line_table = self.reader.raw()?.to_vec();
        }
        let mut current = CurrentLine::new(code.first_line);
        let mut next_child = 0;
        for (place, instruction) in code.body.instructions.iter_mut().enumerate() {
            let op = u16::from(instruction.op);
            let line_place = code.marks[place].0;
            instruction.line = match line_place.mark {
                _ if mode == LineMode::Definitions => Some(code.first_line),
                _ if mode == LineMode::Tables => None,
                LineMark::NoLine => None,
                LineMark::Same => Some(current.same(line_place)),
                LineMark::Marked => {
                    let step = self.reader.signed(id::INNER_LINES + op)?;
                    current.line = current.line.wrapping_add(step);
                    Some(current.line)
                }
                LineMark::AfterStatement => match self.reader.number(id::LINES + op)? {
                    0 => Some(current.line),
                    1 => None,
                    number => {
                        let step = unzigzag(number - 2);
                        current.advance(current.reference().wrapping_add(step));
                        Some(current.line)
                    }
                },
            };
            current.done(line_place, instruction.line);
            if let Operand::Const(index) = instruction.operand
                && code.consts.get(index as usize) == Some(&Const::Code(next_child))
            {
                let child = code.children.get_mut(next_child);
                let child = child.ok_or(PackedError("a code object that is not there"))?;
                next_child += 1;
                let max = self.lines(child, current.before_child(mode), mode)?;
                current.child(child.first_line, max);
            }
            current.is_after_store = self.set.op(instruction.op).is_some_and(|op| op.has(STORE));
        }
        for child in code.children.iter_mut().skip(next_child) {
            let max = self.lines(child, current.before_child(mode), mode)?;
            current.child(child.first_line, max);
        }
        Ok(current.max)
    }
}

impl<'a> DecodedCode<'a> {
    /// Replaces operands by their indices in the tables.
    fn number_operands(&mut self, operands: &[Reading<'a>]) -> Result<()> {
        let places = |names: &[&'a [u8]]| -> HashMap<&'a [u8], u32> {
            names.iter().copied().zip(0..).collect()
        };
        let (names, locals) = (places(&self.names), places(&self.locals));
        let consts: HashMap<&Const<'a>, u32> = self.consts.iter().zip(0..).collect();
        let find = |place: Option<&u32>| {
            place
                .copied()
                .ok_or(PackedError("an operand that is not there"))
        };
        for (instruction, reading) in self.body.instructions.iter_mut().zip(operands) {
            instruction.operand = match reading {
                Reading::None => instruction.operand,
                Reading::Name(name) => Operand::Name(find(names.get(name))?),
                Reading::Local(name) => Operand::Local(find(locals.get(name))?),
                Reading::Const(constant) => Operand::Const(find(consts.get(constant))?),
            };
        }
        Ok(())
    }

    /// Makes bytecode and tables of the instructions.
    fn finish(&mut self, set: &InstructionSet, mode: LineMode) -> Result<()> {
        let joins = Joins::new(set, &self.body, &self.local_kinds, mode == LineMode::Lines);
        let mut is_joined = vec![false; self.body.instructions.len()];
        let mut place = 0;
        while place < is_joined.len() {
            let expected = || joins.expects(place);
            is_joined[place] = self.marks[place].1.unwrap_or_else(expected);
            place += if is_joined[place] { 2 } else { 1 };
        }
        for (instruction, is_joined) in self.body.instructions.iter_mut().zip(is_joined) {
            instruction.is_joined = is_joined;
        }
        let tables = raise(set, &self.body).ok_or(PackedError("instructions that cannot be"))?;
        self.bytecode = tables.bytecode;
        self.exception_table = tables.exception_table;
        if mode != LineMode::Tables {
            self.line_table = line_table::write(&tables.lines, self.first_line);
        }
        self.body = Body::default();
        self.children
            .iter_mut()
            .try_for_each(|child| child.finish(set, mode))
    }

    fn to_code<'c>(&'c self, filename: &'c [u8]) -> Code<'c> {
        let value = |constant: &Const<'a>| -> Value<'c> {
            match constant {
                Const::Value(value) => value.clone(),
                Const::FirstLine => Value::Int(self.first_line),
                Const::Code(number) => Value::Code(self.children[*number].to_code(filename).into()),
            }
        };
        Code {
            arg_count: self.signature.arg_count,
            positional_only: self.signature.positional_only,
            keyword_only: self.signature.keyword_only,
            stack_size: self.stack_size,
            flags: self.signature.flags,
            bytecode: &self.bytecode,
            consts: self.consts.iter().map(value).collect(),
            names: self.names.clone(),
            locals: self.locals.clone(),
            local_kinds: &self.local_kinds,
            filename,
            name: self.name,
            qualname: &self.qualname,
            first_line: self.first_line,
            line_table: (&self.line_table).into(),
            exception_table: &self.exception_table,
        }
    }
}

/// An operand before it has an index.
enum Reading<'a> {
    None,
    Name(&'a [u8]),
    Local(&'a [u8]),
    Const(Const<'a>),
}

/// No target yet.
const OPEN: u32 = u32::MAX;

/// Reads the instructions of one code object.
struct CodeReader<'d, 'a> {
    decoder: &'d mut Decoder<'a>,
    flow: Flow,
    uses: Uses<'a>,
    recency: Recency<'a>,
    trace: Vec<Trace<'a>>,
    body: Body,
    operands: Vec<Reading<'a>>,
    marks: Vec<(LinePlace, Option<bool>)>,
    next_line: Option<LineMark>,
    next_join: Option<bool>,
    next_width: u8,
    children: usize,
}

impl<'d, 'a> CodeReader<'d, 'a> {
    fn new(decoder: &'d mut Decoder<'a>, arguments: &[&'a [u8]]) -> Self {
        Self {
            uses: Uses::new(&decoder.set),
            decoder,
            flow: Flow::new(),
            recency: Recency::new(arguments),
            trace: Vec::new(),
            body: Body::default(),
            operands: Vec::new(),
            marks: Vec::new(),
            next_line: None,
            next_join: None,
            next_width: 1,
            children: 0,
        }
    }

    fn instructions(&mut self) -> Result<()> {
        loop {
            let symbol = self.decoder.reader.symbol(&self.decoder.symbols)?;
            if symbol.op == mark::END {
                self.uses.settle(false);
                break;
            }
            if symbol.op >= FIRST_MARK {
                self.mark(symbol)?;
            } else {
                self.instruction(symbol)?;
            }
        }
        let is_open = |instruction: &Instruction| instruction.operand == Operand::Target(OPEN);
        let open_handler = |handler: &Handler| handler.target == OPEN;
        if self.body.instructions.iter().any(is_open) || self.body.handlers.iter().any(open_handler)
        {
            return Err(PackedError("a jump that leads nowhere"));
        }
        Ok(())
    }

    /// The next instruction's index.
    fn place(&self) -> u32 {
        u32::try_from(self.body.instructions.len()).unwrap_or(OPEN - 1)
    }

    fn detail(&mut self, symbol: Symbol) -> Result<u32> {
        if symbol.detail == ESCAPED {
            self.decoder.reader.number(id::ESCAPES)
        } else {
            Ok(u32::from(symbol.detail))
        }
    }

    fn mark(&mut self, symbol: Symbol) -> Result<()> {
        match symbol.op {
            mark::ARRIVE => {
                let back = self.detail(symbol)? as usize;
                self.decoder.reader.spend(back.min(1 << 12) + 1)?;
                let place = self.place();
                match self.flow.arrive(back)? {
                    Waiting::Jump { instruction, .. } => {
                        self.body.instructions[instruction].operand = Operand::Target(place);
                    }
                    Waiting::Handler(handler) => self.body.handlers[handler].target = place,
                }
            }
            mark::LOOP => self.flow.add_loop(self.body.instructions.len())?,
            mark::APART => self.next_join = Some(false),
            mark::JOINED => self.next_join = Some(true),
            mark::ENTER => {
                let detail = self.detail(symbol)?;
                let depth = i64::from(unzigzag(detail >> 1)) + 2 * self.flow.depth;
                let depth =
                    u32::try_from(depth).map_err(|_| PackedError("a handler below the stack"))?;
                let is_ahead = detail & 1 == 0;
                let target = if is_ahead {
                    OPEN
                } else {
                    let back = self.decoder.reader.number(id::BACK_REFERENCES)? as usize;
                    u32::try_from(self.flow.loop_at(back)?).unwrap_or(OPEN)
                };
                let handler = self.body.handlers.len();
                self.body.handlers.push(Handler { target, depth });
                self.flow.enter(handler, depth, is_ahead)?;
            }
            mark::LEAVE => {
                let count = self.detail(symbol)? as usize + 1;
                self.flow.leave(count)?;
            }
            mark::ENTER_AGAIN => {
                let back = self.detail(symbol)? as usize;
                self.flow.enter_again(back)?;
            }
            mark::WIDE => {
                let width = u8::try_from(self.detail(symbol)?).ok();
                let width = width.filter(|width| (1..=4).contains(width));
                self.next_width = width.ok_or(PackedError("a width"))?;
            }
            mark::LINE => self.next_line = Some(LineMark::Marked),
            mark::NO_LINE => self.next_line = Some(LineMark::NoLine),
            _ => return Err(PackedError("an unknown mark")),
        }
        Ok(())
    }

    fn instruction(&mut self, symbol: Symbol) -> Result<()> {
        let at = self.body.instructions.len();
        let op = self.decoder.set.op(symbol.op).cloned();
        let op = op.ok_or(PackedError("an unknown instruction"))?;
        let mut argument = 0;
        let mut operand = Operand::None;
        let mut reading = Reading::None;
        let mut loaded = Loaded::Other;
        let mut takes_tuple = op.role == Role::TakesTuple;
        match op.kind {
            ArgumentKind::None => {}
            ArgumentKind::Immediate => argument = self.immediate(symbol)?,
            ArgumentKind::Name => {
                argument = u32::from(symbol.detail);
                if argument >> op.name_shift != 0 {
                    return Err(PackedError("an argument beside a name"));
                }
                let class = id::NAMES + 2 * u16::from(symbol.op) + u16::from(symbol.detail & 1);
                let name = self.decoder.string(class)?;
                self.uses.names.add(&name);
                takes_tuple |= op.role == Role::Binding && name == STATIC_ATTRIBUTES;
                (reading, loaded) = (Reading::Name(name), Loaded::Name(name));
            }
            ArgumentKind::Const => {
                self.uses.settle(false);
                let constant;
                (constant, loaded) = self.constant(symbol)?;
                self.uses.constant(&constant);
                reading = Reading::Const(constant);
            }
            ArgumentKind::Local => {
                let name = self.local(op.local_stream)?;
                self.uses.local(&op, name);
                (reading, loaded) = (Reading::Local(name), Loaded::Name(name));
            }
            ArgumentKind::ForwardJump => {
                operand = Operand::Target(OPEN);
                self.flow.jump_ahead(at, &op)?;
            }
            ArgumentKind::BackwardJump => {
                let back = self.decoder.reader.number(id::BACKWARD_JUMPS)? as usize;
                operand = Operand::Target(u32::try_from(self.flow.loop_at(back)?).unwrap_or(OPEN));
            }
            ArgumentKind::Joined => return Err(PackedError("a joined instruction")),
        }
        if op.kind != ArgumentKind::Const {
            self.uses.settle(takes_tuple);
        }
        let depth = self.flow.depth;
        let after = self.flow.depth_after(&op, argument);
        let mut line = LinePlace::new(&op, argument, depth, after);
        line.mark = match self.next_line.take() {
            Some(mark) => mark,
            None if self.flow.statement_ended => LineMark::AfterStatement,
            None => LineMark::Same,
        };
        self.marks.push((line, self.next_join.take()));
        self.body.instructions.push(Instruction {
            op: symbol.op,
            argument,
            operand,
            line: None,
            handler: self
                .flow
                .handler()
                .and_then(|handler| u32::try_from(handler).ok()),
            is_joined: false,
            min_width: std::mem::replace(&mut self.next_width, 1),
            width: 1,
        });
        self.operands.push(reading);
        self.trace.push(Trace {
            role: op.role,
            loaded,
        });
        self.uses.implied_constant(&op, argument);
        self.flow.step(&self.decoder.set, at, &op, argument)?;
        if op.role == Role::CopyFreeVars {
            for _ in 0..argument {
                let name = self.local(op.local_stream)?;
                self.uses.free_variable(name);
            }
        }
        Ok(())
    }

    fn immediate(&mut self, symbol: Symbol) -> Result<u32> {
        match symbol.detail {
            CALL_ARGUMENTS => {
                let count = self.flow.call_arguments();
                count.ok_or(PackedError("a call of nothing"))
            }
            SAME_ARGUMENT => {
                let before = self.body.instructions.last().map(|before| before.argument);
                before.ok_or(PackedError("an argument of nothing"))
            }
            _ => self.detail(symbol),
        }
    }

    fn local(&mut self, stream: u8) -> Result<&'a [u8]> {
        let rank = self
            .decoder
            .reader
            .number(id::LOCALS[usize::from(stream)])? as usize;
        if rank == 0 {
            let name = self.decoder.string(id::LOCAL_NAMES)?;
            self.recency.add(name);
            return Ok(name);
        }
        self.decoder.reader.spend(rank)?;
        self.recency
            .take(rank)
            .ok_or(PackedError("an unknown local"))
    }

    fn constant(&mut self, symbol: Symbol) -> Result<(Const<'a>, Loaded<'a>)> {
        let reader = &mut self.decoder.reader;
        let value = match symbol.detail {
            tag::NEW_CODE => {
                let number = self.children;
                self.children += 1;
                return Ok((Const::Code(number), Loaded::NewCode(number)));
            }
            tag::KNOWN_CODE => {
                let back = reader.number(id::BACK_REFERENCES)? as usize;
                let number = self.children.checked_sub(back + 1);
                let number = number.ok_or(PackedError("an unknown code object"))?;
                return Ok((Const::Code(number), Loaded::KnownCode));
            }
            tag::FIRST_LINE => return Ok((Const::FirstLine, Loaded::Other)),
            tag::INT => Value::Int(unzigzag(reader.number(id::ESCAPES)?)),
            tag::EMPTY_STR => Value::Str(&[]),
            tag::SMALL_INTS.. => Value::Int(unzigzag(u32::from(symbol.detail - tag::SMALL_INTS))),
            tag => reader.constant_body(tag, &mut self.decoder.strings, 0)?,
        };
        let loaded = match value {
            Value::Str(string) => Loaded::Text(string),
            _ => Loaded::Other,
        };
        Ok((Const::Value(value), loaded))
    }
}
