//! Packs a zip and prints sizes: measure INSTRUCTIONS.json FILE.zip
use std::io::{Read, Write};
use std::time::Instant;

use packed::{Entry, InstructionSet, pack, unpack};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let set = std::fs::read_to_string(arguments.next().unwrap()).unwrap();
    let set = InstructionSet::parse(&set).unwrap();
    for file in arguments {
        let bytes = std::fs::read(&file).unwrap();
        let size = u32::try_from(bytes.len()).unwrap();
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut files = Vec::new();
        for place in 0..zip.len() {
            let mut entry = zip.by_index(place).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((entry.name().unwrap().into_owned(), bytes));
        }
        let entries: Vec<Entry<'_>> = files
            .iter()
            .map(|(path, bytes)| Entry { path, bytes })
            .collect();
        let start = Instant::now();
        let packed = pack(&set, &entries, [0; 32], size);
        let encoded = start.elapsed();
        let whole = packed.segments.concat();
        if std::env::var_os("WRITE").is_some() {
            std::fs::write(format!("{file}.packed"), &whole).unwrap();
        }
        let start = Instant::now();
        let unpacked = unpack(&whole, u32::MAX).unwrap();
        let decoded = start.elapsed();
        let same = unpacked.entries == files;
        if !same {
            for ((a, x), (b, y)) in unpacked.entries.iter().zip(&files) {
                if x != y || a != b {
                    println!("  different: {a} {b}");
                }
            }
        }
        print!(
            "{file}: {} entries, {} bytes raw, same {same}, {encoded:?} {decoded:?}, raw modules {:?}",
            files.len(),
            whole.len(),
            packed.raw_modules.len()
        );
        println!(
            " {:?}",
            packed.raw_modules.iter().take(5).collect::<Vec<_>>()
        );
        if std::env::var_os("SIZES").is_some() {
            let one = compress(&[whole]);
            let flushed = compress(&packed.segments);
            println!("  brotli {one}, in blocks {flushed}");
        }
    }
}

fn compress(segments: &[Vec<u8>]) -> usize {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..Default::default()
    };
    let mut writer = brotli::CompressorWriter::with_params(Vec::new(), 1 << 16, &params);
    for (place, segment) in segments.iter().enumerate() {
        writer.write_all(segment).unwrap();
        if place + 1 < segments.len() {
            writer.flush().unwrap();
        }
    }
    writer.into_inner().len()
}
