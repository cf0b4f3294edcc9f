use std::io::Write as _;

use super::*;
use crate::bundle::{Entry, build_zip};

const ZIP: &str = "https://example.org/python313.zip?v=1";

fn zip() -> Vec<u8> {
    let bytes: Vec<u8> = (0..500)
        .flat_map(|n: u32| format!("x{} = {n}\n", n * n * 7919).into_bytes())
        .collect();
    build_zip(&[Entry {
        path: "this.py".into(),
        bytes,
    }])
    .unwrap()
}

fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut compressed = Vec::new();
    let mut encoder = ::brotli::CompressorWriter::new(&mut compressed, 4096, 11, 22);
    encoder.write_all(bytes).unwrap();
    drop(encoder);
    compressed
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn answer(body: Vec<u8>, headers: &[(&str, &str)]) -> Answer {
    let defaults = [("cache-control", "no-cache"), ("vary", "Accept-Encoding")];
    let headers = defaults.iter().chain(headers);
    Answer {
        status: 200,
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        body,
    }
}

#[track_caller]
fn finds(url: &str, browser: &Answer, kinds: &[ProblemKind]) {
    let zip = zip();
    let expected = ExpectedFile {
        sha256: Sha256::of(&zip),
        smallest: ByteSize::of(&brotli(&zip)),
    };
    let found = check(url, browser, &answer(zip, &[]), Some(&expected), None);
    let found: Vec<ProblemKind> = found.iter().map(|problem| problem.kind).collect();
    assert_eq!(found, kinds);
}

#[test]
fn a_compressed_zip_is_as_it_should_be() {
    finds(
        ZIP,
        &answer(brotli(&zip()), &[("content-encoding", "br")]),
        &[],
    );
    let named = "https://example.org/python313.zip.br?v=1";
    finds(
        named,
        &answer(brotli(&zip()), &[("content-encoding", "br")]),
        &[],
    );
}

#[test]
fn codings_that_do_not_fit_the_body_are_found() {
    use ProblemKind::*;
    let compressed = brotli(&zip());
    let named = "https://example.org/python313.zip.br?v=1";
    finds(
        named,
        &answer(compressed.clone(), &[]),
        &[NoContentEncoding],
    );
    finds(
        ZIP,
        &answer(zip(), &[("content-encoding", "br")]),
        &[BadContentEncoding],
    );
    finds(
        ZIP,
        &answer(gzip(&compressed), &[("content-encoding", "gzip")]),
        &[CompressedTwice],
    );
    finds(
        ZIP,
        &answer(gzip(&compressed), &[("content-encoding", "br, gzip")]),
        &[],
    );
    finds(ZIP, &answer(zip(), &[]), &[TooLarge]);
    finds(
        ZIP,
        &answer(zip(), &[("content-encoding", "sdch")]),
        &[BadContentEncoding],
    );
}

#[test]
fn other_and_damaged_files_are_found() {
    use ProblemKind::*;
    let mut other = zip();
    other[40] ^= 1;
    finds(
        ZIP,
        &answer(brotli(&other), &[("content-encoding", "br")]),
        &[OtherFile],
    );
    let half = zip()[..200].to_vec();
    finds(
        ZIP,
        &answer(brotli(&half), &[("content-encoding", "br")]),
        &[NoZip],
    );
    let page = answer(
        b"<!doctype html>".to_vec(),
        &[("content-type", "text/html; charset=utf-8")],
    );
    finds(ZIP, &page, &[Page]);
    let missing = Answer {
        status: 404,
        ..Answer::default()
    };
    finds(ZIP, &missing, &[Status]);
}

#[test]
fn headers_for_caches_and_other_origins_are_checked() {
    use ProblemKind::*;
    let sent = |headers: &[(&str, &str)]| {
        answer(
            brotli(&zip()),
            &[&[("content-encoding", "br")], headers].concat(),
        )
    };
    finds(ZIP, &sent(&[("vary", "Origin")]), &[NoVary]);
    finds(ZIP, &sent(&[("cache-control", "")]), &[NoCacheControl]);
    let year = sent(&[("cache-control", "public, max-age=31536000")]);
    finds(ZIP, &year, &[]);
    finds("https://example.org/python313.zip", &year, &[KeptTooLong]);
    finds(
        "https://example.org/assets/python313-B3xA91Qz.zip",
        &year,
        &[],
    );

    let origin = Some("https://app.example");
    let plain = answer(zip(), &[]);
    let kinds = |browser: &Answer, plain: &Answer| -> Vec<ProblemKind> {
        check(ZIP, browser, plain, None, origin)
            .iter()
            .map(|problem| problem.kind)
            .collect()
    };
    assert_eq!(kinds(&sent(&[]), &plain), [NoAccess]);
    let allowed = sent(&[("access-control-allow-origin", "*")]);
    assert_eq!(kinds(&allowed, &plain), []);
    assert_eq!(kinds(&allowed, &sent(&[])), [Unrequested]);
}
