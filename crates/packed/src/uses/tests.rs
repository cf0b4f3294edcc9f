use super::*;
use crate::testing::{Version, instruction_set, op};

const INT: Constant<'_> = Constant::Value(Value::Int(1000));
const NONE: Constant<'_> = Constant::Value(Value::None);
const NEGATIVE: Constant<'_> = Constant::Value(Value::Int(-1000));
const FUNCTION: Signature = Signature {
    flags: 1,
    arg_count: 0,
    positional_only: 0,
    keyword_only: 0,
};
const CLASS: Signature = Signature {
    flags: 0,
    ..FUNCTION
};

fn text(string: &str) -> Constant<'_> {
    Constant::Value(Value::Str(string.as_bytes()))
}

fn expected<'a>(
    uses: &Uses<'a>,
    version: Version,
    signature: Signature,
    flags: u32,
) -> Vec<Constant<'a>> {
    uses.expected_constants(&instruction_set(version), signature, flags, None)
}

#[test]
fn the_first_constant_is_none_up_to_3_13() {
    let mut uses = Uses::default();
    uses.add_constant(&INT);
    uses.add_constant(&NONE);
    let version = Version::Python313;
    assert_eq!(expected(&uses, version, FUNCTION, 0), [NONE, INT]);
    let no_first = code_flags::NO_FIRST;
    assert_eq!(expected(&uses, version, FUNCTION, no_first), [INT, NONE]);
    assert_eq!(expected(&uses, version, CLASS, 0), [INT, NONE]);
    assert_eq!(
        expected(&uses, Version::Python314, FUNCTION, 0),
        [INT, NONE]
    );
}

#[test]
fn a_docstring_is_the_first_constant() {
    let mut uses = Uses::default();
    uses.add_constant(&INT);
    uses.add_constant(&text("doc"));
    let (flags, docstring) = (code_flags::DOCSTRING, Some(&b"doc"[..]));
    for version in [Version::Python313, Version::Python314] {
        let set = instruction_set(version);
        let constants = uses.expected_constants(&set, FUNCTION, flags, docstring);
        assert_eq!(constants, [text("doc"), INT]);
    }
}

#[test]
fn constants_that_no_instruction_loads_are_removed_since_3_14() {
    let set = instruction_set(Version::Python314);
    let mut uses = Uses::default();
    // The first one stays, whatever it is.
    uses.add_implied_constant(op(&set, "LOAD_SMALL_INT"), 5);
    uses.add_implied_constant(op(&set, "LOAD_SMALL_INT"), 6);
    uses.add_implied_constant(op(&set, "POP_JUMP_IF_NONE"), 0);
    uses.add_constant(&INT);
    uses.add_implied_constant(op(&set, "LOAD_FAST"), 7);
    let first = Constant::Value(Value::Int(5));
    let version = Version::Python314;
    assert_eq!(expected(&uses, version, FUNCTION, 0), [first, INT]);
    let no_first = code_flags::NO_FIRST;
    assert_eq!(expected(&uses, version, FUNCTION, no_first), [INT]);
    // A later load keeps the place of the first use.
    uses.add_constant(&NONE);
    assert_eq!(expected(&uses, version, FUNCTION, no_first), [NONE, INT]);
}

#[test]
fn constants_are_equal_if_type_and_value_are() {
    let mut uses = Uses::default();
    let constants = [
        Constant::Value(Value::Int(1)),
        Constant::Value(Value::True),
        Constant::Value(Value::Float(1.0_f64.to_le_bytes())),
        Constant::Value(Value::Float(0.0_f64.to_le_bytes())),
        Constant::Value(Value::Float((-0.0_f64).to_le_bytes())),
        Constant::Code(0),
        Constant::FirstLine,
    ];
    for constant in constants.iter().chain(&constants) {
        uses.add_constant(constant);
    }
    assert_eq!(expected(&uses, Version::Python314, CLASS, 0), constants);
}

#[test]
fn locals_are_arguments_variables_cells_and_free_variables() {
    let set = instruction_set(Version::Python314);
    let mut uses = Uses::default();
    for cell in [&b"x"[..], b"argument"] {
        uses.add_local(op(&set, "MAKE_CELL"), cell);
    }
    for name in [&b"second"[..], b"free", b"x", b"first", b"second"] {
        uses.add_local(op(&set, "LOAD_FAST"), name);
    }
    uses.add_free_variable(b"free");
    let (locals, counts) = uses.expected_locals(&[b"argument"]);
    let expected: [&[u8]; 5] = [b"argument", b"second", b"first", b"x", b"free"];
    assert_eq!(locals, expected);
    let (variables, free) = (3, 1);
    assert_eq!(counts, LocalCounts { variables, free });
    assert!(uses.is_cell(b"argument") && !uses.is_cell(b"first"));
}

#[test]
fn names_are_in_the_order_of_first_use() {
    let mut uses = Uses::default();
    for name in [&b"b"[..], b"a", b"b"] {
        uses.add_name(name);
    }
    assert_eq!(uses.expected_names(), [&b"b"[..], b"a"]);
}

fn tuple<'a>(items: &[Constant<'a>]) -> Constant<'a> {
    let item = |constant: &Constant<'a>| match constant {
        Constant::Value(value) => value.clone(),
        _ => Value::Ellipsis,
    };
    Constant::Value(Value::Tuple(items.iter().map(item).collect()))
}

/// Returns the uses of instructions that load constants. The last one is followed by an instruction that takes a tuple.
fn uses_after<'a>(version: Version, constants: &[Constant<'a>], last: &Constant<'a>) -> Uses<'a> {
    let mut uses = Uses::new(&instruction_set(version));
    for constant in constants {
        uses.resolve_pending(false);
        uses.add_constant(constant);
    }
    uses.resolve_pending(false);
    uses.add_constant(last);
    uses.resolve_pending(true);
    uses
}

#[test]
fn folded_expressions_follow_the_other_constants_since_3_14() {
    let pair = tuple(&[text("a"), text("b")]);
    let constants = [NEGATIVE, pair.clone(), INT, text("b")];
    let uses = uses_after(Version::Python314, &constants, &NONE);
    let folded_last = [INT, text("b"), NONE, NEGATIVE, pair];
    let without_first = code_flags::NO_FIRST;
    let version = Version::Python314;
    assert_eq!(
        expected(&uses, version, FUNCTION, without_first),
        folded_last
    );
    let uses = uses_after(Version::Python313, &constants, &NONE);
    let in_order = [&constants[..], &[NONE]].concat();
    assert_eq!(expected(&uses, Version::Python313, CLASS, 0), in_order);
}

#[test]
fn parts_of_folded_expressions_are_used_before_them() {
    let inner = tuple(&[NEGATIVE, text("a")]);
    let outer = tuple(&[inner, text("b")]);
    // The first part is the only one that stays without being loaded.
    let uses = uses_after(Version::Python314, std::slice::from_ref(&outer), &text("b"));
    let version = Version::Python314;
    assert_eq!(
        expected(&uses, version, FUNCTION, 0),
        [INT, text("b"), outer]
    );
}

#[test]
fn tuples_of_the_compiler_are_not_folded() {
    let keywords = tuple(&[text("key")]);
    let uses = uses_after(Version::Python314, &[INT], &keywords);
    let version = Version::Python314;
    assert_eq!(expected(&uses, version, FUNCTION, 0), [INT, keywords]);
    // A folded expression that is such a tuple elsewhere is one constant.
    let keywords = tuple(&[text("key")]);
    let uses = uses_after(version, std::slice::from_ref(&keywords), &keywords);
    let constants = expected(&uses, version, FUNCTION, code_flags::NO_FIRST);
    assert_eq!(constants, [keywords]);
}

#[test]
fn a_function_without_constants_has_none_since_3_14() {
    let uses = Uses::new(&instruction_set(Version::Python314));
    let version = Version::Python314;
    assert_eq!(expected(&uses, version, FUNCTION, 0), [NONE]);
    let no_first = code_flags::NO_FIRST;
    assert_eq!(expected(&uses, version, FUNCTION, no_first), []);
}
