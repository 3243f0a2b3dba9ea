//! Private keys as people have them: PEM (RFC 7468) with PKCS #8, PKCS #1 or SEC 1 within.

use data_encoding::BASE64;
use zeroize::Zeroizing;

use crate::Error;

/// What the bytes of a private key are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `PRIVATE KEY` (RFC 5208): any algorithm.
    Pkcs8,
    /// `RSA PRIVATE KEY` (RFC 8017, appendix A.1.2).
    Pkcs1,
    /// `EC PRIVATE KEY` (RFC 5915).
    Sec1,
}

/// A private key in DER.
pub(super) struct Private {
    pub(super) form: Form,
    pub(super) der: Zeroizing<Vec<u8>>,
}

const BEGIN: &str = "-----BEGIN ";
const DASHES: &str = "-----";

/// The first private key in `text`. `what` names the key in messages, which hold nothing of it.
///
/// Lines may also be parted by the two characters `\n`, as they are where a key went through an environment variable or JSON by hand.
pub(super) fn private(text: &str, what: &str) -> Result<Private, Error> {
    let text = Zeroizing::new(text.replace("\\n", "\n"));
    let mut rest = text.as_str();
    let mut other = None;
    while let Some((_, after)) = rest.split_once(BEGIN) {
        let Some((label, body)) = after.split_once(DASHES) else { break };
        let form = match label {
            "PRIVATE KEY" => Some(Form::Pkcs8),
            "RSA PRIVATE KEY" => Some(Form::Pkcs1),
            "EC PRIVATE KEY" => Some(Form::Sec1),
            _ => None,
        };
        if let Some(form) = form {
            return Ok(Private { form, der: decode(body, label, what)? });
        }
        if label != "EC PARAMETERS" {
            other.get_or_insert(label);
        }
        rest = body;
    }
    Err(refused(other, what))
}

/// The bytes between a key's two lines.
fn decode(body: &str, label: &str, what: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    let Some((body, _)) = body.split_once(&format!("-----END {label}{DASHES}")) else {
        return Err(Error::invalid(format!("{what} is cut off: its last line, `-----END {label}-----`, is missing"))
            .with_help("give the whole file, with its first and its last line"));
    };
    if body.contains("ENCRYPTED") {
        return Err(encrypted(what));
    }
    let dense = Zeroizing::new(body.split_ascii_whitespace().collect::<String>());
    let der = BASE64.decode(dense.as_bytes()).map_err(|_| damaged(what))?;
    Ok(Zeroizing::new(der))
}

/// What is wrong with text that holds no private key in the clear.
fn refused(label: Option<&str>, what: &str) -> Error {
    match label {
        Some("ENCRYPTED PRIVATE KEY") => encrypted(what),
        Some(label) if label.contains("PUBLIC KEY") => {
            Error::invalid(format!("{what} is a public key, and signing takes the private one")).with_help(BEGINS)
        }
        Some(label) if label.contains("CERTIFICATE") => {
            Error::invalid(format!("{what} is a certificate, and signing takes the private key")).with_help(BEGINS)
        }
        Some("OPENSSH PRIVATE KEY") => {
            Error::invalid(format!("{what} is in the form of OpenSSH")).with_help("write it as PEM: `ssh-keygen -p -m PKCS8 -f key`")
        }
        Some(_) | None => Error::invalid(format!("{what} is no private key in PEM")).with_help(BEGINS),
    }
}

const BEGINS: &str =
    "a private key begins with `-----BEGIN PRIVATE KEY-----`, `-----BEGIN RSA PRIVATE KEY-----` or `-----BEGIN EC PRIVATE KEY-----`";

fn encrypted(what: &str) -> Error {
    Error::invalid(format!("{what} is encrypted with a passphrase"))
        .with_help("write it without one: `openssl pkcs8 -topk8 -nocrypt -in key.pem`")
}

/// A key whose bytes are not what its first line says.
pub(super) fn damaged(what: &str) -> Error {
    Error::invalid(format!("{what} is damaged or cut off")).with_help("give the whole file, with its first and its last line")
}
