//! Snippets: server configuration and loader code for a bundle.

mod lines;

use lines::{fill_line, with_downloads};

use crate::bundle::{Encoding, LOADER_MODULE, UNPACK_MODULE};
use crate::profile::Compression;
use crate::types::{Sha256, Sha384, Version};

/// The encoding of the file that a server sends: that of an artifact, or `None` for the zip.
pub type ServedEncoding = Option<Compression>;

/// Returns the extension of the served file, which follows the name of the bundle and a dot.
pub fn served_extension(served: ServedEncoding) -> &'static str {
    served.map_or("zip", |encoding| Encoding::Whole(encoding).extension())
}

/// A kind of snippet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
pub enum Snippet {
    /// The file `_headers` of Netlify, Cloudflare Pages and similar hosts
    Headers,
    /// nginx
    Nginx,
    /// `.htaccess` of Apache
    Apache,
    /// A service worker that keeps the bundle
    ServiceWorker,
    /// A page that loads Pyodide with the bundle
    Pyodide,
    /// A page that loads CPython on Emscripten with the bundle: the module python.mjs (3.14 and newer)
    Emscripten,
    /// The same for the script python.js (3.11 to 3.13)
    EmscriptenScript,
    /// A program for Node.js that loads Pyodide with the packed form
    Node,
    /// The module stdlib-unpack.mjs, which unpacks the packed form
    Unpack,
    /// The module stdlib-loader.mjs, which downloads the later tiers
    Loader,
    /// The value of `integrity` attributes and options (Subresource Integrity)
    Integrity,
}

impl Snippet {
    fn template(self, served: ServedEncoding) -> &'static str {
        let is_packed = served == Some(Compression::Packed);
        match self {
            Self::Headers => include_str!("snippets/headers.txt"),
            Self::Nginx if is_packed => include_str!("snippets/nginx-packed.txt"),
            Self::Nginx => include_str!("snippets/nginx.txt"),
            Self::Apache if is_packed => include_str!("snippets/apache-packed.txt"),
            Self::Apache => include_str!("snippets/apache.txt"),
            Self::ServiceWorker => include_str!("snippets/service-worker.txt"),
            Self::Pyodide if is_packed => include_str!("snippets/pyodide-packed.txt"),
            Self::Pyodide => include_str!("snippets/pyodide.txt"),
            Self::Emscripten if is_packed => include_str!("snippets/emscripten-packed.txt"),
            Self::Emscripten => include_str!("snippets/emscripten.txt"),
            Self::EmscriptenScript => include_str!("snippets/emscripten-script.txt"),
            Self::Node => include_str!("snippets/node.txt"),
            Self::Unpack => UNPACK_MODULE,
            Self::Loader => LOADER_MODULE,
            Self::Integrity => "@SRI@\n",
        }
    }

    /// Returns the encodings that the snippet can serve or load, best first.
    pub fn encodings(self) -> &'static [ServedEncoding] {
        match self {
            Self::Headers => &[Some(Compression::Deflate)],
            Self::Nginx | Self::Apache => &[Some(Compression::Brotli), Some(Compression::Packed)],
            Self::Node => &[Some(Compression::Packed)],
            _ => &[
                Some(Compression::Packed),
                Some(Compression::Brotli),
                Some(Compression::Deflate),
                None,
            ],
        }
    }

    /// Returns the template for a bundle with `app.zip`, if it differs from `template` for one without.
    fn template_with_app(self, template: &str, served: ServedEncoding) -> Option<String> {
        let is_packed = served == Some(Compression::Packed);
        Some(match self {
            Self::Pyodide if is_packed => {
                template.to_owned() + include_str!("snippets/pyodide-packed-app.txt")
            }
            Self::Pyodide => template.to_owned() + include_str!("snippets/pyodide-app.txt"),
            Self::Node => template.to_owned() + include_str!("snippets/node-app.txt"),
            Self::Emscripten if is_packed => {
                include_str!("snippets/emscripten-packed-app.txt").to_owned()
            }
            Self::Emscripten => include_str!("snippets/emscripten-app.txt").to_owned(),
            _ => return None,
        })
    }

    /// Returns the template with the code that makes the later tiers files of the interpreter, if there are any.
    fn with_tiers(
        self,
        template: &str,
        served: ServedEncoding,
        tiers: &[ServedTier<'_>],
    ) -> String {
        if tiers.is_empty() {
            let parts = ["TIERS_IMPORT", "TIERS", "TIERS_MOUNT", "TIERS_IDLE"];
            let without = |text: String, part| fill_line(&text, part, "");
            return parts.into_iter().fold(template.to_owned(), without);
        }
        let in_node = self == Self::Node;
        let is_packed = served == Some(Compression::Packed) && !in_node;
        let tier = |ServedTier { zip, sha256 }: &ServedTier<'_>| {
            let (file, version) = (zip.file(served), zip.version());
            let url = if in_node {
                String::new()
            } else {
                format!(", url: \"{file}?v={version}\"")
            };
            format!(
                "    {{ file: \"{}.zip\"{url}, sha256: \"{sha256}\" }},",
                zip.stem
            )
        };
        let listed: Vec<String> = tiers.iter().map(tier).collect();
        let (unpack_import, unpack) = if is_packed {
            (
                "\nimport * as unpack from \"./stdlib-unpack.mjs\";",
                "\n  unpack,",
            )
        } else {
            ("", "")
        };
        let import =
            format!("import {{ createTiers }} from \"./stdlib-loader.mjs\";{unpack_import}");
        let base = if in_node {
            "import.meta.url"
        } else {
            "new URL(\"@PATH@\", location.href)"
        };
        let create = include_str!("snippets/tiers.txt")
            .replace("@BASE@", base)
            .replace("@TIERS@", &listed.join("\n"))
            .replace("@UNPACK@", unpack);
        let file_system = match self {
            Self::Emscripten => "module.FS",
            Self::EmscriptenScript => "FS",
            _ => "pyodide.FS",
        };
        let template = fill_line(template, "TIERS_IMPORT", &import);
        let template = fill_line(&template, "TIERS", create.trim_end());
        let template = fill_line(
            &template,
            "TIERS_MOUNT",
            &format!("tiers.mount({file_system});"),
        );
        fill_line(&template, "TIERS_IDLE", "tiers.fetchWhenIdle();")
    }

    /// Returns whether the snippet configures how one zip is served, and is printed for each.
    pub fn is_for_each_zip(self) -> bool {
        matches!(self, Self::Headers | Self::Nginx | Self::Apache)
    }

    /// Renders the snippet for a zip of a bundle of `python`. The server sends it with the encoding `served` below `path`,
    /// which begins and ends with a slash. The later `tiers` and the `app.zip` in `app` are
    /// loaded as well.
    pub fn text(
        self,
        python: Version,
        served: ServedEncoding,
        zip: &ServedZip<'_>,
        tiers: &[ServedTier<'_>],
        app: Option<&ServedApp<'_>>,
        path: &str,
    ) -> String {
        let encoding = match served {
            Some(Compression::Brotli) => {
                " The server sends the .zip.br with \"Content-Encoding: br\"."
            }
            _ => "",
        };
        let mut template = self.template(served).to_owned();
        if self == Self::EmscriptenScript {
            template = with_downloads(&template, served, app.is_some());
        }
        if let Some(app) = app {
            let run = if app.has_main {
                "import runpy\nrunpy._run_module_as_main(\"__main__\", False)\n"
            } else {
                "# Import the modules of the program here.\n"
            };
            template = self
                .template_with_app(&template, served)
                .unwrap_or(template)
                .replace("@RUN@", run)
                .replace("@APP@", &app.zip.file(served))
                .replace("@APP_VERSION@", &app.zip.version())
                .replace("@APP_SRI@", &app.zip.unpacked.integrity());
        }
        template = self.with_tiers(&template, served, tiers);
        let zips = [zip].into_iter().chain(tiers.iter().map(|tier| &tier.zip));
        let zips = zips.chain(app.map(|app| &app.zip));
        let entry = |zip: &ServedZip<'_>| {
            let (file, version) = (zip.file(served), zip.version());
            let integrity = zip.unpacked.integrity();
            format!("  \"@PATH@{file}?v={version}\": \"{integrity}\",")
        };
        let files: Vec<String> = zips.map(entry).collect();
        template
            .replace("@FILES@", &files.join("\n"))
            .replace("@FILE@", &zip.file(served))
            .replace("@SERVED@", encoding)
            .replace("@STEM@", zip.stem)
            .replace("@DOTTED@", &python.to_string())
            .replace("@VERSION@", &zip.version())
            .replace("@SRI@", &zip.unpacked.integrity())
            .replace("@PATH@", path)
    }
}

/// A zip of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct ServedZip<'a> {
    /// The file name without its extension.
    pub stem: &'a str,
    /// The digest of the served file as the browser sees it, after decoding the content encoding.
    pub unpacked: Sha384,
}

/// A later tier of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct ServedTier<'a> {
    /// The zip.
    pub zip: ServedZip<'a>,
    /// The digest of the zip itself.
    pub sha256: Sha256,
}

/// The `app.zip` of a bundle.
#[derive(Clone, Copy, Debug)]
pub struct ServedApp<'a> {
    /// The zip.
    pub zip: ServedZip<'a>,
    /// Whether there is a `__main__` in it.
    pub has_main: bool,
}

impl ServedZip<'_> {
    fn file(&self, served: ServedEncoding) -> String {
        format!("{}.{}", self.stem, served_extension(served))
    }

    /// Returns the part of the address that changes with the contents.
    fn version(&self) -> String {
        self.unpacked.to_string()[..12].to_owned()
    }
}
