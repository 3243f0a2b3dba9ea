//! `--record`: a call to a server on this machine becomes a cassette that replays, and that holds nothing of what the server said.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::calls::okta;
use crate::machine::{Done, connc, connc_in};
use crate::server::{Answer, Server, json};

/// A folder of its own for each test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("connc-record-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Every file that is there, those whose names begin with a dot included.
    fn files(&self) -> Vec<String> {
        let mut names: Vec<String> =
            std::fs::read_dir(&self.0).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// What a tenant called Initech would answer: people, in every shape that values have.
const PEOPLE: &str = r#"[
  {"id": "00uPeterGibbons9x7", "status": "ACTIVE", "created": "2019-02-19T09:30:11.000Z", "lastUpdated": "2024-05-03T17:20:45.120Z",
   "profile": {"firstName": "Peter", "lastName": "Gibbons", "email": "peter.gibbons@initech.com", "login": "peter.gibbons@initech.com",
     "mobilePhone": "+1-555-867-5309", "title": "Software Engineer II", "department": "TPS Reports", "employeeNumber": "48151623",
     "managerId": "00uBillLumbergh2k3", "locale": "en-US", "timezone": "America/Chicago", "birthday": "1969-11-14", "note": "Likes fishing; phone his wife at 555-0199 <b>after</b> six"},
   "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}, "emails": [{"value": "peter@home.invalid", "status": "VERIFIED", "type": "PRIMARY"}]},
   "salary": 81234.5, "badge": 9007199254740993123, "desk": 7, "session": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwZXRlciJ9.c2lnbmF0dXJl",
   "cars": {"peter.gibbons@initech.com": "Toyota Corolla"}, "uuid": "6f1c2b7e-93a4-4d5f-8c1b-2f3e4d5c6b7a", "tags": ["Fisherman", "Fisherman"],
   "photo": "https://cdn.initech.com/people/PeterGibbons.png?sig=s3ssionT0kenXYZ99",
   "_links": {"self": {"href": "{url}/api/v1/users/00uPeterGibbons9x7"}, "manager": {"href": "https://initech.okta.com/api/v1/users/00uBillLumbergh2k3"}}}
]"#;

/// Every text and every long number in a document.
fn values(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => found.push(number.to_string()),
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| values(item, found)),
        Value::Object(members) => members.values().for_each(|value| values(value, found)),
    }
}

/// No value survives, nor any piece of one that could tell something.
fn harmless(cassette: &str, recorded: &str, kept: &[&str]) {
    let mut found = Vec::new();
    values(&serde_json::from_str(recorded).unwrap(), &mut found);
    assert!(!found.is_empty());
    for value in found {
        for piece in std::iter::once(value.as_str()).chain(words(&value)) {
            // A year, a part of a second, a group of a UUID or a time zone's area is no value by itself.
            let group = piece.len() == 4 && piece.chars().all(|c| c.is_ascii_hexdigit() || c == 'Z');
            let rule = kept.contains(&piece) || piece.len() < 4 || group || ["http", "https", "okta", "users", "America"].contains(&piece);
            // Stand-ins are random: a short word may stand inside a longer one by chance.
            let survives = if piece.len() < 6 { words(cassette).any(|word| word == piece) } else { cassette.contains(piece) };
            assert!(rule || !survives, "`{piece}` is in the recording:\n{cassette}");
        }
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
}

/// Replays the recording the way that its author would: in the connector's folder, with `connc test`.
fn tested(connector: &str, file: &str) -> Done {
    tested_in("connectors", connector, file)
}

pub(crate) fn tested_in(connectors: &str, connector: &str, file: &str) -> Done {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let own = Path::new(file).parent().unwrap().file_name().unwrap().to_str().unwrap();
    let work = Folder::new(&format!("test-{connector}-{own}-{}", Path::new(file).file_stem().unwrap().to_str().unwrap()));
    let folder = work.0.join("connectors").join(connector);
    copy(&root.join(connectors).join(connector), &folder);
    let _ = std::fs::remove_dir_all(folder.join("cassettes"));
    std::fs::create_dir_all(folder.join("cassettes")).unwrap();
    std::fs::copy(file, folder.join("cassettes").join(Path::new(file).file_name().unwrap())).unwrap();
    connc_in(&work.0, &["test", "--accept"]).fine();
    connc_in(&work.0, &["test"])
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, target).unwrap();
        }
    }
}

/// Calls the connector as an account of Initech's.
fn initech(server: &Server, extra: &[&str]) -> Done {
    let own = ["run", "okta", "--set", "domain=initech.okta.com", "--secret", "token=00T0p.S3cret~Value", "--base-url", &server.url];
    connc(&[&own[..], extra].concat())
}

#[test]
fn a_list_of_people_becomes_a_list_of_nobody() {
    let folder = Folder::new("list");
    let link: &[(&str, &str)] = &[
        ("link", "<{url}/api/v1/users?after=cursorOfPeterGibbons&limit=200>; rel=\"next\""),
        ("set-cookie", "sid=cookieOfPeterGibbons; Path=/"),
        ("x-okta-request-id", "requestOfPeterGibbons"),
        ("x-rate-limit-limit", "12000"),
        ("x-rate-limit-remaining", "11987"),
        ("x-rate-limit-reset", "1714757999"),
    ];
    let second = PEOPLE.replace("Peter", "Milton").replace("peter", "milton").replace("Gibbons", "Waddams").replace("gibbons", "waddams");
    let server = Server::start(vec![Answer::Json(200, link, PEOPLE.to_owned()), json(&second)]);
    let file = folder.file("users.list.people.yaml");
    let done = initech(&server, &["users", "--all", "--record", &file]);
    assert_eq!(done.fine().out.lines().count(), 2, "{done:?}");
    // The caller sees the records as they are; only the recording has others.
    assert!(done.out.contains("peter.gibbons@initech.com") && done.err.contains("recorded in"), "{done:?}");
    let text = std::fs::read_to_string(&file).unwrap();
    for recorded in [PEOPLE, &second] {
        harmless(&text, recorded, &["ACTIVE", "after"]);
    }
    for gone in
        ["initech", "S3cret", "cookieOf", "requestOf", "cursorOf", "127.0.0.1", "set-cookie", "x-okta-request-id", "2019-02", "1714757999"]
    {
        assert!(!text.to_lowercase().contains(&gone.to_lowercase()), "`{gone}` is in the recording:\n{text}");
    }
    for there in
        ["{{ secret.token }}", "https://acme.okta.com/api/v1/users?limit=200", "status: ACTIVE", ": 7", "x-rate-limit-limit: \"12000\""]
    {
        assert!(text.contains(there), "`{there}` is not in the recording:\n{text}");
    }
    assert_eq!(folder.files(), ["users.list.people.yaml"]);
    tested("okta", &file).fine();
}

#[test]
fn the_same_value_has_the_same_stand_in() {
    let folder = Folder::new("same");
    let server = Server::start(vec![json(
        &PEOPLE.trim().trim_start_matches('[').trim_end_matches(']').replace("{url}", "https://initech.okta.com"),
    )]);
    let file = folder.file("users.get.yaml");
    initech(&server, &["users", "00uPeterGibbons9x7", "--record", &file]).fine();
    let text = std::fs::read_to_string(&file).unwrap();
    let after =
        |marker: &str| text.split(marker).nth(1).unwrap().split(['"', '\n', ' ', ',']).find(|piece| !piece.is_empty()).unwrap().to_owned();
    let id = after("\n        id: ");
    assert_eq!(id.len(), "00uPeterGibbons9x7".len());
    assert_eq!(text.matches(&id).count(), 4, "call, request, record and link:\n{text}");
    assert_eq!(text.matches(&after("managerId: ")).count(), 2, "{text}");
    let email = after("email: ");
    assert!(email.ends_with(".example") && text.matches(&email).count() == 3, "{text}");
    tested("okta", &file).fine();
}

#[test]
fn a_failure_is_worth_a_recording() {
    let folder = Folder::new("fails");
    let limited: &[(&str, &str)] = &[("x-rate-limit-limit", "600"), ("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1714757999")];
    let body = r#"{"errorCode": "E0000047", "errorSummary": "Peter Gibbons called too often", "errorId": "oaePeterGibbons01"}"#;
    let server = Server::start(vec![Answer::Json(429, limited, body.to_owned())]);
    let file = folder.file("users.list.rate_limited.yaml");
    initech(&server, &["users", "--record", &file]).failed(&["error[rate_limited]"]);
    let text = std::fs::read_to_string(&file).unwrap();
    harmless(&text, body, &[]);
    assert!(text.contains("fails: rate_limited") && text.contains("errorCode: "), "{text}");
    tested("okta", &file).fine();
}

#[test]
fn a_token_is_bought_anew_and_shown_nowhere() {
    let folder = Folder::new("token");
    let token = r#"{"access_token": "initechToken7f6e5d4c3b2a", "token_type": "bearer", "scope": "read write", "expires_in": 7200}"#;
    let users = r#"{"users": [{"id": 35436001, "name": "Peter Gibbons", "email": "peter.gibbons@initech.com", "role": "agent", "organization_id": 57542123, "url": "https://initech.zendesk.com/api/v2/users/35436001.json"}], "meta": {"has_more": true, "after_cursor": "cursorOfPeterGibbons"}}"#;
    let server = Server::start(vec![json(token), json(users)]);
    let file = folder.file("users.list.token.yaml");
    let done = connc(&[
        "run",
        "zendesk",
        "users",
        "--auth",
        "oauth_client_credentials",
        "--set",
        "subdomain=initech",
        "--set",
        "client_id=initech_sync",
        "--secret",
        "client_secret=sw1ngl1ne/red+stapler",
        "--base-url",
        &server.url,
        "--record",
        &file,
    ]);
    done.fine();
    let text = std::fs::read_to_string(&file).unwrap();
    harmless(&text, token, &["bearer", "read", "write", "read write", "7200"]);
    harmless(&text, users, &["agent", "users", "zendesk", "json"]);
    for there in [
        "client_secret: \"{{ secret.client_secret }}\"",
        "subdomain: acme",
        "https://acme.zendesk.com/oauth/tokens",
        "expires_in: 7200",
        "limit: 1",
    ] {
        assert!(text.contains(there), "`{there}` is not in the recording:\n{text}");
    }
    assert!(!text.contains("initech") && !text.contains("sw1ngl1ne"), "{text}");
    tested("zendesk", &file).fine();
}

#[test]
fn a_write_keeps_its_shape() {
    let folder = Folder::new("write");
    let made = r#"{"data": {"commentCreate": {"success": true, "comment": {"id": "6f1c2b7e-93a4-4d5f-8c1b-2f3e4d5c6b7a", "body": "Peter, about those **TPS** reports", "createdAt": "2024-05-03T17:20:45.123Z", "updatedAt": "2024-05-03T17:20:45.123Z", "editedAt": null, "resolvedAt": null, "url": "https://linear.app/initech/issue/INI-77#comment-6f1c2b7e", "user": {"id": "5f1c2b7e-93a4-4d5f-8c1b-2f3e4d5c6b70", "name": "Bill Lumbergh", "email": "bill@initech.com"}, "issue": {"id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "identifier": "INI-77"}}}}}"#;
    let server = Server::start(vec![json(made)]);
    let file = folder.file("comments.create.yaml");
    let input = r#"{"ticket_id": "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d", "body": "Peter, about those **TPS** reports"}"#;
    connc(&[
        "run",
        "linear",
        "comments.create",
        "--input",
        input,
        "--secret",
        "key=lin_api_S3cretStapler",
        "--base-url",
        &server.url,
        "--record",
        &file,
    ])
    .fine();
    let text = std::fs::read_to_string(&file).unwrap();
    harmless(&text, made, &["linear", "issue", "comment"]);
    harmless(&text, input, &[]);
    assert!(!text.contains("S3cretStapler") && text.contains("commentCreate(input: $input)"), "{text}");
    tested("linear", &file).fine();
}

#[test]
fn a_session_keeps_no_cookie_but_its_own() {
    let folder = Folder::new("session");
    let login: &[(&str, &str)] = &[
        ("set-cookie", "HARBOUR=cookieOfLumbergh77; Path=/; HttpOnly"),
        ("set-cookie", "tracking=trackingOfLumbergh88; Path=/"),
        ("x-csrf-token", "csrfOfLumbergh99"),
        ("authorization", "Bearer echoOfLumbergh00"),
    ];
    let user = r#"{"user": {"id": "lumbergh-4711", "name": "Bill Lumbergh"}}"#;
    let server = Server::start(vec![Answer::Json(200, login, "{}".to_owned()), json(user)]);
    let file = folder.file("users.create.yaml");
    let done = connc(&[
        "run",
        "harbour-session",
        "users.create",
        "--connectors",
        "snapshots/samples/connectors",
        "--input",
        r#"{"name": "Bill Lumbergh"}"#,
        "--set",
        "user=lumbergh",
        "--secret",
        "password=y3ah.ifYouC0uld",
        "--base-url",
        &server.url,
        "--record",
        &file,
    ]);
    done.fine();
    let text = std::fs::read_to_string(&file).unwrap();
    harmless(&text, user, &["user"]);
    assert!(!text.to_lowercase().contains("lumbergh") && !text.contains("tracking") && !text.contains("ifYouC0uld"), "{text}");
    for there in ["set-cookie: \"HARBOUR=", "cookie: \"HARBOUR=", "x-csrf-token: ", "password: \"{{ secret.password }}\""] {
        assert!(text.contains(there), "`{there}` is not in the recording:\n{text}");
    }
    tested_in("snapshots/samples/connectors", "harbour-session", &file).fine();
}

#[test]
fn what_does_not_replay_is_not_written() {
    let folder = Folder::new("refused");
    // The token of the second page is the number of a person: another one leads nowhere.
    let cut =
        Server::start(vec![Answer::Raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n[{\"id\": ")]);
    let file = folder.file("users.list.yaml");
    initech(&cut, &["users", "--record", &file]).refused(&["did not come whole"]);
    assert_eq!(folder.files(), Vec::<String>::new());
}

#[test]
fn a_file_is_never_replaced_unasked() {
    let folder = Folder::new("force");
    let file = folder.file("users.list.yaml");
    std::fs::write(&file, "mine").unwrap();
    let server = Server::start(vec![json("[]"), json("[]")]);
    initech(&server, &["users", "--record", &file]).refused(&["is there already", "--force"]);
    assert_eq!((std::fs::read_to_string(&file).unwrap().as_str(), server.asked().len()), ("mine", 0));
    initech(&server, &["users", "--record", &file, "--force"]).fine();
    assert!(std::fs::read_to_string(&file).unwrap().contains("json: []"));
    // A folder takes the recording under its own name, and a wrong name is refused before anything is sent.
    initech(&server, &["users", "--record", &folder.file("people.yaml")]).refused(&["call the file `users.list.yaml`"]);
    initech(&server, &["GET /api/v1/users", "--record", &file]).refused(&["cannot be recorded"]);
    okta(&server, &["users", "--record", &file, "--dry-run"]).refused(&["cannot be used with"]);
    assert_eq!(server.asked().len(), 1);
}
