//! Hashes and keyed hashes, as signatures over requests and webhooks need them. They give bytes.

use ring::{digest, hmac};
use serde_json::Value;

use super::signature::{Absence, Signature, Type, one, optional};
use super::{Function, bytes};

pub(super) const HMAC: Function = Function {
    name: "hmac",
    signature: Signature {
        parameters: &[
            one("data", Type::TextOrBytes),
            one("key", Type::TextOrBytes),
            optional("algorithm", Type::Word(&["sha1", "sha256", "sha512"])),
        ],
        result: Type::Bytes,
    },
    absence: Absence::Passes,
    doc: "the HMAC (RFC 2104) of data under a key, with SHA-256 unless another hash is named",
    example: (
        "$hex($hmac('what do ya want for nothing?', 'Jefe'))",
        "\"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843\"",
    ),
    body: |arguments| {
        let algorithm = match arguments.get(2) {
            None | Some(None) => hmac::HMAC_SHA256,
            Some(Some(Value::String(name))) if name == "sha256" => hmac::HMAC_SHA256,
            Some(Some(Value::String(name))) if name == "sha512" => hmac::HMAC_SHA512,
            Some(Some(Value::String(name))) if name == "sha1" => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
            Some(Some(_)) => return Err("the algorithm is none of `sha1`, `sha256` and `sha512`".to_owned()),
        };
        let (data, key) = (bytes::of(arguments, 0, "data")?, bytes::of(arguments, 1, "key")?);
        bytes::wrap(hmac::sign(&hmac::Key::new(algorithm, &key), &data).as_ref())
    },
};

pub(super) const SHA256: Function = Function {
    name: "sha256",
    signature: Signature { parameters: &[one("data", Type::TextOrBytes)], result: Type::Bytes },
    absence: Absence::Passes,
    doc: "the SHA-256 of bytes, or of a text's UTF-8",
    example: ("$hex($sha256('abc'))", "\"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\""),
    body: |arguments| hash(&digest::SHA256, arguments),
};

pub(super) const SHA1: Function = Function {
    name: "sha1",
    signature: Signature { parameters: &[one("data", Type::TextOrBytes)], result: Type::Bytes },
    absence: Absence::Passes,
    doc: "the SHA-1 of bytes, or of a text's UTF-8, for formats that still ask for it",
    example: ("$hex($sha1('abc'))", "\"a9993e364706816aba3e25717850c26c9cd0d89d\""),
    body: |arguments| hash(&digest::SHA1_FOR_LEGACY_USE_ONLY, arguments),
};

fn hash(algorithm: &'static digest::Algorithm, arguments: &[Option<Value>]) -> Result<Option<Value>, String> {
    bytes::wrap(digest::digest(algorithm, &bytes::of(arguments, 0, "data")?).as_ref())
}
