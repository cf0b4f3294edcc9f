//! The entry of a bundle in a project file.

use std::fmt;
use std::marker::PhantomData;
use std::path::{Path, PathBuf};

use serde::de::{self, IntoDeserializer, SeqAccess};
use serde::{Deserialize, Deserializer};

use crate::profile::{Closure, Compression, Optimize, Payload, Strip};
use crate::types::ByteSize;
use crate::yaml::Spanned;

/// The entry of a bundle in the file. The keys are the flags of `pack` without dashes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ProjectEntry {
    pub(super) profile: Spanned<String>,
    #[serde(default)]
    pub(super) app: OneOrMany<NonEmptyPath>,
    #[serde(default)]
    pub(super) dependency: OneOrMany<NonEmptyPath>,
    #[serde(default)]
    pub(super) requirements: OneOrMany<NonEmptyPath>,
    pub(super) wheels: Option<NonEmptyPath>,
    #[serde(default)]
    pub(super) root: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    pub(super) run_module: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    pub(super) entry: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    pub(super) exclude: Option<Spanned<OneOrMany<String>>>,
    #[serde(default)]
    pub(super) app_exclude: OneOrMany<String>,
    #[serde(default)]
    pub(super) extra_module: Option<Spanned<OneOrMany<String>>>,
    pub(super) target: Option<Spanned<String>>,
    pub(super) closure: Option<Closure>,
    pub(super) tiers: Option<bool>,
    pub(super) start_recorded: Option<NonEmptyPath>,
    pub(super) payload: Option<Payload>,
    pub(super) optimize: Option<Optimize>,
    pub(super) strip: Option<Choices<Strip>>,
    pub(super) compress: Option<Choices<Compression>>,
    pub(super) app_zip: Option<bool>,
    pub(super) app_strip: Option<Choices<Strip>>,
    pub(super) budget: Option<ByteSize>,
    pub(super) stdlib: Option<NonEmptyPath>,
    pub(super) build_python: Option<String>,
    pub(super) cpython_build: Option<NonEmptyPath>,
    pub(super) manifests: Option<NonEmptyPath>,
    pub(super) delta_from: Option<NonEmptyPath>,
    #[serde(default)]
    pub(super) check_against: OneOrMany<NonEmptyPath>,
    pub(super) jobs: Option<Spanned<u16>>,
    pub(super) out: Option<NonEmptyPath>,
    pub(super) missing_stdlib_config: Option<NonEmptyPath>,
    pub(super) depfile: Option<NonEmptyPath>,
    pub(super) drop_in: Option<NonEmptyPath>,
    #[serde(default)]
    pub(super) sbom: bool,
    #[serde(default)]
    pub(super) checksums: bool,
    #[serde(default)]
    pub(super) no_cache: bool,
}

/// A path, which is not empty: that would be the folder of the project.
pub(super) struct NonEmptyPath(PathBuf);

impl AsRef<Path> for NonEmptyPath {
    fn as_ref(&self) -> &Path {
        &self.0
    }
}

impl<'de> Deserialize<'de> for NonEmptyPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let path = String::deserialize(deserializer)?;
        if path.is_empty() {
            return Err(de::Error::custom("this path is empty"));
        }
        Ok(Self(path.into()))
    }
}

/// Choices like those of a flag: one, a list, or `none`.
pub(super) struct Choices<T>(pub(super) Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choices<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let OneOrMany(choices) = OneOrMany::<Choice<T>>::deserialize(deserializer)?;
        Ok(Self(
            choices.into_iter().filter_map(|choice| choice.0).collect(),
        ))
    }
}

/// A choice; `None` for `none`.
struct Choice<T>(Option<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Choice<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        if name == "none" {
            return Ok(Self(None));
        }
        T::deserialize(name.into_deserializer()).map(|value| Self(Some(value)))
    }
}

/// One value, or a list of them.
pub(super) struct OneOrMany<T>(pub(super) Vec<T>);

impl<T> Default for OneOrMany<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for OneOrMany<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = OneOrMany<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string or a list of strings")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(text.into_deserializer()).map(|value| OneOrMany(vec![value]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(value);
                }
                Ok(OneOrMany(values))
            }
        }
        deserializer.deserialize_any(Visitor(PhantomData))
    }
}
