//! What servers and pages need to serve and load a bundle.

use clap::ValueEnum;

use crate::types::{Sha384, Version};

/// Who it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Snippet {
    /// The file `_headers` of Netlify and Cloudflare Pages
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

    /// The text for the bundle of `python` whose zip has that digest and is served below `path`, which begins and ends
    /// with a slash.
    pub fn text(self, python: Version, zip: Sha384, path: &str) -> String {
        let digest = zip.to_string();
        self.template()
            .replace("@STEM@", &format!("python{}", python.tag()))
            .replace("@DOTTED@", &python.to_string())
            .replace("@VERSION@", &digest[..12])
            .replace("@SRI@", &zip.integrity())
            .replace("@PATH@", path)
    }
}
