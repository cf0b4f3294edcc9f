//! The answer of a server, and how a browser decodes it.

use std::collections::BTreeMap;
use std::io::{self, Read};

use crate::fs::limited::MAX_BUNDLE;

/// What a server answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers, by their names in lower case.
    pub headers: BTreeMap<String, String>,
    /// The body, as it was sent.
    pub body: Vec<u8>,
}

impl Answer {
    /// Returns the value of a header, or an empty text.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// Returns the content codings, in the order in which they were applied.
    pub(super) fn codings(&self) -> Vec<&str> {
        let codings = self.header("content-encoding").split(',');
        let codings = codings.map(str::trim);
        let codings = codings.filter(|coding| !coding.is_empty() && *coding != "identity");
        codings.collect()
    }

    /// Returns the body as a browser hands it to a page.
    ///
    /// # Errors
    /// When the body is not in the codings that the header names, or too large.
    pub(super) fn content(&self) -> io::Result<Vec<u8>> {
        let mut codings = self.codings().into_iter().rev();
        codings.try_fold(self.body.clone(), |body, coding| decode(&body, coding))
    }
}

/// Decodes a body in a content coding, up to the largest size of a bundle.
///
/// # Errors
/// When the coding is unknown, or the body is not in it or too large.
pub fn decode(body: &[u8], coding: &str) -> io::Result<Vec<u8>> {
    let mut decoded = Vec::new();
    let limit = MAX_BUNDLE.0;
    let mut read = |reader: &mut dyn Read| reader.take(limit + 1).read_to_end(&mut decoded);
    match coding {
        "br" => read(&mut ::brotli::Decompressor::new(body, 1 << 16))?,
        "gzip" | "x-gzip" => read(&mut flate2::read::MultiGzDecoder::new(body))?,
        "deflate" => read(&mut flate2::read::ZlibDecoder::new(body))?,
        "zstd" => read(&mut ::zstd::Decoder::new(body)?)?,
        _ => {
            return Err(io::Error::other(format!(
                "the coding '{coding}' is unknown"
            )));
        }
    };
    if decoded.len() as u64 > limit {
        return Err(io::Error::other(format!(
            "it has more than {MAX_BUNDLE} bytes"
        )));
    }
    Ok(decoded)
}
