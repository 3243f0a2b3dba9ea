//! Calls to a server on this machine: what is sent, and what comes of the answers.

use crate::machine::{Done, connc};
use crate::server::{Answer, Server, json};

const SECRET: &str = "t0p-s3cret-value";

pub(crate) fn okta(server: &Server, extra: &[&str]) -> Done {
    let secret = format!("token={SECRET}");
    let done = connc(&[&["run", "okta", "--set", "domain=acme.okta.com", "--secret", &secret, "--base-url", &server.url], extra].concat());
    assert!(!done.out.contains(SECRET) && !done.err.contains(SECRET), "the secret shows: {done:?}");
    done
}

fn user(id: &str) -> String {
    format!("{{\"id\": \"{id}\", \"status\": \"ACTIVE\", \"profile\": {{\"email\": \"{id}@acme.example\"}}}}")
}

#[test]
fn a_list_follows_its_links() {
    let link: &[(&str, &str)] = &[("link", "<{url}/api/v1/users?after=a&limit=200>; rel=\"next\"")];
    let server = Server::start(vec![Answer::Json(200, link, format!("[{}]", user("u1"))), json(&format!("[{}]", user("u2")))]);
    let done = okta(&server, &["users", "--all", "--no-raw"]);
    assert_eq!(done.fine().out.lines().count(), 2, "{done:?}");
    let asked = server.asked();
    assert_eq!(
        asked.iter().map(|asked| asked.line.as_str()).collect::<Vec<_>>(),
        ["GET /api/v1/users?limit=200", "GET /api/v1/users?after=a&limit=200"]
    );
    assert!(asked.iter().all(|asked| asked.header("authorization") == format!("SSWS {SECRET}")));
}

#[test]
fn a_cursor_goes_on_in_another_process() {
    let link: &[(&str, &str)] = &[("link", "<{url}/api/v1/users?after=a&limit=200>; rel=\"next\"")];
    let server = Server::start(vec![Answer::Json(200, link, format!("[{}]", user("u1"))), json(&format!("[{}]", user("u2")))]);
    let first = okta(&server, &["users"]);
    let cursor = first.fine().err.split("--cursor ").nth(1).unwrap().trim().to_owned();
    let second = okta(&server, &["users", "--cursor", &cursor]);
    assert!(second.fine().out.contains("u2@acme.example"), "{second:?}");
    assert_eq!(server.asked()[1].line, "GET /api/v1/users?after=a&limit=200");
    okta(&server, &["groups", "--cursor", &cursor]).refused(&["cursor"]);
}

#[test]
fn one_record_by_its_id() {
    let server = Server::start(vec![json(&user("u1"))]);
    let done = okta(&server, &["users", "u1", "--output", "json", "--no-raw"]);
    let record: serde_json::Value = serde_json::from_str(&done.fine().out).unwrap();
    assert_eq!((&record["id"], &record["status"]), (&"u1".into(), &"active".into()));
    assert_eq!(server.asked()[0].line, "GET /api/v1/users/u1");
}

#[test]
fn a_request_that_no_spec_names() {
    let server = Server::start(vec![json("{\"x\": 1}")]);
    let done = okta(&server, &["GET /api/v1/zones?limit=1"]);
    assert_eq!(done.fine().out, "{\"x\": 1}\n");
    assert_eq!(server.asked()[0].line, "GET /api/v1/zones?limit=1");
}

#[test]
fn verify_makes_the_call_that_the_spec_names() {
    let server = Server::start(vec![
        json(&user("u1")),
        Answer::Json(401, &[], "{\"errorCode\": \"E0000011\", \"errorSummary\": \"Invalid token provided\"}".to_owned()),
    ]);
    let secret = format!("token={SECRET}");
    let verify = || connc(&["verify", "okta", "--set", "domain=acme.okta.com", "--secret", &secret, "--base-url", &server.url]);
    assert!(verify().fine().out.contains("the credentials work"));
    verify().failed(&["error[auth]", "Invalid token provided (E0000011)"]);
    assert_eq!(server.asked()[0].line, "GET /api/v1/users/me");
}

#[test]
fn a_comment_is_a_change_of_its_ticket() {
    let audit = "{\"ticket\": {\"id\": 7}, \"audit\": {\"id\": 9, \"ticket_id\": 7, \"created_at\": \"2026-03-01T12:00:00Z\", \"author_id\": 5, \"events\": [{\"id\": 11, \"type\": \"Comment\", \"author_id\": 5, \"body\": \"Done.\", \"html_body\": \"<p>Done.</p>\", \"plain_body\": \"Done.\", \"public\": true, \"attachments\": []}]}}";
    let server = Server::start(vec![json(audit)]);
    let secret = format!("token={SECRET}");
    let account = ["--set", "subdomain=acme", "--set", "email=agent@acme.example", "--secret", &secret, "--base-url", &server.url];
    let done =
        connc(&[&["run", "zendesk", "comments.create", "--input", "{\"ticket_id\": \"7\", \"body\": \"Done.\"}"], &account[..]].concat());
    assert!(done.fine().out.contains("\"id\":\"11\""), "{done:?}");
    let asked = &server.asked()[0];
    assert_eq!(
        (asked.line.as_str(), asked.json()),
        ("PUT /api/v2/tickets/7", serde_json::json!({"ticket": {"comment": {"body": "Done."}}}))
    );
    assert!(asked.header("authorization").starts_with("Basic "));
}

#[test]
fn a_comment_is_a_mutation() {
    let made = "{\"data\": {\"commentCreate\": {\"success\": true, \"comment\": {\"id\": \"c1\", \"body\": \"Done.\", \"createdAt\": \"2026-03-01T12:00:00.000Z\", \"updatedAt\": \"2026-03-01T12:00:00.000Z\", \"issue\": {\"id\": \"i1\"}}}}}";
    let server = Server::start(vec![json(made)]);
    let secret = format!("key={SECRET}");
    let done = connc(&[
        "run",
        "linear",
        "comments.create",
        "--input",
        "{\"ticket_id\": \"i1\", \"body\": \"Done.\"}",
        "--secret",
        &secret,
        "--base-url",
        &server.url,
    ]);
    assert!(done.fine().out.contains("\"id\":\"c1\""), "{done:?}");
    let asked = &server.asked()[0];
    assert_eq!(asked.line, "POST /graphql");
    assert!(asked.json()["query"].as_str().unwrap().contains("commentCreate(input: $input)"));
    assert_eq!(asked.json()["variables"]["input"], serde_json::json!({"issueId": "i1", "body": "Done."}));
}
