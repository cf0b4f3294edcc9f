//! Snippets: server configuration and loader code for a bundle.

use crate::bundle::{Encoding, UNPACK_MODULE};
use crate::profile::Compression;
use crate::types::{Sha384, Version};

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
    /// A page that loads CPython on Emscripten with the bundle
    Emscripten,
    /// A program for Node.js that loads Pyodide with the packed form
    Node,
    /// The module stdlib-unpack.mjs, which unpacks the packed form
    Unpack,
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
            Self::Node => include_str!("snippets/node.txt"),
            Self::Unpack => UNPACK_MODULE,
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

    /// Returns the template for a bundle with `app.zip`, if it differs.
    fn template_with_app(self, served: ServedEncoding) -> Option<String> {
        let template = self.template(served);
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

    /// Returns whether the snippet configures how one zip is served, and is printed for each.
    pub fn is_for_each_zip(self) -> bool {
        matches!(self, Self::Headers | Self::Nginx | Self::Apache)
    }

    /// Renders the snippet for a zip of a bundle of `python`. The server sends it with the encoding `served` below `path`,
    /// which begins and ends with a slash. `app` is the `app.zip` that is loaded as well.
    pub fn text(
        self,
        python: Version,
        served: ServedEncoding,
        zip: &ServedZip<'_>,
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
        if let Some(app) = app
            && let Some(with_app) = self.template_with_app(served)
        {
            let run = if app.has_main {
                "import runpy\nrunpy._run_module_as_main(\"__main__\", False)\n"
            } else {
                "# Import the modules of the program here.\n"
            };
            template = with_app
                .replace("@RUN@", run)
                .replace("@APP@", &app.zip.file(served))
                .replace("@APP_VERSION@", &app.zip.version())
                .replace("@APP_SRI@", &app.zip.unpacked.integrity());
        }
        template
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
