//! Keys that sign: read from PEM or from a secret's bytes into what ring signs with.

use connc_plan::JwtAlgorithm;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use ring::{error::KeyRejected, hmac};
use zeroize::Zeroizing;

use super::pem::{self, Form, Private};
use crate::Error;

/// A key, ready to sign.
pub(super) enum Key {
    Rsa(Box<RsaKeyPair>),
    Ec(Box<EcdsaKeyPair>),
    Shared(hmac::Key),
}

/// Reads the key of an algorithm. `what` names it in messages.
pub(super) fn read(alg: JwtAlgorithm, text: &str, what: &str) -> Result<Key, Error> {
    match alg {
        JwtAlgorithm::RS256 => rsa(&pem::private(text, what)?, what),
        JwtAlgorithm::ES256 => ec(&pem::private(text, what)?, what),
        JwtAlgorithm::HS256 if text.is_empty() => Err(Error::invalid(format!("{what} is empty"))),
        JwtAlgorithm::HS256 => Ok(Key::Shared(hmac::Key::new(hmac::HMAC_SHA256, text.as_bytes()))),
    }
}

impl Key {
    /// The signature over `bytes`, in the form that RFC 7518 gives it.
    pub(super) fn sign(&self, bytes: &[u8], what: &str) -> Result<Vec<u8>, Error> {
        let failed = |_| Error::invalid(format!("{what} cannot sign"));
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), bytes, &mut signature).map_err(failed)?;
                Ok(signature)
            }
            // The nonce of an ECDSA signature must never repeat, so it is always the system's, also where the embedder's randomness does.
            Self::Ec(pair) => Ok(pair.sign(&SystemRandom::new(), bytes).map_err(failed)?.as_ref().to_vec()),
            Self::Shared(key) => Ok(hmac::sign(key, bytes).as_ref().to_vec()),
        }
    }
}

fn rsa(private: &Private, what: &str) -> Result<Key, Error> {
    let pair = match private.form {
        Form::Pkcs8 => RsaKeyPair::from_pkcs8(&private.der),
        Form::Pkcs1 => RsaKeyPair::from_der(&private.der),
        Form::Sec1 => return Err(unfit(what, "RS256 takes an RSA key")),
    };
    pair.map(|pair| Key::Rsa(Box::new(pair))).map_err(|rejected| explain(rejected, what, "RS256 takes an RSA key of 2048 to 4096 bits"))
}

fn ec(private: &Private, what: &str) -> Result<Key, Error> {
    let wrapped;
    let der = match private.form {
        Form::Pkcs8 => &private.der,
        Form::Sec1 => {
            wrapped = wrap_sec1(&private.der);
            &wrapped
        }
        Form::Pkcs1 => return Err(unfit(what, "ES256 takes an EC key on the curve P-256")),
    };
    EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der, &SystemRandom::new())
        .map(|pair| Key::Ec(Box::new(pair)))
        .map_err(|rejected| explain(rejected, what, "ES256 takes an EC key on the curve P-256, with its public half"))
}

/// ring names its reasons in its `Display`, which is all it gives; none of them holds key material.
fn explain(rejected: KeyRejected, what: &str, takes: &str) -> Error {
    match rejected.to_string().as_str() {
        "WrongAlgorithm" | "VersionNotSupported" | "TooSmall" | "TooLarge" | "PrivateModulusLenNotMultipleOf512Bits" => unfit(what, takes),
        _ => pem::damaged(what).with_help(format!("give the whole file, with its first and its last line; {takes}")),
    }
}

fn unfit(what: &str, takes: &str) -> Error {
    Error::invalid(format!("{what} does not fit the algorithm")).with_help(takes)
}

/// An EC key of RFC 5915 within the PKCS #8 (RFC 5208) that ring takes: version 0, the algorithm (ecPublicKey on prime256v1), and the key.
fn wrap_sec1(sec1: &[u8]) -> Zeroizing<Vec<u8>> {
    const VERSION: &[u8] = &[0x02, 0x01, 0x00];
    const EC_PUBLIC_KEY: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    const PRIME256V1: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    const OBJECT: u8 = 0x06;
    const OCTETS: u8 = 0x04;
    const SEQUENCE: u8 = 0x30;
    let algorithm = [der(OBJECT, EC_PUBLIC_KEY), der(OBJECT, PRIME256V1)].concat();
    let inner = Zeroizing::new([VERSION.to_vec(), der(SEQUENCE, &algorithm), der(OCTETS, sec1)].concat());
    Zeroizing::new(der(SEQUENCE, &inner))
}

/// A tag, a length (X.690, section 8.1.3) and a value.
fn der(tag: u8, value: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    match u8::try_from(value.len()) {
        Ok(length) if length < 0x80 => out.push(length),
        _ => {
            let length: Vec<u8> = value.len().to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
            out.push(0x80 | u8::try_from(length.len()).unwrap_or(0x7f));
            out.extend(length);
        }
    }
    out.extend_from_slice(value);
    out
}
