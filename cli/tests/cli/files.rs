//! Files that come and go: `--output-file`, `--file`, and the bases that connectors share.

use std::path::{Path, PathBuf};

use crate::machine::connc;
use crate::server::{Answer, Server, json};

const SAMPLES: &str = "snapshots/samples/connectors";

/// An empty folder for a test.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("files").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn a_download_is_there_whole_or_not_at_all() {
    let place = folder("download");
    let path = place.join("note.txt");
    let shown = path.display().to_string();
    let run = |verb: &str, case: &str, out: &[&str]| {
        connc(&[&["--connectors", SAMPLES, "run", "harbour-files", verb, "x-1", case], out].concat())
    };
    let done = run("files.download", "--replay", &["--output-file", &shown]);
    assert_eq!((done.fine().out.as_str(), std::fs::read_to_string(&path).unwrap().as_str()), ("", "Hello, harbour"));
    assert_eq!(run("files.download", "--replay", &[]).fine().out, "Hello, harbour");
    // Another file stays as it was, and nothing half written beside it.
    let failed =
        connc(&["--connectors", SAMPLES, "run", "harbour-files", "files.download", "x-2", "--replay=foreign", "--output-file", &shown]);
    assert_eq!((failed.status, std::fs::read_dir(&place).unwrap().count()), (1, 1), "{failed:?}");
    let wrong = connc(&["--connectors", SAMPLES, "run", "harbour-files", "folders.list", "--replay", "--output-file", &shown]);
    assert!(wrong.status == 2 && wrong.err.contains("gives records"), "{wrong:?}");
}

#[test]
fn a_job_that_ends_with_a_file_gives_it() {
    let answers = [r#"{"job": {"id": "j-1", "state": "new"}}"#, r#"{"job": {"id": "j-1", "state": "done"}}"#];
    let file = Answer::Raw("HTTP/1.1 200 OK\r\ncontent-type: text/csv\r\ncontent-length: 9\r\nconnection: close\r\n\r\nid\nu-1\n\0\n");
    let server = Server::start(answers.into_iter().map(json).chain([file]).collect());
    let path = folder("job").join("users.csv");
    let (shown, origin) = (path.display().to_string(), format!("https://exports.harbour.example={}", server.url));
    let command = ["--connectors", SAMPLES, "run", "harbour-exports", "exports.file", "--input", r#"{"kind": "users"}"#];
    connc(&[&command, ["--secret", "token=t", "--origin", &origin, "--output-file", &shown].as_slice()].concat()).fine();
    assert_eq!(std::fs::read(&path).unwrap(), b"id\nu-1\n\0\n");
    let lines: Vec<String> = server.asked().into_iter().map(|asked| asked.line).collect();
    assert_eq!(lines, ["POST /v2/exports", "GET /v2/exports/j-1", "GET /v2/exports/j-1/file"]);
}

#[test]
fn a_file_is_read_from_where_it_lies() {
    let path = folder("upload").join("note.txt");
    std::fs::write(&path, "Hello").unwrap();
    let given = format!("file={};type=text/plain", path.display());
    let dry = |file: &str| {
        connc(&[
            "--connectors",
            SAMPLES,
            "run",
            "harbour-files",
            "files.replace",
            "x-1",
            "--secret",
            "token=t0k3n-value",
            "--dry-run",
            "--file",
            file,
        ])
    };
    let done = dry(&given);
    assert!(done.fine().out.contains("text/plain") && done.out.contains("the file `note.txt`"), "{done:?}");
    for (file, words) in [("note.txt", "names no input"), ("file=/nowhere/at/all", "/nowhere/at/all"), ("other=Cargo.toml", "other")] {
        let refused = dry(file);
        assert!(refused.status == 2 && refused.err.contains(words) || refused.status == 1 && refused.err.contains(words), "{refused:?}");
    }
}

#[test]
fn a_key_file_is_not_needed_to_show_what_would_be_sent() {
    let command = ["--connectors", SAMPLES, "run", "harbour-keyfile", "users", "--dry-run"];
    let path = folder("dry-key").join("key.json");
    std::fs::write(&path, r#"{"client_email": "robot@harbour.example"}"#).unwrap();
    let given = format!("key_file=file:{}", path.display());
    for more in [&[][..], &["--secret", &given][..]] {
        let done = connc(&[&command, more].concat());
        assert!(done.fine().out.contains("POST https://login.harbour.example/token") && !done.out.contains("robot@"), "{done:?}");
    }
}

#[test]
fn bases_are_checked_alone() {
    let done = connc(&["check", "_base"]);
    assert!(done.fine().err.contains("scim2") || done.out.contains("scim2"), "{done:?}");
}
