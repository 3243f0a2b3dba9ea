//! AWS Signature Version 4, in the `Authorization` header.

use std::fmt::Write as _;

use connc_expr::text::{encode_path, encode_query};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use jiff::Timestamp;
use ring::hmac;

use crate::request::Built;
use crate::{Error, hash};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The one service whose signatures differ.
const OBJECTS: &str = "s3";

/// Who signs, for what.
pub(super) struct Credentials<'a> {
    pub(super) access_key_id: &'a str,
    pub(super) secret_access_key: &'a str,
    pub(super) session_token: Option<&'a str>,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// Puts `x-amz-date`, `x-amz-content-sha256`, `x-amz-security-token` where there is one, and `authorization` on a request.
/// Signed are its host, its content type and every `x-amz-` header that it has then.
pub(super) fn put(built: &mut Built, credentials: &Credentials<'_>, now: Timestamp) -> Result<(), Error> {
    let time = now.strftime("%Y%m%dT%H%M%SZ").to_string();
    let payload = match built.body.bytes() {
        Some(body) => hash::hex(&hash::sha256(&body)),
        // Only the object store takes a body that its signature leaves out.
        None if credentials.service == OBJECTS => "UNSIGNED-PAYLOAD".to_owned(),
        None => return Err(Error::invalid("a body that is read while it is sent cannot be signed").with_help("give the file as bytes")),
    };
    header(built, "x-amz-date", &time, false)?;
    header(built, "x-amz-content-sha256", &payload, false)?;
    if let Some(token) = credentials.session_token {
        header(built, "x-amz-security-token", token, true)?;
    }
    let headers = signed_headers(built)?;
    let (path, query) = (path(built.url.path(), credentials.service), query(built.url.query().unwrap_or_default()));
    let canonical = canonical(built.method.name(), &path, &query, &headers, &payload);
    let value = authorization(credentials, &time, &headers, &canonical);
    header(built, AUTHORIZATION.as_str(), &value, true)
}

fn header(built: &mut Built, name: &'static str, value: &str, hidden: bool) -> Result<(), Error> {
    let mut value =
        HeaderValue::from_str(value).map_err(|_| Error::invalid(format!("the value of header `{name}` cannot stand in a header")))?;
    value.set_sensitive(hidden);
    built.headers.insert(HeaderName::from_static(name), value);
    Ok(())
}

/// The headers that are signed, sorted, by lowercase name; runs of spaces count as one.
fn signed_headers(built: &Built) -> Result<Vec<(String, String)>, Error> {
    let host = built.url.host_str().unwrap_or_default();
    let host = built.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut headers = vec![("host".to_owned(), host)];
    for name in built.headers.keys().filter(|name| **name == CONTENT_TYPE || name.as_str().starts_with("x-amz-")) {
        let mut values = Vec::new();
        for value in built.headers.get_all(name) {
            let text = value
                .to_str()
                .map_err(|_| Error::invalid(format!("the value of header `{name}` cannot be signed: it is no plain text")))?;
            values.push(text.split_ascii_whitespace().collect::<Vec<_>>().join(" "));
        }
        headers.push((name.as_str().to_owned(), values.join(",")));
    }
    headers.sort_unstable();
    Ok(headers)
}

/// The path as it is signed: every service but the object store encodes its segments once more and knows no empty ones.
fn path(path: &str, service: &str) -> String {
    if service == OBJECTS {
        return path.to_owned();
    }
    let mut segments: Vec<String> = path.split('/').filter(|segment| !segment.is_empty()).map(encode_path).collect();
    if path.ends_with('/') {
        segments.push(String::new());
    }
    let path = segments.join("/");
    if path.starts_with('/') { path } else { format!("/{path}") }
}

/// The query as it is signed: names and values encoded by RFC 3986, sorted by name, then by value.
fn query(query: &str) -> String {
    let decoded = url::form_urlencoded::parse(query.as_bytes());
    let mut pairs: Vec<(String, String)> = decoded.map(|(name, value)| (encode_query(&name), encode_query(&value))).collect();
    pairs.sort_unstable();
    pairs.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&")
}

/// The canonical request: what is signed of a request, in one text.
fn canonical(method: &str, path: &str, query: &str, headers: &[(String, String)], payload: &str) -> String {
    let mut lines = String::new();
    for (name, value) in headers {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "{name}:{value}");
    }
    format!("{method}\n{path}\n{query}\n{lines}\n{}\n{payload}", names(headers))
}

fn names(headers: &[(String, String)]) -> String {
    headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";")
}

/// The value of `Authorization` for a canonical request. `time` is as `20150830T123600Z`.
fn authorization(credentials: &Credentials<'_>, time: &str, headers: &[(String, String)], canonical: &str) -> String {
    let Credentials { access_key_id, secret_access_key, session_token: _, region, service } = credentials;
    let date = time.split('T').next().unwrap_or_default();
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let signed = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hash::hex(&hash::sha256(canonical.as_bytes())));
    let first = zeroize::Zeroizing::new(format!("AWS4{secret_access_key}"));
    let mut key = hmac::Key::new(hmac::HMAC_SHA256, first.as_bytes());
    for part in [date, region, service, "aws4_request"] {
        key = hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&key, part.as_bytes()).as_ref());
    }
    let signature = hash::hex(hmac::sign(&key, signed.as_bytes()).as_ref());
    format!("{ALGORITHM} Credential={access_key_id}/{scope}, SignedHeaders={}, Signature={signature}", names(headers))
}

#[cfg(test)]
mod tests {
    use connc_plan::Method;
    use http::HeaderMap;

    use super::{Built, Credentials, authorization, canonical, hash, path, put, query};

    const VANILLA: Credentials<'_> = Credentials {
        access_key_id: "AKIDEXAMPLE",
        secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        session_token: None,
        region: "us-east-1",
        service: "service",
    };

    /// The published test suite of AWS: method, query, more signed headers, signature. Its requests carry no content hash of their own.
    #[test]
    fn published_signatures() {
        const LETTERS: &str = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let unreserved = format!("{LETTERS}={LETTERS}");
        type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a str);
        let cases: &[Case<'_>] = &[
            ("GET", "", &[], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            ("POST", "", &[], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            ("GET", "Param2=value2&Param1=value1", &[], "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"),
            ("GET", &unreserved, &[], "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"),
            ("GET", "ሴ=bar", &[], "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"),
            ("POST", "", &[("my-header1", "value1")], "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"),
        ];
        for (method, sent, more, expected) in cases {
            let mut headers = vec![("host".to_owned(), "example.amazonaws.com".to_owned())];
            headers.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
            headers.push(("x-amz-date".to_owned(), "20150830T123600Z".to_owned()));
            let canonical = canonical(method, &path("/", "service"), &query(sent), &headers, &hash::hex(&hash::sha256(b"")));
            let value = authorization(&VANILLA, "20150830T123600Z", &headers, &canonical);
            assert_eq!(value.rsplit('=').next(), Some(*expected), "{canonical}");
        }
    }

    /// The example of AWS's guide to signing, a request for a list of users.
    #[test]
    fn the_guide_s_example() {
        let headers = [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            ("host", "iam.amazonaws.com"),
            ("x-amz-date", "20150830T123600Z"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let canonical = canonical("GET", "/", &query("Version=2010-05-08&Action=ListUsers"), &headers, &hash::hex(&hash::sha256(b"")));
        assert_eq!(hash::hex(&hash::sha256(canonical.as_bytes())), "f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59");
        assert_eq!(
            authorization(&Credentials { service: "iam", ..VANILLA }, "20150830T123600Z", &headers, &canonical),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
             SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
        );
    }

    /// These two were computed by a script of our own over Python's `hmac`, from the specification.
    #[test]
    fn whole_requests() {
        let built = |url: &str| {
            let mut built = Built::plain(url::Url::parse(url).unwrap(), &crate::redact::Redactor::default());
            built.method = Method::Post;
            built.headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"))]);
            built.body = "{\"a\":1}".to_owned().into();
            built
        };
        let now = "2015-08-30T12:36:00Z".parse().unwrap();
        let mut one = built("https://example.amazonaws.com:8443//users//a%20b/?x=%2F&x=%21&b+c");
        put(&mut one, &Credentials { session_token: Some("a-token"), ..VANILLA }, now).unwrap();
        assert_eq!(one.headers["x-amz-date"], "20150830T123600Z");
        assert_eq!(
            one.headers["authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, \
             SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token, Signature=31f52c21b3592ae182549635db622ff9c571b2cbb478c0b82fc1bc088b0fb1fd"
        );
        assert!(one.headers["authorization"].is_sensitive() && one.headers["x-amz-security-token"].is_sensitive());
        let mut two = built("https://bucket.example.com/a%20b//c");
        put(&mut two, &Credentials { service: "s3", ..VANILLA }, now).unwrap();
        assert_eq!(
            two.headers["authorization"],
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/s3/aws4_request, \
             SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date, Signature=e58310a9ff3189d8aeb6c98b3dbab10b994f4d1a143d8194348a7611e30b4c53"
        );
    }

    #[test]
    fn paths() {
        for (sent, signed) in [("/", "/"), ("/a/b", "/a/b"), ("//a//b/", "/a/b/"), ("/%E1%88%B4", "/%25E1%2588%25B4"), ("/a:b", "/a%3Ab")] {
            assert_eq!(path(sent, "service"), signed);
        }
        assert_eq!(path("//%E1%88%B4", "s3"), "//%E1%88%B4");
    }
}
