//! Reads the instructions of a code object, with the marks between them.

use super::operands::NamedOperand;
use super::{Decoder, Result};
use crate::bytecode::{Body, Handler, Instruction, MAX_WIDTH, Operand};
use crate::error::PackedError;
use crate::flow::{Flow, ForwardReference};
use crate::isa::{FIRST_MARK, Op};
use crate::lines::{InstructionLine, LineMark};
use crate::naming::TracedInstruction;
use crate::recency::Recency;
use crate::stream::{id, unzigzag};
use crate::symbols::{ESCAPED, Symbol, mark};
use crate::uses::Uses;

/// The target of a jump or handler until it is known.
pub(super) const UNRESOLVED: u32 = u32::MAX;

/// What precedes an instruction.
#[derive(Clone, Copy, Debug)]
pub(super) struct InstructionMarks {
    pub(super) line: InstructionLine,
    /// Whether it is joined with the next, if it differs from the rule.
    pub(super) is_joined: Option<bool>,
}

/// Reads the instructions of one code object.
pub(super) struct InstructionDecoder<'d, 'a> {
    pub(super) decoder: &'d mut Decoder<'a>,
    pub(super) flow: Flow,
    pub(super) uses: Uses<'a>,
    pub(super) recency: Recency<'a>,
    pub(super) trace: Vec<TracedInstruction<'a>>,
    pub(super) body: Body,
    /// The operand of each instruction.
    pub(super) operands: Vec<NamedOperand<'a>>,
    /// The marks of each instruction.
    pub(super) marks: Vec<InstructionMarks>,
    /// The number of children that were loaded.
    pub(super) loaded_children: usize,
    // Marks of the next instruction.
    next_line: Option<LineMark>,
    next_is_joined: Option<bool>,
    next_min_width: u8,
}

impl<'d, 'a> InstructionDecoder<'d, 'a> {
    pub(super) fn new(decoder: &'d mut Decoder<'a>, arguments: &[&'a [u8]]) -> Self {
        let uses = Uses::new(&decoder.set);
        Self {
            decoder,
            flow: Flow::new(),
            uses,
            recency: Recency::new(arguments),
            trace: Vec::new(),
            body: Body::default(),
            operands: Vec::new(),
            marks: Vec::new(),
            loaded_children: 0,
            next_line: None,
            next_is_joined: None,
            next_min_width: 1,
        }
    }

    /// Reads the instructions.
    pub(super) fn run(&mut self) -> Result<()> {
        loop {
            let symbol = self.decoder.reader.symbol(&self.decoder.symbols)?;
            if symbol.op == mark::END {
                self.uses.resolve_pending(false);
                break;
            }
            if symbol.op >= FIRST_MARK {
                self.mark(symbol)?;
            } else {
                self.instruction(symbol)?;
            }
        }
        let Body {
            instructions,
            handlers,
        } = &self.body;
        let unresolved = Operand::Target(UNRESOLVED);
        if instructions.iter().any(|it| it.operand == unresolved)
            || handlers.iter().any(|it| it.target == UNRESOLVED)
        {
            return Err(PackedError::damaged("jump without a target"));
        }
        Ok(())
    }

    /// Reads a mark.
    fn mark(&mut self, symbol: Symbol) -> Result<()> {
        match symbol.op {
            mark::ARRIVE => self.arrive(symbol)?,
            mark::LOOP => self.flow.add_loop(self.body.instructions.len())?,
            mark::APART => self.next_is_joined = Some(false),
            mark::JOINED => self.next_is_joined = Some(true),
            mark::ENTER => self.enter_handler(symbol)?,
            mark::LEAVE => {
                let number = self.number(symbol)? as usize;
                self.flow.leave(number.saturating_add(1))?;
            }
            mark::ENTER_AGAIN => {
                let back = self.number(symbol)? as usize;
                self.flow.enter_again(back)?;
            }
            mark::LINE => self.next_line = Some(LineMark::Marked),
            mark::NO_LINE => self.next_line = Some(LineMark::NoLine),
            mark::WIDE => {
                let width = u8::try_from(self.number(symbol)?).unwrap_or_default();
                if !(1..=MAX_WIDTH).contains(&width) {
                    return Err(PackedError::damaged("width of an instruction out of range"));
                }
                self.next_min_width = width;
            }
            _ => return Err(PackedError::damaged("unknown mark")),
        }
        Ok(())
    }

    /// Resolves a pending jump or handler.
    fn arrive(&mut self, symbol: Symbol) -> Result<()> {
        let back = self.number(symbol)? as usize;
        self.decoder.reader.count_steps(back.min(1 << 12) + 1)?;
        let target = self.next_index();
        match self.flow.arrive(back)? {
            ForwardReference::Jump { instruction, .. } => {
                self.body.instructions[instruction].operand = Operand::Target(target);
            }
            ForwardReference::Handler(handler) => self.body.handlers[handler].target = target,
        }
        Ok(())
    }

    /// Reads a new handler.
    fn enter_handler(&mut self, symbol: Symbol) -> Result<()> {
        let number = self.number(symbol)?;
        let depth_lasti = i64::from(unzigzag(number >> 1)) + 2 * self.flow.height;
        let depth_lasti = u32::try_from(depth_lasti)
            .map_err(|_| PackedError::damaged("depth of a handler out of range"))?;
        let is_ahead = number & 1 == 0;
        let target = if is_ahead {
            UNRESOLVED
        } else {
            self.read_loop(id::BACK_REFERENCES)?
        };
        let handler = self.body.handlers.len();
        self.body.handlers.push(Handler {
            target,
            depth_lasti,
        });
        self.flow.enter(handler, depth_lasti, is_ahead)
    }

    /// Reads the start of a loop, counted from the latest.
    pub(super) fn read_loop(&mut self, stream: u16) -> Result<u32> {
        let back = self.decoder.reader.number(stream)? as usize;
        let start = self.flow.loop_at(back)?;
        Ok(u32::try_from(start).unwrap_or(UNRESOLVED))
    }

    /// Returns the detail of a symbol, or else reads its escape.
    pub(super) fn number(&mut self, symbol: Symbol) -> Result<u32> {
        if symbol.detail == ESCAPED {
            self.decoder.reader.number(id::ESCAPES)
        } else {
            Ok(u32::from(symbol.detail))
        }
    }

    /// Adds an instruction.
    pub(super) fn add(&mut self, opcode: u8, op: &Op, argument: u32, operand: Operand) {
        let mark = match self.next_line.take() {
            Some(mark) => mark,
            None if self.flow.statement_ended => LineMark::AfterStatement,
            None => LineMark::Usual,
        };
        let height_after = self.flow.height_after(op, argument);
        self.marks.push(InstructionMarks {
            line: InstructionLine::new(mark, op, argument, self.flow.height, height_after),
            is_joined: self.next_is_joined.take(),
        });
        let handler = self.flow.handler();
        self.body.instructions.push(Instruction {
            opcode,
            argument,
            operand,
            line: None,
            handler: handler.and_then(|handler| u32::try_from(handler).ok()),
            is_joined: false,
            min_width: std::mem::replace(&mut self.next_min_width, 1),
            width: 1,
        });
    }

    fn next_index(&self) -> u32 {
        u32::try_from(self.body.instructions.len()).unwrap_or(UNRESOLVED)
    }
}
