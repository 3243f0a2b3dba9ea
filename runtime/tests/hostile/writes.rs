//! Writes whose fate is unknown are said to be so, and are never sent twice by anything below the runtime either.

use std::time::Duration;

use connc_runtime::{Call, ErrorKind};

use crate::rows::Asked;
use crate::server::{Act, Server, answer, send};
use crate::support::account;
use crate::table::{connector, play, runtime};

const LONGEST: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_write_that_was_read_and_cut_is_of_unknown_outcome_and_was_sent_once() {
    let length = "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n";
    for text in [
        "",
        "HTTP/1.1 2",
        "HTTP/1.1 100 Continue\r\n\r\n",
        length,
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"id\"",
        "nonsense\r\n\r\n",
    ] {
        let server = Server::start(vec![vec![Act::Read, send(text), Act::Close]]).await;
        let done = tokio::time::timeout(LONGEST, play(&runtime(&server.origin), &Asked::Create, LONGEST)).await.unwrap();
        let error = done.unwrap_err();
        assert_eq!(
            (error.kind, error.retryable, error.requests, error.attempts),
            (ErrorKind::OutcomeUnknown, false, 1, 1),
            "{text:?}: {error}"
        );
        assert_eq!(server.seen().len(), 1, "{text:?}");
    }
}

/// A connection that the server closes while it rests is found out only by using it. What was not read is sent again; what was is not.
#[tokio::test]
async fn a_connection_that_was_kept_open_and_then_closed() {
    let kept = || send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{\"id\": 7}");
    for (first, seen, known) in [
        // Closed at rest: the write goes out on a new connection, once.
        (vec![Act::Read, kept(), Act::Close], 2, true),
        // Closed after it was read a second time: nobody sends it again.
        (vec![Act::Read, kept(), Act::Read, Act::Close], 2, false),
        (vec![Act::Read, kept(), Act::Read, send("HTTP/1.1 100 Continue\r\n\r\n"), Act::Close], 2, false),
    ] {
        let server = Server::start(vec![first, answer("200 OK", "", "{\"id\": 8}")]).await;
        let (runtime, connector) = (runtime(&server.origin), connector());
        let work = async {
            runtime.call(&connector, &account(), Call::native("users.get")).await.unwrap();
            // Time for the close to arrive, where there is one.
            tokio::time::sleep(Duration::from_millis(100)).await;
            runtime.call(&connector, &account(), Call::native("users.create")).await
        };
        let done = tokio::time::timeout(LONGEST, work).await.unwrap();
        assert_eq!(server.seen().len(), seen, "{:?}", server.seen());
        match done {
            Ok(_) => assert!(known),
            Err(error) => assert!(!known && error.kind == ErrorKind::OutcomeUnknown, "{error}"),
        }
    }
}

#[tokio::test]
async fn a_write_with_an_idempotency_key_is_repeated_with_the_same_key() {
    let fine = answer("200 OK", "", "{\"id\": 8}");
    let cut = || vec![Act::Read, send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"), Act::Close];
    let server = Server::start(vec![cut(), vec![Act::Read, Act::Close], fine]).await;
    let (runtime, connector, account) = (runtime(&server.origin), connector(), account());
    let call = runtime.call(&connector, &account, Call::native("orders.create"));
    let answer = tokio::time::timeout(LONGEST, call).await.unwrap().unwrap();
    assert_eq!((answer.counters.requests, answer.counters.attempts), (3, 3));
    let keys: Vec<String> =
        server.seen().iter().filter_map(|seen| seen.lines().find(|line| line.starts_with("idempotency-key")).map(str::to_owned)).collect();
    assert!(keys.len() == 3 && keys.iter().all(|key| Some(key) == keys.first()), "{keys:?}");
}

#[tokio::test]
async fn a_write_that_never_left_is_sent_again() {
    let error = tokio::time::timeout(LONGEST, play(&runtime("http://127.0.0.1:9"), &Asked::Create, LONGEST)).await.unwrap().unwrap_err();
    assert_eq!((error.kind, error.retryable, error.attempts), (ErrorKind::Transport, true, 3), "{error}");
}
