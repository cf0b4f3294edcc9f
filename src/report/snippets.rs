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

    /// Renders the snippet for a bundle of `python`. The server sends the file with the encoding `served` below `path`,
    /// which begins and ends with a slash. `unpacked` is the digest of the file as the browser sees it, after decoding
    /// the content encoding.
    pub fn text(
        self,
        python: Version,
        served: ServedEncoding,
        unpacked: Sha384,
        path: &str,
    ) -> String {
        let digest = unpacked.to_string();
        let stem = format!("python{}", python.tag());
        let encoding = match served {
            Some(Compression::Brotli) => {
                " The server sends the .zip.br with \"Content-Encoding: br\"."
            }
            _ => "",
        };
        self.template(served)
            .replace("@FILE@", &format!("{stem}.{}", served_extension(served)))
            .replace("@SERVED@", encoding)
            .replace("@STEM@", &stem)
            .replace("@DOTTED@", &python.to_string())
            .replace("@VERSION@", &digest[..12])
            .replace("@SRI@", &unpacked.integrity())
            .replace("@PATH@", path)
    }
}
