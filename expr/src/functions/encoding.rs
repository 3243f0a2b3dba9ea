//! Base64, hexadecimal and hashes, over the UTF-8 of text.

use ring::digest;

use super::signature::{Absence, Signature, Type, one};
use super::{Function, made, text};

pub(super) const BASE64_ENCODE: Function = Function {
    name: "base64_encode",
    signature: Signature { parameters: &[one("text", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "the Base64 (RFC 4648, section 4) of a text's UTF-8",
    example: ("$base64_encode('Ada Quïll')", "\"QWRhIFF1w69sbA==\""),
    body: |arguments| made(encode_base64(text(arguments)?.as_bytes())),
};

pub(super) const BASE64_DECODE: Function = Function {
    name: "base64_decode",
    signature: Signature { parameters: &[one("encoded", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "the text whose UTF-8 the Base64 is, in the alphabet of RFC 4648, section 4 or 5, padded or not",
    example: ("$base64_decode('QWRhIFF1w69sbA==')", "\"Ada Quïll\""),
    body: |arguments| {
        let bytes = decode_base64(text(arguments)?).ok_or("the text is no Base64")?;
        made(String::from_utf8(bytes).map_err(|_| "the bytes are no UTF-8 text".to_owned())?)
    },
};

pub(super) const HEX_ENCODE: Function = Function {
    name: "hex_encode",
    signature: Signature { parameters: &[one("text", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "a text's UTF-8 in lowercase hexadecimal",
    example: ("$hex_encode('Ada')", "\"416461\""),
    body: |arguments| made(hex(text(arguments)?.as_bytes())),
};

pub(super) const SHA256_HEX: Function = Function {
    name: "sha256_hex",
    signature: Signature { parameters: &[one("text", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "the SHA-256 of a text's UTF-8 in lowercase hexadecimal",
    example: ("$sha256_hex('abc')", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""),
    body: |arguments| made(hex(digest::digest(&digest::SHA256, text(arguments)?.as_bytes()).as_ref())),
};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 as RFC 4648, section 4, has it, with padding.
pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().enumerate().fold(0_u32, |group, (index, byte)| group | u32::from(*byte) << (16 - 8 * index));
        for index in 0..4 {
            let sextet = (group >> (18 - 6 * index)) & 63;
            let letter = ALPHABET.get(sextet as usize).copied().unwrap_or(b'=');
            out.push(char::from(if index <= chunk.len() { letter } else { b'=' }));
        }
    }
    out
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    let padding = text.len() - digits.len();
    if padding > 2 || (padding > 0 && !text.len().is_multiple_of(4)) || digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    for chunk in digits.as_bytes().chunks(4) {
        let mut group = 0_u32;
        for (index, byte) in chunk.iter().enumerate() {
            let letter = match byte {
                b'-' => b'+',
                b'_' => b'/',
                byte => *byte,
            };
            let sextet = ALPHABET.iter().position(|known| *known == letter)?;
            group |= u32::try_from(sextet).ok()? << (18 - 6 * index);
        }
        out.extend(group.to_be_bytes().iter().skip(1).take(chunk.len() - 1));
    }
    Some(out)
}

fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
