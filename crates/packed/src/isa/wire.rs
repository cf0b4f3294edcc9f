//! The instruction set in a packed file.

use std::collections::BTreeMap;

use super::{
    ArgumentKind, FIRST_MARK, InstructionSet, LineSource, MAX_NAME_SHIFT, Op, Role, StackEffect,
};
use crate::error::PackedError;
use crate::stream::{StreamReader, StreamWriter, id};

/// The argument kinds by their number in the file.
const KINDS: [ArgumentKind; 8] = [
    ArgumentKind::None,
    ArgumentKind::Immediate,
    ArgumentKind::Name,
    ArgumentKind::Const,
    ArgumentKind::Local,
    ArgumentKind::ForwardJump,
    ArgumentKind::BackwardJump,
    ArgumentKind::Joined,
];

/// The roles by their number in the file.
const ROLES: [Role; 9] = [
    Role::None,
    Role::MakeCell,
    Role::CopyFreeVars,
    Role::MakeFunction,
    Role::Binding,
    Role::LoadConst,
    Role::SmallInt,
    Role::NoneJump,
    Role::TakesTuple,
];

/// The sources of lines by their number in the file.
const LINE_SOURCES: [LineSource; 3] = [
    LineSource::Previous,
    LineSource::Operand,
    LineSource::Display,
];

/// The number of bytes of an instruction.
const COLUMNS: usize = 12;

impl InstructionSet {
    /// Writes the instructions that are `used`, by opcode, and those that join two of them.
    pub(crate) fn write(&self, used: &[bool; 256], writer: &mut StreamWriter<'_>) {
        let joins_used = |op: &Op| {
            let (first, second) = op.halves;
            op.kind == ArgumentKind::Joined && used[usize::from(first)] && used[usize::from(second)]
        };
        let ops: Vec<(u8, &Op)> = (0..FIRST_MARK)
            .filter_map(|opcode| Some((opcode, self.op(opcode)?)))
            .filter(|(opcode, op)| used[usize::from(*opcode)] || joins_used(op))
            .collect();
        let properties = u8::from(self.none_first)
            | u8::from(self.argument_kinds) << 1
            | u8::from(self.null_first) << 2;
        let count = u8::try_from(ops.len()).unwrap_or(u8::MAX);
        writer.bytes(id::INSTRUCTION_SET, &[count, self.extended_arg, properties]);
        let mut previous = 0;
        for (opcode, _) in &ops {
            writer.bytes(id::INSTRUCTION_SET, &[opcode - previous]);
            previous = *opcode;
        }
        for column in 0..COLUMNS {
            let bytes: Vec<u8> = ops.iter().map(|(_, op)| op.to_bytes()[column]).collect();
            writer.bytes(id::INSTRUCTION_SET, &bytes);
        }
    }

    /// Reads the instruction set of a file.
    pub(crate) fn read(reader: &mut StreamReader<'_>) -> Result<Self, PackedError> {
        let mut byte = || reader.byte(id::INSTRUCTION_SET);
        let (count, extended_arg, properties) = (byte()?, byte()?, byte()?);
        let mut opcodes = Vec::new();
        let mut opcode = 0_u8;
        for _ in 0..count {
            opcode = opcode
                .checked_add(byte()?)
                .ok_or(PackedError::damaged("opcode out of range"))?;
            opcodes.push(opcode);
        }
        let mut rows = vec![[0; COLUMNS]; opcodes.len()];
        for column in 0..COLUMNS {
            for row in &mut rows {
                row[column] = byte()?;
            }
        }
        let mut set = Self {
            ops: vec![None; 256],
            extended_arg,
            none_first: properties & 1 != 0,
            argument_kinds: properties & 2 != 0,
            null_first: properties & 4 != 0,
            joined: BTreeMap::new(),
        };
        for (opcode, row) in opcodes.into_iter().zip(rows) {
            let op = Op::from_bytes(row)?;
            if op.kind == ArgumentKind::Joined {
                set.joined.insert(op.halves, opcode);
            }
            set.ops[usize::from(opcode)] = Some(op);
        }
        Ok(set)
    }
}

impl Op {
    fn to_bytes(&self) -> [u8; COLUMNS] {
        #[allow(clippy::cast_possible_truncation)] // there are few of each
        let number = |index: Option<usize>| index.unwrap_or_default() as u8;
        let kind = number(KINDS.iter().position(|kind| *kind == self.kind));
        let (fourth, fifth) = if self.kind == ArgumentKind::Joined {
            self.halves
        } else {
            let role = number(ROLES.iter().position(|role| *role == self.role));
            let source = LINE_SOURCES
                .iter()
                .position(|source| *source == self.line_source);
            if self.uses_locals() {
                (self.local_stream, role)
            } else {
                (number(source), role)
            }
        };
        let bytes = |effect: StackEffect| {
            let StackEffect { base, slope, mask } = effect;
            [base.cast_unsigned(), slope.cast_unsigned(), mask]
        };
        let [base, slope, mask] = bytes(self.effect);
        let [jump_base, jump_slope, jump_mask] = bytes(self.jump_effect);
        [
            kind,
            self.name_shift,
            self.caches,
            self.flags,
            fourth,
            fifth,
            base,
            slope,
            mask,
            jump_base,
            jump_slope,
            jump_mask,
        ]
    }

    fn from_bytes(bytes: [u8; COLUMNS]) -> Result<Self, PackedError> {
        const INVALID: PackedError = PackedError::damaged("invalid instruction");
        let [
            kind,
            name_shift,
            caches,
            flags,
            fourth,
            fifth,
            base,
            slope,
            mask,
            jump_base,
            jump_slope,
            jump_mask,
        ] = bytes;
        let kind = *KINDS.get(usize::from(kind)).ok_or(INVALID)?;
        let is_joined = kind == ArgumentKind::Joined;
        if name_shift > MAX_NAME_SHIFT || (!is_joined && usize::from(fourth) >= id::LOCALS.len()) {
            return Err(INVALID);
        }
        let effect = |base: u8, slope: u8, mask| StackEffect {
            base: base.cast_signed(),
            slope: slope.cast_signed(),
            mask,
        };
        let mut op = Self {
            kind,
            name_shift,
            caches,
            flags,
            local_stream: 0,
            line_source: LineSource::default(),
            role: Role::None,
            effect: effect(base, slope, mask),
            jump_effect: effect(jump_base, jump_slope, jump_mask),
            halves: (0, 0),
            counts_arguments: false,
        };
        if is_joined {
            op.halves = (fourth, fifth);
        } else {
            op.role = *ROLES.get(usize::from(fifth)).ok_or(INVALID)?;
            if op.uses_locals() {
                op.local_stream = fourth;
            } else {
                op.line_source = *LINE_SOURCES.get(usize::from(fourth)).ok_or(INVALID)?;
            }
        }
        Ok(op)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::testing::{Version, instruction_set, opcode, reread};

    /// Writes the instructions with these names, and reads them.
    fn round_trip(set: &InstructionSet, names: &[&str]) -> InstructionSet {
        let mut used = [false; 256];
        for name in names {
            used[usize::from(opcode(name))] = true;
        }
        let mut writer = StreamWriter::default();
        set.write(&used, &mut writer);
        reread(writer, |reader| {
            let set = InstructionSet::read(reader).unwrap();
            assert!(reader.is_empty());
            set
        })
    }

    #[test]
    fn instruction_sets_round_trip() {
        let names = [
            "LOAD_FAST",
            "STORE_FAST",
            "COPY_FREE_VARS",
            "FOR_ITER",
            "LOAD_GLOBAL",
            "CALL",
            "LIST_APPEND",
            "IMPORT_NAME",
        ];
        for version in [Version::Python312, Version::Python313, Version::Python314] {
            let set = instruction_set(version);
            let read = round_trip(&set, &names);
            assert_eq!(read.extended_arg, set.extended_arg);
            let properties =
                |set: &InstructionSet| (set.none_first, set.argument_kinds, set.null_first);
            assert_eq!(properties(&read), properties(&set));
            for name in names {
                let mut op = set.op(opcode(name)).unwrap().clone();
                op.counts_arguments = false;
                assert_eq!(read.op(opcode(name)), Some(&op), "{name}");
            }
        }
    }

    #[test]
    fn only_used_instructions_and_joins_of_them_are_written() {
        let set = instruction_set(Version::Python314);
        let read = round_trip(&set, &["LOAD_FAST", "NOP"]);
        let load = opcode("LOAD_FAST");
        assert_eq!(read.joined(load, load), Some(opcode("LOAD_FAST_LOAD_FAST")));
        assert_eq!(read.joined(opcode("STORE_FAST"), load), None);
        assert_eq!(read.op(opcode("STORE_FAST")), None);
        assert_eq!(read.op(opcode("STORE_FAST_LOAD_FAST")), None);
    }

    #[test]
    fn invalid_instructions_are_refused() {
        // An instruction on a local: argument kind 4.
        let valid = [4, 0, 0, 0, 2, 0, 1, 0, 0, 1, 0, 0];
        assert!(Op::from_bytes(valid).is_ok());
        for (column, byte) in [(0, 8), (1, 9), (4, 3), (5, 9)] {
            let mut bytes = valid;
            bytes[column] = byte;
            assert!(Op::from_bytes(bytes).is_err(), "column {column}");
        }
        // The halves of joined instructions are any opcodes.
        let joined = [7, 0, 0, 0, 200, 201, 2, 0, 0, 2, 0, 0];
        assert_eq!(Op::from_bytes(joined).unwrap().halves, (200, 201));
    }

    #[test]
    fn opcodes_fit_into_a_byte() {
        let mut writer = StreamWriter::default();
        writer.bytes(id::INSTRUCTION_SET, &[2, 0, 0, 200, 100]);
        writer.bytes(id::INSTRUCTION_SET, &[0; 2 * COLUMNS]);
        let error = reread(writer, |reader| InstructionSet::read(reader).err());
        assert_eq!(error, Some(PackedError::damaged("opcode out of range")));
    }
}
