//! Packs zips, unpacks them again, and prints sizes and times: `measure INSTRUCTIONS.json FILE.zip...`.
//!
//! `INSTRUCTIONS.json` is the output of `instruction_set.py`. With `WRITE` in the environment, the packed form of
//! `FILE.zip` is written to `FILE.zip.packed`. With `SIZES`, its size in Brotli is printed, as one block and in segments.
#![allow(clippy::print_stdout)] // its purpose

use std::error::Error;
use std::io::{Cursor, Read, Write};
use std::time::Instant;
use std::{env, fs};

use packed::{Entry, InstructionSet, pack, unpack};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let instructions = arguments.next().ok_or("no INSTRUCTIONS.json")?;
    let set = InstructionSet::parse(&fs::read_to_string(instructions)?)?;
    for file in arguments {
        measure(&set, &file)?;
    }
    Ok(())
}

fn measure(set: &InstructionSet, file: &str) -> Result<()> {
    let zip = fs::read(file)?;
    let size = u32::try_from(zip.len())?;
    let files = read_files(zip)?;
    let entries: Vec<Entry<'_>> = files
        .iter()
        .map(|(path, bytes)| Entry { path, bytes })
        .collect();

    let start = Instant::now();
    let packed = pack(set, &entries, [0; 32], size);
    let pack_time = start.elapsed();
    let whole = packed.segments.concat();
    if env::var_os("WRITE").is_some() {
        fs::write(format!("{file}.packed"), &whole)?;
    }

    let start = Instant::now();
    let unpacked = unpack(&whole, u32::MAX)?;
    let unpack_time = start.elapsed();
    for (file, unpacked) in files.iter().zip(&unpacked.entries) {
        if file != unpacked {
            println!("  {} differs", file.0);
        }
    }
    println!(
        "{file}: {} entries, {} bytes, same {}, {pack_time:?} {unpack_time:?}, raw modules {:?}",
        files.len(),
        whole.len(),
        unpacked.entries == files,
        packed.raw_modules,
    );
    if env::var_os("SIZES").is_some() {
        let one_block = compressed_size(&[whole])?;
        let segments = compressed_size(&packed.segments)?;
        println!("  brotli {one_block}, in segments {segments}");
    }
    Ok(())
}

fn read_files(zip: Vec<u8>) -> Result<Vec<(String, Vec<u8>)>> {
    let mut zip = zip::ZipArchive::new(Cursor::new(zip))?;
    let mut files = Vec::new();
    for index in 0..zip.len() {
        let mut entry = zip.by_index(index)?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        files.push((entry.name()?.into_owned(), bytes));
    }
    Ok(files)
}

fn compressed_size(segments: &[Vec<u8>]) -> Result<usize> {
    let params = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        ..Default::default()
    };
    let mut writer = brotli::CompressorWriter::with_params(Vec::new(), 1 << 16, &params);
    for (index, segment) in segments.iter().enumerate() {
        if index > 0 {
            writer.flush()?;
        }
        writer.write_all(segment)?;
    }
    Ok(writer.into_inner().len())
}
