//! Lists of choices that may be `none`.

use std::ffi::OsStr;
use std::iter;
use std::marker::PhantomData;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser, ValueParserFactory};
use clap::{Arg, Command, ValueEnum};

/// The word for an empty list.
const NONE: &str = "none";

/// One item of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice<T> {
    /// `none`: the list is empty, and replaces that of a profile.
    None,
    /// A value.
    Of(T),
}

/// Returns the values of a list.
pub(crate) fn chosen<T: Copy>(choices: Option<&[Choice<T>]>) -> Option<Vec<T>> {
    let value = |choice: &Choice<T>| match choice {
        Choice::None => None,
        Choice::Of(value) => Some(*value),
    };
    choices.map(|choices| choices.iter().filter_map(value).collect())
}

/// The parser of one item.
#[derive(Clone)]
pub(crate) struct ChoiceParser<T>(PhantomData<T>);

impl<T: ValueEnum + Send + Sync + 'static> ValueParserFactory for Choice<T> {
    type Parser = ChoiceParser<T>;
    fn value_parser() -> Self::Parser {
        ChoiceParser(PhantomData)
    }
}

impl<T: ValueEnum + Send + Sync + 'static> ChoiceParser<T> {
    fn values() -> impl Iterator<Item = PossibleValue> {
        let values = T::value_variants().iter();
        let none = PossibleValue::new(NONE).help("None of these");
        let values = values.filter_map(ValueEnum::to_possible_value);
        values.chain(iter::once(none))
    }
}

impl<T: ValueEnum + Send + Sync + 'static> TypedValueParser for ChoiceParser<T> {
    type Value = Choice<T>;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Choice<T>, clap::Error> {
        let parser = PossibleValuesParser::new(Self::values());
        let name = parser.parse_ref(command, arg, value)?;
        Ok(T::from_str(&name, false).map_or(Choice::None, Choice::Of))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Self::values()))
    }
}
