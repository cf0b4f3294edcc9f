//! How long the parts of packing take: `cargo bench`. The library is that of the Python on the PATH, or of the one
//! that `BUILD_PYTHON` names. Times on a busy machine mean little by themselves: compare within one run.
#![allow(missing_docs, clippy::unwrap_used)]

use std::sync::OnceLock;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use rayon::prelude::*;

use packed::InstructionSet;
use stdlib_pack::bundle::{Encoding, Entry, build_zip};
use stdlib_pack::pipeline::{Inputs, PackRequest, Timings, build_plan, load_inputs};
use stdlib_pack::profile::{Compression, Strip, load};
use stdlib_pack::scan::{Scanned, SourceOrigin, scan, with_parsed};
use stdlib_pack::strip::Stripper;
use stdlib_pack::types::ModuleName;

fn main() {
    divan::main();
}

fn opened(profile: &str) -> Inputs {
    let mut request = PackRequest::new(load(profile).unwrap());
    request.build_python = std::env::var("BUILD_PYTHON").ok();
    request.workers = 1;
    load_inputs(&request, &mut Timings::default()).unwrap()
}

/// The sources of the whole library, without its tests.
fn library() -> &'static [Vec<u8>] {
    static SOURCES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SOURCES.get_or_init(|| {
        let opened = opened("native");
        let modules = opened.stdlib.modules().iter();
        let no_test = |name: &ModuleName| {
            !name
                .as_str()
                .split('.')
                .any(|part| part == "test" || part == "tests" || part == "idle_test")
        };
        let modules = modules.filter(|(name, _)| no_test(name));
        let sources = modules.filter_map(|(_, module)| opened.stdlib.read(&module.path).ok());
        sources.collect()
    })
}

/// The files of a bundle of sources, which need no compiler.
fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(|| {
        let plan = build_plan(opened("browser-minimal"), &mut Timings::default()).unwrap();
        let entry = |(name, source): (&_, &std::sync::Arc<[u8]>)| Entry {
            path: plan.selection.kept[name].path.clone(),
            bytes: source.to_vec(),
        };
        plan.sources.iter().map(entry).collect()
    })
}

fn bytes(sources: &[Vec<u8>]) -> BytesCount {
    BytesCount::new(sources.iter().map(Vec::len).sum::<usize>())
}

/// What of a scan is parsing.
#[divan::bench(sample_count = 20)]
fn parse_on_one_core(bencher: Bencher<'_, '_>) {
    let sources = library();
    let texts: Vec<&str> = sources
        .iter()
        .filter_map(|source| str::from_utf8(source).ok())
        .collect();
    bencher.counter(bytes(sources)).bench(|| {
        texts
            .iter()
            .filter_map(|text| with_parsed(text, |parsed| parsed.errors().len()))
            .sum::<usize>()
    });
}

fn is_understood(source: &[u8]) -> bool {
    matches!(
        scan(source.to_vec(), SourceOrigin::Library),
        Scanned::Summary(_)
    )
}

#[divan::bench(sample_count = 20)]
fn scan_on_one_core(bencher: Bencher<'_, '_>) {
    let sources = library();
    let counted = bencher.counter(bytes(sources));
    counted.bench(|| {
        sources
            .iter()
            .filter(|source| is_understood(source))
            .count()
    });
}

#[divan::bench(sample_count = 20)]
fn scan_on_every_core(bencher: Bencher<'_, '_>) {
    let sources = library();
    let counted = bencher.counter(bytes(sources));
    counted.bench(|| {
        sources
            .par_iter()
            .filter(|source| is_understood(source))
            .count()
    });
}

/// Reading, scanning and closure of what `browser-minimal` needs.
#[divan::bench(sample_count = 10)]
fn closure(bencher: Bencher<'_, '_>) {
    let inputs = bencher.with_inputs(|| opened("browser-minimal"));
    inputs.bench_values(|opened| {
        build_plan(opened, &mut Timings::default())
            .unwrap()
            .sources
            .len()
    });
}

#[divan::bench(sample_count = 10)]
fn strip(bencher: Bencher<'_, '_>) {
    let opened = opened("native");
    let stripper = Stripper {
        strip: &[Strip::Docstrings, Strip::MainBlocks, Strip::DeadBranches],
        target: &opened.target,
    };
    bencher.bench(|| {
        let entries = entries().iter();
        entries
            .filter_map(|entry| stripper.strip_for_bundle(&entry.bytes, false))
            .count()
    });
}

#[divan::bench(sample_count = 20)]
fn zip_of_a_bundle(bencher: Bencher<'_, '_>) {
    bencher.bench(|| build_zip(black_box(entries())).unwrap().len());
}

#[divan::bench(sample_count = 2, args = [Compression::Brotli, Compression::Zstd])]
fn compress(bencher: Bencher<'_, '_>, compression: Compression) {
    let zip = build_zip(entries()).unwrap();
    let counted = bencher.counter(BytesCount::of_slice(&zip[..]));
    counted.bench(|| {
        Encoding::Whole(compression)
            .encode(&zip, entries(), &InstructionSet::default(), &|_| ())
            .unwrap()
            .len()
    });
}
