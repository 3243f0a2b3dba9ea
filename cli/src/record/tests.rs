//! Stand-ins one by one: the shape stays, the value goes, and the same value has the same stand-in wherever it stands.

use jiff::SignedDuration;

use super::json::Json;
use super::known::Known;
use super::stand_in::StandIns;

fn stand_ins() -> StandIns {
    StandIns::new(Known::default(), 7, SignedDuration::from_secs(1000)).unwrap()
}

#[test]
fn addresses_never_lead_anywhere() {
    let mut made = stand_ins();
    let email = made.text("peter.gibbons@initech.com", None).unwrap();
    let (local, host) = email.split_once('@').unwrap();
    assert!(host.ends_with(".example") && local.contains('.') && !email.contains("peter"), "{email}");
    assert_eq!(made.text("peter.gibbons@initech.com", None).unwrap(), email);
    let other = made.text("https://peter:secret@initech.com:8443/People/PeterGibbons?q=Peter#Gibbons", None).unwrap();
    assert!(other.starts_with(&format!("https://{host}:8443/")) && !other.to_lowercase().contains("peter"), "{other}");
    let inside = made.text("Write to <peter.gibbons@initech.com>, or call.", None).unwrap();
    assert!(inside.contains(&format!("<{email}>, ")), "{inside}");
    assert!(made.host("10.1.2.3").unwrap().starts_with("192.0.2."));
}

#[test]
fn a_local_server_is_the_provider_that_it_stood_for() {
    let mut made = stand_ins();
    made.hosts.insert("initech.okta.com".to_owned(), "acme.okta.com".to_owned());
    made.local = Some(("127.0.0.1:8080".to_owned(), "initech.okta.com".to_owned()));
    assert_eq!(made.link("http://127.0.0.1:8080/?limit=200").unwrap(), "https://acme.okta.com/?limit=200");
    let header = made.link_header("<http://127.0.0.1:8080/a?after=x9y8z7>; rel=\"next\", </b>; rel=\"self\"; title=\"Peter\"").unwrap();
    assert!(header.starts_with("<https://acme.okta.com/") && header.contains("; rel=\"next\", </"), "{header}");
    assert!(!header.contains("Peter") && !header.contains("x9y8z7"), "{header}");
}

#[test]
fn numbers_and_texts_of_the_same_digits_are_one_value() {
    let mut made = stand_ins();
    let document = Json::parse(
        r#"{"id": 35436001, "ref": "35436001", "url": "https://x.initech.com/35436001.json", "count": 12, "office": "12", "number": 9203816273409918253}"#,
    );
    let document = document.unwrap();
    made.see(&document);
    let Json::Object(members) = made.json(&document, None).unwrap() else { unreachable!("it is an object") };
    let at = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap();
    let Json::Number(id) = at("id") else { unreachable!("it is a number") };
    assert!(id.len() == 8 && id != "35436001");
    assert_eq!(at("ref"), Json::Text(id.clone()));
    assert!(matches!(at("url"), Json::Text(url) if url.ends_with(&format!("/{id}.json"))));
    // The small number stands as a text elsewhere: it is somebody's room, and no count.
    assert!(matches!((at("count"), at("office")), (Json::Number(n), Json::Text(room)) if n == room && n != "12"));
    assert!(matches!(at("number"), Json::Number(big) if big.parse::<i64>().is_ok()));
}

#[test]
fn names_of_members_are_kept_unless_they_are_somebodys() {
    let mut made = stand_ins();
    made.see_text("Peter Gibbons");
    for kept in ["display_name", "@odata.type", "createdAt"] {
        assert_eq!(made.member(kept).unwrap(), kept);
    }
    for gone in [
        "customField_12",
        "peter_name",
        "zquark-laptop",
        "wilma",
        "peter@initech.com",
        "35436001",
        "peter.gibbons",
        "Business Unit",
        "6f1c2b7e-93a4-4d5f-8c1b-2f3e4d5c6b7a",
    ] {
        assert_ne!(made.member(gone).unwrap(), gone);
    }
}

#[test]
fn points_in_time_move_together_and_days_alone() {
    let mut made = stand_ins();
    let one = made.text("2024-05-03T17:20:45.120Z", None).unwrap();
    let other = made.text("2024-05-03T17:20:46.120Z", None).unwrap();
    assert!(one < other && one.ends_with(".120Z") && !one.starts_with("2024-05-03"), "{one} {other}");
    let birthday = made.text("1969-11-14", None).unwrap();
    assert!(birthday != "1969-11-14" && birthday.len() == 10, "{birthday}");
    assert_eq!(made.text("1969-11-14", None).unwrap(), birthday);
}
