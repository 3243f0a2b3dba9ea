//! The fuzz targets over their corpus, without a fuzzer: what was found once stays mended.

#[path = "../../fuzz/src/targets.rs"]
#[expect(unreachable_pub, reason = "the fuzzer's own crate exports them")]
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What is done with arbitrary bytes.
type Target = fn(&[u8]);

/// Every target with its name.
const TARGETS: &[(&str, Target)] = &[
    ("cassettes", targets::cassettes),
    ("cursors", targets::cursors),
    ("jsonata", targets::jsonata),
    ("links", targets::links),
    ("plans", targets::plans),
    ("rate_limits", targets::rate_limits),
    ("templates", targets::templates),
    ("yaml", targets::yaml),
];

#[test]
fn the_corpus_ends_as_it_should() {
    for (name, target) in TARGETS {
        let files = files(&fuzz().join("corpus").join(name));
        assert!(!files.is_empty(), "there is no corpus for `{name}`");
        for file in files {
            let bytes = fs::read(&file).unwrap_or_default();
            let shown = file.display().to_string();
            // A thread of its own, with the stack that threads have; a panic says its name.
            let done = std::thread::Builder::new().name(shown.clone()).spawn(move || target(&bytes)).map(std::thread::JoinHandle::join);
            assert!(matches!(done, Ok(Ok(()))), "{shown} does not end as it should");
        }
    }
}

#[test]
fn every_target_is_known() {
    let stem = |path: &PathBuf| path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    let bins: BTreeSet<String> = files(&fuzz().join("fuzz_targets")).iter().filter_map(stem).collect();
    assert_eq!(bins, TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect());
}

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}
