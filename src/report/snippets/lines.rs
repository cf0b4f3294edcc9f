//! Fills the lines of templates that are placeholders.

use super::ServedEncoding;
use crate::profile::Compression;

/// Replaces the line of a placeholder by lines with its indentation, or removes it if there is no `text`.
pub(super) fn fill_line(template: &str, placeholder: &str, text: &str) -> String {
    let placeholder = format!("@{placeholder}@");
    let fill = |line: &str| {
        if line.trim() != placeholder {
            return format!("{line}\n");
        }
        let indentation = &line[..line.len() - line.trim_start().len()];
        let lines = text.lines();
        lines
            .map(|filled| {
                if filled.is_empty() {
                    "\n".to_owned()
                } else {
                    format!("{indentation}{filled}\n")
                }
            })
            .collect()
    };
    template.lines().map(fill).collect()
}

/// Returns the template for a script with what downloads and runs.
pub(super) fn with_downloads(template: &str, served: ServedEncoding, has_app: bool) -> String {
    let is_packed = served == Some(Compression::Packed);
    let function = if is_packed { "unpacked" } else { "download" };
    let library = format!("{function}(\"@PATH@@FILE@?v=@VERSION@\", \"@SRI@\")");
    let app = format!("{function}(\"@PATH@@APP@?v=@APP_VERSION@\", \"@APP_SRI@\")");
    let define = if is_packed {
        "const unpacked = (path, integrity) => unpackInWorker(fetch(path, { integrity }));\n"
    } else {
        include_str!("emscripten-script-download.txt")
    };
    let download = if has_app {
        format!("{define}const [library, app] = await Promise.all([\n  {library},\n  {app},\n]);")
    } else {
        format!("{define}const library = await {library};")
    };
    let (import, write, arguments, runs) = (
        if is_packed {
            "// `stdlib-pack snippet unpack` prints stdlib-unpack.mjs.\n\
             import { unpackInWorker } from \"./stdlib-unpack.mjs\";"
        } else {
            ""
        },
        if has_app {
            "FS.writeFile(\"/app.zip\", app);"
        } else {
            ""
        },
        if has_app {
            "\"/app.zip\""
        } else {
            "\"-c\", \"print('ready')\""
        },
        if has_app { ", which runs app.zip" } else { "" },
    );
    let template = fill_line(template, "UNPACK_IMPORT", import);
    let template = fill_line(&template, "DOWNLOAD", &download);
    let template = fill_line(&template, "WRITE_APP", write);
    template
        .replace("@ARGUMENTS@", arguments)
        .replace("@RUNS_APP@", runs)
}

#[cfg(test)]
mod tests {
    use super::fill_line;

    #[test]
    fn a_line_is_replaced_with_its_indentation_or_removed() {
        let template = "a\n  @X@\nb @X@\n";
        assert_eq!(fill_line(template, "X", "1\n\n2"), "a\n  1\n\n  2\nb @X@\n");
        assert_eq!(fill_line(template, "X", ""), "a\nb @X@\n");
    }
}
