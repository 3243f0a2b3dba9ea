//! Files that come and go: `--output-file`, `--file`, and the bases that connectors share.

use std::path::{Path, PathBuf};

use crate::machine::connc;

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
fn bases_are_checked_alone() {
    let done = connc(&["check", "_base"]);
    assert!(done.fine().err.contains("scim2") || done.out.contains("scim2"), "{done:?}");
}
