//! Explains why a module is in the bundle.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::graph::{ChainLink, EdgeKind, ImportGraph, Origin};
use crate::types::ModuleName;

/// The reason why a module is in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Record", try_from = "Record")]
pub enum KeptBecause {
    /// The interpreter imports it at startup.
    Startup,
    /// The profile or a flag lists it as a root.
    Root,
    /// The profile or a flag lists it as a run module.
    RunModule,
    /// The program starts in it, at a function that the profile or a flag names.
    EntryPoint,
    /// It is an app module.
    App,
    /// It finds the modules of the further tiers.
    TierFinder,
    /// Nothing of the program reaches it, and the bundle has the tier `rest`.
    Rest,
    /// The interpreter, or code that the graph does not contain, imports it; the text is the evidence.
    Interpreter(String),
    /// Another module imports it.
    Imported {
        /// The importer.
        importer: ModuleName,
        /// The line of the import, from 1; `None` if no import statement shows it.
        line: Option<u32>,
        /// The kind of import.
        kind: EdgeKind,
    },
}

impl KeptBecause {
    /// Returns the reason for an import of the graph.
    pub fn of(link: &ChainLink<'_>) -> Self {
        let kind = link.edge.kind.clone();
        if link.importer.origin != Origin::MetaRoot {
            return Self::Imported {
                importer: link.importer.name.clone(),
                line: (link.edge.line > 0).then_some(link.edge.line),
                kind,
            };
        }
        match kind {
            EdgeKind::Startup => Self::Startup,
            EdgeKind::RunModule => Self::RunModule,
            EdgeKind::EntryPoint => Self::EntryPoint,
            EdgeKind::App => Self::App,
            EdgeKind::Implicit(evidence) | EdgeKind::Lazy(evidence) => Self::Interpreter(evidence),
            EdgeKind::Root | EdgeKind::Eager | EdgeKind::Optional | EdgeKind::Parent => Self::Root,
        }
    }

    /// Returns the reason as one word, as in JSON.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Startup => EdgeKind::Startup.as_str(),
            Self::Root => EdgeKind::Root.as_str(),
            Self::RunModule => EdgeKind::RunModule.as_str(),
            Self::EntryPoint => EdgeKind::EntryPoint.as_str(),
            Self::App => EdgeKind::App.as_str(),
            Self::TierFinder => "tier-finder",
            Self::Rest => "rest",
            Self::Interpreter(_) => "implicit",
            Self::Imported { kind, .. } => kind.as_str(),
        }
    }

    /// Returns the importer, if a module imports it.
    pub fn importer(&self) -> Option<&ModuleName> {
        match self {
            Self::Imported { importer, .. } => Some(importer),
            _ => None,
        }
    }

    /// Returns the line of the import in the importer, from 1.
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::Imported { line, .. } => *line,
            _ => None,
        }
    }

    /// Returns the function that contains the import, or the evidence for an implicit import.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Interpreter(evidence) => Some(evidence),
            Self::Imported { kind, .. } => kind.detail(),
            _ => None,
        }
    }
}

impl KeptBecause {
    /// Returns the text after the module's name, such as `imported by json:106`. `place` tells a line of an importer.
    pub fn sentence(&self, place: impl Fn(&ModuleName, u32) -> String) -> String {
        let (importer, line, kind) = match self {
            Self::Startup => return "imported by the interpreter at startup".to_owned(),
            Self::Root => return "a root".to_owned(),
            Self::RunModule => return "run with python -m".to_owned(),
            Self::EntryPoint => return "an entry point of the program".to_owned(),
            Self::App => return "part of the app".to_owned(),
            Self::TierFinder => return "finds the modules of the further tiers".to_owned(),
            Self::Rest => return "reached by nothing, in the tier 'rest'".to_owned(),
            Self::Interpreter(evidence) => return format!("implicitly imported: {evidence}"),
            Self::Imported {
                importer,
                line,
                kind,
            } => (importer, line, kind),
        };
        let place = match line {
            Some(line) => place(importer, *line),
            None => importer.to_string(),
        };
        match kind {
            EdgeKind::Parent => format!("parent package of {importer}"),
            EdgeKind::RunModule => format!("run as __main__ by {place}"),
            EdgeKind::Implicit(evidence) => format!("implicitly imported by {place}: {evidence}"),
            EdgeKind::Optional => format!("imported by {place} (optional)"),
            EdgeKind::Lazy(function) if function.is_empty() => {
                format!("imported by {place} (lazily)")
            }
            EdgeKind::Lazy(function) => format!("imported by {place} in {function}()"),
            _ => format!("imported by {place}"),
        }
    }
}

impl fmt::Display for KeptBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(|importer, line| format!("{importer}:{line}")))
    }
}

/// The JSON representation of [`KeptBecause`].
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "KeptBecause")]
struct Record {
    /// `startup`, `root`, `run-module`, `entry-point`, `app`, `tier-finder`, `rest`, `eager`, `optional`, `lazy`, `parent` or `implicit`.
    reason: String,
    /// The module that imports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    importer: Option<ModuleName>,
    /// The line of the import, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// The function that contains the import, or the evidence for an implicit import.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

impl From<KeptBecause> for Record {
    fn from(because: KeptBecause) -> Self {
        Self {
            reason: because.as_str().to_owned(),
            importer: because.importer().cloned(),
            line: because.line(),
            detail: because.detail().map(str::to_owned),
        }
    }
}

impl TryFrom<Record> for KeptBecause {
    type Error = String;

    fn try_from(record: Record) -> Result<Self, String> {
        let Record {
            reason,
            importer,
            line,
            detail,
        } = record;
        let detail = detail.unwrap_or_default();
        let Some(importer) = importer else {
            return match &*reason {
                "startup" => Ok(Self::Startup),
                "root" => Ok(Self::Root),
                "run-module" => Ok(Self::RunModule),
                "entry-point" => Ok(Self::EntryPoint),
                "app" => Ok(Self::App),
                "tier-finder" => Ok(Self::TierFinder),
                "rest" => Ok(Self::Rest),
                "implicit" => Ok(Self::Interpreter(detail)),
                _ => Err(format!("'{reason}' needs an importer")),
            };
        };
        let kind = match &*reason {
            "eager" => EdgeKind::Eager,
            "optional" => EdgeKind::Optional,
            "lazy" => EdgeKind::Lazy(detail),
            "parent" => EdgeKind::Parent,
            "implicit" => EdgeKind::Implicit(detail),
            "run-module" => EdgeKind::RunModule,
            _ => return Err(format!("there is no reason '{reason}'")),
        };
        Ok(Self::Imported {
            importer,
            line,
            kind,
        })
    }
}

impl JsonSchema for KeptBecause {
    fn schema_name() -> Cow<'static, str> {
        Record::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Record::json_schema(generator)
    }
}

/// A module in an import chain, and the reason why it is in the bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ImportStep {
    /// The module.
    pub module: ModuleName,
    /// The reason why it is in the bundle.
    #[serde(flatten)]
    pub because: KeptBecause,
    /// The reason as text.
    #[serde(rename = "because")]
    pub sentence: String,
}

/// Returns the import chain from an entry point to `module`; empty if nothing imports it.
pub fn import_steps(graph: &ImportGraph, module: &ModuleName) -> Vec<ImportStep> {
    let links = graph.import_chain(module);
    let step = |link: &ChainLink<'_>| {
        let because = KeptBecause::of(link);
        ImportStep {
            module: link.imported.name.clone(),
            sentence: because.to_string(),
            because,
        }
    };
    links.iter().map(step).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn kept_because_round_trips_through_json() {
        let importer = || ModuleName::new("json").unwrap();
        let imported = |line, kind| KeptBecause::Imported {
            importer: importer(),
            line,
            kind,
        };
        for because in [
            KeptBecause::Startup,
            KeptBecause::Root,
            KeptBecause::RunModule,
            KeptBecause::App,
            KeptBecause::TierFinder,
            KeptBecause::Rest,
            KeptBecause::Interpreter("seen".to_owned()),
            imported(Some(3), EdgeKind::Eager),
            imported(Some(3), EdgeKind::Optional),
            imported(Some(3), EdgeKind::Lazy("f".to_owned())),
            imported(None, EdgeKind::Parent),
            imported(None, EdgeKind::Implicit("seen".to_owned())),
            imported(Some(9), EdgeKind::RunModule),
        ] {
            let json = serde_json::to_string(&because).unwrap();
            assert_eq!(serde_json::from_str::<KeptBecause>(&json).unwrap(), because);
        }
    }
}
