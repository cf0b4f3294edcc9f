//! What servers and pages need to serve and load a bundle.

use clap::ValueEnum;

use crate::types::{Sha384, Version};

/// Who it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Snippet {
    /// The file `_headers` of Netlify, Cloudflare Pages and their like
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
    /// The value of `integrity` attributes and options (Subresource Integrity)
    Integrity,
}

impl Snippet {
    fn template(self) -> &'static str {
        match self {
            Self::Headers => include_str!("snippets/headers.txt"),
            Self::Nginx => include_str!("snippets/nginx.txt"),
            Self::Apache => include_str!("snippets/apache.txt"),
            Self::ServiceWorker => include_str!("snippets/service-worker.txt"),
            Self::Pyodide => include_str!("snippets/pyodide.txt"),
            Self::Emscripten => include_str!("snippets/emscripten.txt"),
            Self::Integrity => "@SRI@\n",
        }
    }

    /// The forms that it can serve or load, the best first.
    pub fn forms(self) -> &'static [Served] {
        match self {
            Self::Headers => &[Served::Deflated],
            Self::Nginx | Self::Apache => &[Served::Brotli],
            _ => &[Served::Brotli, Served::Deflated, Served::Zip],
        }
    }

    /// The text for the bundle of `python`, of which `served` is served below `path`, which begins and ends with a
    /// slash. `unpacked` is the digest of the file as the browser sees it: without its content encoding.
    pub fn text(self, python: Version, served: Served, unpacked: Sha384, path: &str) -> String {
        let digest = unpacked.to_string();
        let stem = format!("python{}", python.tag());
        let encoding = match served {
            Served::Brotli => " The server sends the .zip.br with \"Content-Encoding: br\".",
            Served::Deflated | Served::Zip => "",
        };
        self.template()
            .replace("@FILE@", &format!("{stem}.{}", served.ending()))
            .replace("@SERVED@", encoding)
            .replace("@STEM@", &stem)
            .replace("@DOTTED@", &python.to_string())
            .replace("@VERSION@", &digest[..12])
            .replace("@SRI@", &unpacked.integrity())
            .replace("@PATH@", path)
    }
}

/// The file of a bundle that browsers are sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// The zip with brotli, as a content encoding that the browser undoes.
    Brotli,
    /// The zip whose files are compressed inside.
    Deflated,
    /// The zip as it is, which the server may compress.
    Zip,
}

impl Served {
    /// Ending of its file, after the bundle's name and a dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Brotli => "zip.br",
            Self::Deflated => "deflated.zip",
            Self::Zip => "zip",
        }
    }

    /// The `--compress` that makes it; none for what is always made.
    pub fn flag(self) -> Option<&'static str> {
        match self {
            Self::Brotli => Some("brotli"),
            Self::Deflated => Some("deflate"),
            Self::Zip => None,
        }
    }
}
