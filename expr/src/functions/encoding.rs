//! Base64 and hexadecimal, of bytes or of the UTF-8 of text.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER};

use super::signature::{Absence, Signature, Type, one};
use super::{Function, bytes, made, text};

pub(super) const BASE64: Function = Function {
    name: "base64",
    signature: Signature { parameters: &[one("data", Type::TextOrBytes)], result: Type::Text },
    absence: Absence::Passes,
    doc: "the Base64 (RFC 4648, section 4) of bytes, or of a text's UTF-8",
    example: ("$base64('Ada Quïll')", "\"QWRhIFF1w69sbA==\""),
    body: |arguments| made(encode_base64(&bytes::of(arguments, 0, "data")?)),
};

pub(super) const BASE64URL: Function = Function {
    name: "base64url",
    signature: Signature { parameters: &[one("data", Type::TextOrBytes)], result: Type::Text },
    absence: Absence::Passes,
    doc: "the Base64 for URLs (RFC 4648, section 5) of bytes, or of a text's UTF-8, without padding",
    example: ("$base64url($sha256('abc'))", "\"ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0\""),
    body: |arguments| made(BASE64URL_NOPAD.encode(&bytes::of(arguments, 0, "data")?)),
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

pub(super) const BASE64_TO_BYTES: Function = Function {
    name: "base64_to_bytes",
    signature: Signature { parameters: &[one("encoded", Type::Text)], result: Type::Bytes },
    absence: Absence::Passes,
    doc: "the bytes that Base64 stands for, in the alphabet of RFC 4648, section 4 or 5, padded or not: a key, for instance",
    example: ("$hex($base64_to_bytes('AP8='))", "\"00ff\""),
    body: |arguments| bytes::wrap(&decode_base64(text(arguments)?).ok_or("the text is no Base64")?),
};

pub(super) const HEX: Function = Function {
    name: "hex",
    signature: Signature { parameters: &[one("data", Type::TextOrBytes)], result: Type::Text },
    absence: Absence::Passes,
    doc: "bytes, or a text's UTF-8, in lowercase hexadecimal",
    example: ("$hex('Ada')", "\"416461\""),
    body: |arguments| made(HEXLOWER.encode(&bytes::of(arguments, 0, "data")?)),
};

/// Base64 for URLs (RFC 4648, section 5), without padding.
pub(crate) fn encode_base64url(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

/// Base64 as RFC 4648, section 4, has it, with padding.
pub(crate) fn encode_base64(bytes: &[u8]) -> String {
    data_encoding::BASE64.encode(bytes)
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
