//! Serializes the manifest of a target as YAML.

use std::borrow::Cow;
use std::fmt::Write;

use super::{ModuleNote, TargetManifest};
use crate::escape;
use crate::types::{ModuleName, VersionRange};

/// The maximum width of a line in a list of names.
const MAX_LINE_CHARS: usize = 100;

impl TargetManifest {
    /// Serializes the manifest as YAML, which parses to the same manifest.
    pub fn to_yaml(&self) -> String {
        let mut text = String::new();
        let versions = Some(String::from(self.versions.clone())).filter(|text| !text.is_empty());
        let sysconfigdata = self.sysconfigdata.as_deref();
        let fields = [
            ("name", Some(&*self.name)),
            ("description", Some(&*self.description)),
            ("versions", versions.as_deref()),
            ("sys-platform", Some(&*self.sys_platform)),
            ("os-name", Some(&*self.os_name)),
        ];
        for (key, value) in fields.into_iter().chain([("sysconfigdata", sysconfigdata)]) {
            if let Some(value) = value {
                let _ = writeln!(text, "{key}: {}", escape::yaml(value));
            }
        }
        let _ = writeln!(text, "frozen: {}", self.frozen);
        if !self.extra_modules.is_empty() {
            text.push_str("\n# Modules that CPython has not.\n");
            write_list(
                &mut text,
                "extra-modules: ",
                "  ",
                names(&self.extra_modules),
            );
        }
        let parts = [
            (
                "startup",
                "Modules that are imported before the first line of a program runs.",
                &self.startup,
            ),
            (
                "not-at-startup",
                "Modules that Pythons elsewhere read when they start.",
                &self.not_at_startup,
            ),
            ("missing", "C modules that it does not have.", &self.missing),
            (
                "build-dependent",
                "C modules that some builds have.",
                &self.build_dependent,
            ),
            (
                "nonfunctional",
                "Modules that can be imported there but whose main work fails.",
                &self.nonfunctional,
            ),
        ];
        for (key, comment, notes) in parts.into_iter().filter(|part| !part.2.is_empty()) {
            let _ = writeln!(text, "\n# {comment}\n{key}:");
            for note in notes {
                write_note(&mut text, note);
            }
        }
        let calls = [
            (
                "failing-calls",
                "Functions that exist there, but whose calls fail.",
                &self.failing_calls,
            ),
            (
                "after-install",
                "Functions that are called after a package was installed.",
                &self.after_install,
            ),
        ];
        for (key, comment, notes) in calls.into_iter().filter(|part| !part.2.is_empty()) {
            let _ = writeln!(text, "\n# {comment}\n{key}:");
            for note in notes {
                let calls = note.calls.iter().map(String::as_str);
                write_list(&mut text, "  - calls: ", "      ", calls);
                write_reason(&mut text, &note.reason, &note.versions, &note.source);
            }
        }
        if !self.packages.is_empty() {
            text.push_str(
                "\n# Packages that come with it, and what they need of the library.\npackages:\n",
            );
            for note in &self.packages {
                let packages = note.packages.iter().map(String::as_str);
                write_list(&mut text, "  - packages: ", "      ", packages);
                write_list(&mut text, "    modules: ", "      ", names(&note.modules));
                if note.built_in {
                    text.push_str("    built-in: true\n");
                }
                write_reason(&mut text, &note.reason, &note.versions, &note.source);
            }
        }
        text
    }
}

fn write_note(text: &mut String, note: &ModuleNote) {
    write_list(text, "  - modules: ", "      ", names(&note.modules));
    write_reason(text, &note.reason, &note.versions, &note.source);
}

fn write_reason(text: &mut String, reason: &str, versions: &VersionRange, source: &str) {
    let _ = writeln!(text, "    reason: {}", escape::yaml(reason));
    let versions = String::from(versions.clone());
    if !versions.is_empty() {
        let _ = writeln!(text, "    versions: {}", escape::yaml(&versions));
    }
    let _ = writeln!(text, "    source: {}", escape::yaml(source));
}

fn names(modules: &[ModuleName]) -> impl Iterator<Item = &str> {
    modules.iter().map(ModuleName::as_str)
}

fn write_list<'a>(
    text: &mut String,
    start: &str,
    indent: &str,
    names: impl Iterator<Item = &'a str>,
) {
    let names: Vec<Cow<'_, str>> = names.map(scalar).collect();
    let one_line = format!("{start}[{}]\n", names.join(", "));
    if one_line.len() <= MAX_LINE_CHARS {
        text.push_str(&one_line);
        return;
    }
    let mut line = format!("{start}[\n{indent}");
    let mut width = indent.len();
    for (index, name) in names.iter().enumerate() {
        let is_last = index + 1 == names.len();
        if width + name.len() + 1 > MAX_LINE_CHARS {
            line.truncate(line.trim_end().len());
            let _ = write!(line, "\n{indent}");
            width = indent.len();
        }
        let _ = write!(line, "{name}{}", if is_last { "" } else { ", " });
        width += name.len() + 2;
    }
    let _ = writeln!(line, "\n{}]", &indent[2..]);
    text.push_str(&line);
}

/// Returns a name as a YAML scalar, quoted unless it can only be a plain string.
fn scalar(name: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
    let matches_name = |word: &&str| word.eq_ignore_ascii_case(name);
    let is_value = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(matches_name);
    if !is_value
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(is_plain)
    {
        name.into()
    } else {
        escape::yaml(name).into()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::Manifests;
    use super::*;

    #[test]
    fn embedded_targets_round_trip() {
        let manifests = Manifests::embedded().unwrap();
        for name in manifests.targets() {
            let target = manifests.target(name).unwrap();
            let parsed: TargetManifest = crate::yaml::parse(&target.to_yaml()).unwrap();
            assert_eq!(*target, parsed);
        }
    }

    /// A probed interpreter can report arbitrary names.
    #[test]
    fn unusual_names_round_trip() {
        let manifests = Manifests::embedded().unwrap();
        let mut target = manifests.target("pyodide").unwrap().clone();
        let names = ["null", "x]", "#", "a:b", "'", "1.5", "\u{202e}", "a,b"];
        target.extra_modules = names.map(|name| ModuleName::new(name).unwrap()).into();
        let parsed: TargetManifest = crate::yaml::parse(&target.to_yaml()).unwrap();
        assert_eq!(target, parsed);
    }
}
