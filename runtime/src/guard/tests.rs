//! Addresses and origins, the refused ones above all.

use super::{ErrorKind, Guard, Origin, Permits, Url, public, public_host};

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

#[test]
fn inner_addresses_are_not_public() {
    for text in [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.0.8",
        "198.18.0.1",
        "::1",
        "::",
        "fe80::1",
        "fd00:ec2::254",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
        "ff02::1",
        "2001:db8::1",
        "::127.0.0.1",
    ] {
        assert!(!public(text.parse().unwrap()), "{text}");
    }
    for text in ["93.184.216.34", "2606:4700::1111", "::ffff:93.184.216.34"] {
        assert!(public(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn addresses_in_disguise() {
    for text in [
        "https://127.1/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://[::ffff:7f00:1]/",
        "https://localhost/",
        "https://a.localhost./",
    ] {
        assert!(!public_host(&url(text)), "{text}");
    }
}

#[test]
fn links_stay_on_their_origin() {
    let guard = Guard::new(Some(Origin::parse("https://api.example.com").unwrap()), Vec::new(), &Permits::default());
    let current = url("https://api.example.com/users");
    assert!(guard.accept(url("https://api.example.com:443/users?page=2"), &current).is_ok());
    for text in [
        "http://api.example.com/users",
        "https://api.example.com:8443/users",
        "https://api.example.com.evil.example/users",
        "https://evil.example/users",
        "https://user@api.example.com/users",
    ] {
        assert_eq!(guard.accept(url(text), &current).unwrap_err().kind, ErrorKind::Security, "{text}");
    }
}

#[test]
fn a_local_server_stands_for_the_real_origin() {
    let permits = Permits { base: Some(Origin::parse("http://127.0.0.1:8080").unwrap()), ..Permits::default() };
    let guard = Guard::new(Some(Origin::parse("https://api.example.com").unwrap()), Vec::new(), &permits);
    let real = url("https://api.example.com/users?x=1");
    assert_eq!(guard.target(&real).unwrap().as_str(), "http://127.0.0.1:8080/users?x=1");
    assert_eq!(guard.accept(url("http://127.0.0.1:8080/users?page=2"), &real).unwrap().as_str(), "https://api.example.com/users?page=2");
    assert_eq!(guard.accept(url("https://api.example.com/users?page=2"), &real).unwrap().as_str(), "https://api.example.com/users?page=2");
    assert!(guard.accept(url("http://127.0.0.1:8081/users"), &real).is_err());
    assert!(guard.target(&url("http://127.0.0.1:8081/users")).is_err());
}

#[test]
fn plain_http_and_inner_addresses_need_leave() {
    let guard = Guard::new(None, Vec::new(), &Permits::default());
    assert_eq!(guard.target(&url("http://api.example.com/")).unwrap_err().message, "http://api.example.com is not https");
    assert_eq!(guard.target(&url("https://169.254.169.254/")).unwrap_err().kind, ErrorKind::Security);
    let permits = Permits { allowed: vec![Origin::parse("http://127.0.0.1:9").unwrap()], ..Permits::default() };
    assert!(Guard::new(None, Vec::new(), &permits).target(&url("http://127.0.0.1:9/x")).is_ok());
}

#[test]
fn an_origin_has_no_path() {
    assert!(Origin::parse("http://127.0.0.1:8080/api").is_err());
    assert!(Origin::parse("ftp://a.example").is_err());
    assert_eq!(Origin::parse("https://A.example:443/").unwrap().to_string(), "https://a.example");
}
