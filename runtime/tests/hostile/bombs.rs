//! Small answers that unpack to large ones.

use std::io::Write as _;

/// 100 MB of spaces.
const SIZE: usize = 100 << 20;

pub(crate) fn gzip() -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let megabyte = vec![b' '; 1 << 20];
    for _ in 0..SIZE >> 20 {
        writer.write_all(&megabyte).unwrap();
    }
    writer.finish().unwrap()
}

pub(crate) fn brotli() -> Vec<u8> {
    let mut packed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut packed, 1 << 16, 3, 22);
    let megabyte = vec![b' '; 1 << 20];
    for _ in 0..SIZE >> 20 {
        writer.write_all(&megabyte).unwrap();
    }
    drop(writer);
    packed
}

/// By hand (RFC 8878): a frame without a size, and blocks that each say one byte 128 KiB times.
pub(crate) fn zstd() -> Vec<u8> {
    let mut packed = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58];
    let (blocks, size) = (SIZE >> 17, 1_u32 << 17);
    for block in 1..=blocks {
        let header = (size << 3) | (1 << 1) | u32::from(block == blocks);
        packed.extend(header.to_le_bytes().iter().take(3));
        packed.push(b' ');
    }
    packed
}
