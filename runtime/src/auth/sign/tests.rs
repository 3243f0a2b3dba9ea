//! What is signed here, held against another implementation's verifier or published values.

use std::borrow::Cow;
use std::collections::BTreeMap;

use connc_expr::text::{Lookup, Scope};
use connc_plan::{Data, Jwt, JwtAlgorithm, Origin, Reference, Segment, Text};
use data_encoding::{BASE64, BASE64URL_NOPAD};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use serde_json::{Value, json};

use crate::ReplayRandom;

/// Names with their values.
pub(super) struct Known(BTreeMap<String, String>);

impl Known {
    pub(super) fn new(known: &[(&str, &str)]) -> Self {
        Self(known.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect())
    }
}

impl Scope for Known {
    fn get(&self, path: &[String]) -> Lookup<'_> {
        self.0.get(&path.join(".")).map_or(Lookup::Absent, |value| Lookup::Text(Cow::Borrowed(value)))
    }
}

/// A text that is one whole `{{ x }}`.
pub(super) fn whole(path: &str) -> Text {
    let path = path.split('.').map(str::to_owned).collect();
    Text { segments: vec![Segment::Value(Reference { path, filters: Vec::new() })], origin: Origin::default() }
}

fn literal(text: &str) -> Text {
    Text::literal(text, Origin::default())
}

fn assertion(alg: JwtAlgorithm) -> Jwt {
    Jwt {
        alg,
        key: whole("secret.private_key"),
        header: vec![("kid".to_owned(), whole("auth.key_id"))],
        claims: vec![
            ("iss".to_owned(), whole("auth.app_id")),
            ("sub".to_owned(), whole("auth.subject")),
            ("scope".to_owned(), literal("users.read users.write")),
        ],
        more: Vec::new(),
        ttl: 540,
        backdated: 60,
        jti: false,
        origin: Origin::default(),
    }
}

fn sign(jwt: &Jwt, key: &str) -> Result<String, crate::Error> {
    let known = Known::new(&[("secret.private_key", key), ("auth.app_id", "4711"), ("auth.key_id", "key-1")]);
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    super::jwt::signed(jwt, &known, now, &ReplayRandom::new(1)).map(|token| token.expose().clone())
}

/// The header, the claims, what was signed and the signature.
fn taken_apart(token: &str) -> (Value, Value, String, Vec<u8>) {
    let parts: Vec<&str> = token.split('.').collect();
    let [header, claims, signature] = parts.as_slice() else { panic!("three parts") };
    let bytes = |part: &str| BASE64URL_NOPAD.decode(part.as_bytes()).unwrap();
    let object = |part: &str| serde_json::from_slice(&bytes(part)).unwrap();
    (object(header), object(claims), format!("{header}.{claims}"), bytes(signature))
}

fn public(pem: &str) -> Vec<u8> {
    let lines: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64.decode(lines.as_bytes()).unwrap()
}

const RSA: &str = include_str!("../../../tests/keys/rsa.pkcs8.pem");
const EC: &str = include_str!("../../../tests/keys/ec.pkcs8.pem");

#[test]
fn a_token_says_what_the_plan_says() {
    let (header, claims, ..) = taken_apart(&sign(&assertion(JwtAlgorithm::RS256), RSA).unwrap());
    assert_eq!(header, json!({ "alg": "RS256", "typ": "JWT", "kid": "key-1" }));
    // 2026-03-01T12:00:00Z is 1772366400. The subject is absent, and so is its claim.
    assert_eq!(claims, json!({ "iss": "4711", "scope": "users.read users.write", "iat": 1_772_366_340, "exp": 1_772_366_880 }));
}

#[test]
fn claims_need_not_be_text() {
    let list = vec![Data::Text(whole("auth.app_id")), Data::Const(json!(2)), Data::Text(whole("auth.subject"))];
    let more = vec![
        ("level".to_owned(), Data::Const(json!(3))),
        ("roles".to_owned(), Data::List(list)),
        (
            "act".to_owned(),
            Data::Object(vec![("sub".to_owned(), Data::Text(whole("auth.subject"))), ("on".to_owned(), Data::Const(json!(true)))]),
        ),
        ("absent".to_owned(), Data::Text(whole("auth.subject"))),
    ];
    let (_, claims, ..) =
        taken_apart(&sign(&Jwt { claims: Vec::new(), more, ..assertion(JwtAlgorithm::HS256) }, "a shared secret").unwrap());
    let expected = json!({ "level": 3, "roles": ["4711", 2], "act": { "on": true }, "iat": 1_772_366_340, "exp": 1_772_366_880 });
    assert_eq!(claims, expected);
}

#[test]
fn each_token_can_have_a_name_of_its_own() {
    let jwt = Jwt { jti: true, ..assertion(JwtAlgorithm::HS256) };
    let (_, claims, ..) = taken_apart(&sign(&jwt, "a shared secret").unwrap());
    assert_eq!(claims["jti"].as_str().unwrap().len(), 32);
}

#[test]
fn rsa_signatures_are_verified_in_each_form_of_the_key() {
    let verifier = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, public(include_str!("../../../tests/keys/rsa.public.pem")));
    let escaped = RSA.replace('\n', "\\n");
    let indented = RSA.replace('\n', "\r\n  ");
    for key in [RSA, include_str!("../../../tests/keys/rsa.pkcs1.pem"), &escaped, &indented] {
        let (.., signed, signature) = taken_apart(&sign(&assertion(JwtAlgorithm::RS256), key).unwrap());
        verifier.verify(signed.as_bytes(), &signature).unwrap();
        assert!(verifier.verify(format!("{signed}x").as_bytes(), &signature).is_err());
    }
}

#[test]
fn ec_signatures_are_verified_in_each_form_of_the_key() {
    let spki = public(include_str!("../../../tests/keys/ec.public.pem"));
    // The point ends the structure: 0x04, x and y.
    let verifier = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, spki[spki.len() - 65..].to_vec());
    for key in [EC, include_str!("../../../tests/keys/ec.sec1.pem")] {
        let (header, _, signed, signature) = taken_apart(&sign(&assertion(JwtAlgorithm::ES256), key).unwrap());
        assert_eq!((&header["alg"], signature.len()), (&json!("ES256"), 64));
        verifier.verify(signed.as_bytes(), &signature).unwrap();
    }
}

#[test]
fn shared_secrets_sign_with_their_bytes() {
    // RFC 7515, appendix A.1: the key there, over the header and the claims there.
    let key = BASE64URL_NOPAD.decode(b"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow").unwrap();
    let signed = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    let key = super::key::Key::Shared(ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &key));
    let signature = key.sign(signed.as_bytes(), "the key").unwrap();
    assert_eq!(BASE64URL_NOPAD.encode(&signature), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");

    let (.., signed, signature) = taken_apart(&sign(&assertion(JwtAlgorithm::HS256), "a shared secret").unwrap());
    let verifier = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a shared secret");
    ring::hmac::verify(&verifier, signed.as_bytes(), &signature).unwrap();
}

#[test]
fn keys_that_cannot_sign_are_refused_in_plain_words() {
    let cut = RSA.get(..RSA.len() / 2).unwrap();
    let short: String = RSA.lines().enumerate().filter(|(line, _)| *line != 9).map(|(_, line)| format!("{line}\n")).collect();
    let noise = RSA.replacen("\nM", "\n*", 1);
    let cases: &[(JwtAlgorithm, &str, &str)] = &[
        (JwtAlgorithm::RS256, "", "is no private key in PEM"),
        (JwtAlgorithm::RS256, "hunter2", "is no private key in PEM"),
        (JwtAlgorithm::RS256, cut, "is cut off: its last line, `-----END PRIVATE KEY-----`, is missing"),
        (JwtAlgorithm::RS256, &short, "is damaged or cut off"),
        (JwtAlgorithm::RS256, &noise, "is damaged or cut off"),
        (JwtAlgorithm::RS256, include_str!("../../../tests/keys/rsa.encrypted.pem"), "is encrypted with a passphrase"),
        (JwtAlgorithm::RS256, include_str!("../../../tests/keys/rsa.encrypted.pkcs1.pem"), "is encrypted with a passphrase"),
        (JwtAlgorithm::RS256, include_str!("../../../tests/keys/rsa.public.pem"), "is a public key, and signing takes the private one"),
        (JwtAlgorithm::ES256, include_str!("../../../tests/keys/ec.public.pem"), "is a public key, and signing takes the private one"),
        (JwtAlgorithm::RS256, include_str!("../../../tests/keys/rsa.small.pem"), "does not fit the algorithm"),
        (JwtAlgorithm::RS256, EC, "does not fit the algorithm"),
        (JwtAlgorithm::RS256, include_str!("../../../tests/keys/ec.sec1.pem"), "does not fit the algorithm"),
        (JwtAlgorithm::ES256, RSA, "does not fit the algorithm"),
        (JwtAlgorithm::ES256, include_str!("../../../tests/keys/rsa.pkcs1.pem"), "does not fit the algorithm"),
        (JwtAlgorithm::ES256, include_str!("../../../tests/keys/ec.p384.pem"), "does not fit the algorithm"),
        (JwtAlgorithm::ES256, include_str!("../../../tests/keys/ec.private-half.pem"), "is damaged or cut off"),
        (
            JwtAlgorithm::RS256,
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "is a certificate, and signing takes the private key",
        ),
        (JwtAlgorithm::RS256, "-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----", "is in the form of OpenSSH"),
        (JwtAlgorithm::HS256, "", "is empty"),
    ];
    for (alg, key, expected) in cases {
        let error = sign(&assertion(*alg), key).unwrap_err();
        assert_eq!(error.message, format!("the key `{{{{ secret.private_key }}}}` {expected}"), "{alg:?}");
        // No line of a key, not even half of one, is repeated.
        let said = format!("{error:?}");
        assert!(
            key.lines().filter(|line| !line.starts_with("-----") && line.len() > 8).all(|line| !said.contains(line.get(..8).unwrap())),
            "{said}"
        );
    }
    let missing = Known::new(&[]);
    let now = "2026-03-01T12:00:00Z".parse().unwrap();
    let error = super::jwt::signed(&assertion(JwtAlgorithm::RS256), &missing, now, &ReplayRandom::new(1)).unwrap_err();
    assert_eq!(error.message, "the key `{{ secret.private_key }}` is missing");
}
