//! The official cases.

use std::fs;
use std::path::{Path, PathBuf};

use connc_expr::Program;
use serde_json::Value;

use crate::{Outcome, compared};

#[test]
#[ignore = "needs the official suite, named by CONNC_JSONATA_SUITE"]
fn official_cases_are_the_same() {
    let folder = PathBuf::from(std::env::var("CONNC_JSONATA_SUITE").unwrap()).join("test/test-suite");
    let (mut cases, mut plain, mut same, mut wrong) = (0, 0, 0, Vec::new());
    for file in sorted(&folder.join("groups")).iter().flat_map(|group| sorted(group)) {
        if file.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let Ok(json) = serde_json::from_str::<Value>(&fs::read_to_string(&file).unwrap()) else { continue };
        let list = if let Value::Array(list) = json { list } else { vec![json] };
        for case in &list {
            cases += 1;
            let bound = case["bindings"].as_object().is_some_and(|bindings| !bindings.is_empty());
            let (Some(expression), false) = (case["expr"].as_str(), bound) else { continue };
            let (Ok(program), Some(data)) = (Program::compile(expression), data(&folder, case)) else { continue };
            plain += usize::from(program.fused().is_some());
            match compared(&program, &data) {
                Outcome::Engine => {}
                Outcome::Same => same += 1,
                Outcome::Differs(engine, fused) => {
                    wrong.push(format!("{}: `{expression}`\n  engine: {engine}\n  fused:  {fused}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {cases} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(same > 100, "{cases} cases, {plain} of them plain, {same} the same");
}

fn data(folder: &Path, case: &Value) -> Option<String> {
    match case["dataset"].as_str() {
        Some(set) => fs::read_to_string(folder.join(format!("datasets/{set}.json"))).ok(),
        None => case.get("data").map(Value::to_string),
    }
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}
