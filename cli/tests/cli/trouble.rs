//! Answers that are none: each is a clear error, never a short list.

use crate::calls::okta;
use crate::server::{Answer, Server, json};

#[test]
fn a_page_of_html_is_no_answer() {
    let server =
        Server::start(vec![Answer::Raw("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\n\r\n<html>hi</html>")]);
    okta(&server, &["users"]).failed(&["error[provider]", "HTML"]);
}

#[test]
fn an_empty_body_is_no_answer() {
    let server = Server::start(vec![Answer::Raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 0\r\n\r\n")]);
    okta(&server, &["users"]).failed(&["error[provider]", "empty"]);
}

#[test]
fn a_body_that_breaks_off_is_no_answer() {
    // A read may be sent again, so the server breaks off each time.
    let cut = Answer::Raw("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n[{\"id\": \"u1\"");
    let server = Server::start(vec![cut.clone(), cut.clone(), cut]);
    okta(&server, &["users"]).failed(&["broke off"]);
}

#[test]
fn redirects_are_not_followed() {
    let server =
        Server::start(vec![Answer::Raw("HTTP/1.1 302 Found\r\nlocation: https://elsewhere.example/x\r\ncontent-length: 0\r\n\r\n")]);
    okta(&server, &["users"]).failed(&["https://elsewhere.example", "does not follow redirects"]);
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn links_to_another_host_are_not_followed() {
    let link: &[(&str, &str)] = &[("link", "<https://evil.example/api/v1/users?after=a>; rel=\"next\"")];
    let server = Server::start(vec![Answer::Json(200, link, "[]".to_owned())]);
    let done = okta(&server, &["users", "--all"]);
    assert_eq!(done.status, 1, "{done:?}");
    assert!(done.err.contains("error[security]") && done.err.contains("https://evil.example"), "{done:?}");
}

#[test]
fn waiting_has_an_end() {
    let server = Server::start(vec![Answer::Silence, Answer::Silence, Answer::Silence]);
    let began = std::time::Instant::now();
    okta(&server, &["users", "--timeout", "300ms"]).failed(&["error[timeout]"]);
    assert!(began.elapsed() < std::time::Duration::from_secs(4));
}

#[test]
fn a_managed_call_waits_and_goes_on_unless_time_is_short() {
    let limited = |after: &'static [(&'static str, &'static str)]| Answer::Json(429, after, "{\"errorCode\": \"E0000047\"}".to_owned());
    let page = Answer::Json(200, &[], "[{\"id\": \"u1\", \"status\": \"ACTIVE\", \"profile\": {}}]".to_owned());
    let server = Server::start(vec![limited(&[("retry-after", "0")]), page]);
    let lines = okta(&server, &["users", "--all", "--no-raw", "--rate-limit", "managed"]);
    assert_eq!((lines.status, lines.out.lines().count()), (0, 1), "{lines:?}");
    let server = Server::start(vec![limited(&[("retry-after", "120")])]);
    let lines = okta(&server, &["users", "--rate-limit", "managed", "--timeout", "20s"]);
    assert!(lines.status == 1 && lines.err.contains("error[rate_limited]") && lines.err.contains("retry after 120 s"), "{lines:?}");
}

#[test]
fn a_list_that_breaks_off_says_where_to_go_on() {
    let link: &[(&str, &str)] = &[("link", "<{url}/api/v1/users?after=a&limit=200>; rel=\"next\"")];
    let page = Answer::Json(200, link, "[{\"id\": \"u1\", \"status\": \"ACTIVE\", \"profile\": {}}]".to_owned());
    let limited = Answer::Json(429, &[("retry-after", "7")], "{\"errorCode\": \"E0000047\", \"errorSummary\": \"too many\"}".to_owned());
    let server = Server::start(vec![page.clone(), limited.clone()]);
    let lines = okta(&server, &["users", "--all", "--no-raw"]);
    assert_eq!((lines.status, lines.out.lines().count()), (1, 1), "{lines:?}");
    assert!(
        lines.err.contains("error[rate_limited]") && lines.err.contains("--cursor ") && lines.err.contains("retry after 7 s"),
        "{lines:?}"
    );
    assert!(lines.err.contains("the list is not complete: 1 record"), "{lines:?}");
    // An envelope would pass for the whole list.
    let server = Server::start(vec![page, limited]);
    okta(&server, &["users", "--all", "--output", "json"]).failed(&["the list is not complete"]);
}

#[test]
fn a_write_whose_fate_is_unknown_says_so() {
    let server = Server::start(vec![Answer::Raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"), json("{}")]);
    okta(&server, &["users.create", "--input", "{\"email\": \"ada@acme.example\"}"]).failed(&["error[outcome_unknown]"]);
    assert_eq!(server.asked().len(), 1);
}
