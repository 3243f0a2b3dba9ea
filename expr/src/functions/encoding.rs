//! Base64, hexadecimal and hashes, over the UTF-8 of text.

use data_encoding::{BASE64, BASE64_NOPAD, HEXLOWER};
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
    body: |arguments| made(HEXLOWER.encode(text(arguments)?.as_bytes())),
};

pub(super) const SHA256_HEX: Function = Function {
    name: "sha256_hex",
    signature: Signature { parameters: &[one("text", Type::Text)], result: Type::Text },
    absence: Absence::Passes,
    doc: "the SHA-256 of a text's UTF-8 in lowercase hexadecimal",
    example: ("$sha256_hex('abc')", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""),
    body: |arguments| made(HEXLOWER.encode(digest::digest(&digest::SHA256, text(arguments)?.as_bytes()).as_ref())),
};

/// Base64 as RFC 4648, section 4, has it, with padding.
pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let standard: String = text
        .chars()
        .map(|c| {
            if c == '-' {
                '+'
            } else if c == '_' {
                '/'
            } else {
                c
            }
        })
        .collect();
    let unpadded = standard.trim_end_matches('=');
    // Padding may be left out, but not half of it.
    let whole = unpadded.len() == standard.len() || standard.len().is_multiple_of(4);
    if whole { BASE64_NOPAD.decode(unpadded.as_bytes()).ok() } else { None }
}
