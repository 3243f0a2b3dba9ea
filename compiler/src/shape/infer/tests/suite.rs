//! Inference against the official cases of JSONata, which are not part of the repository: `CONNC_JSONATA_SUITE` names their folder.

#![expect(clippy::disallowed_methods, reason = "the cases are read from where the environment says")]

use std::fs;
use std::path::{Path, PathBuf};

use connc_expr::functions::UNAVAILABLE;
use serde_json::{Map, Value as Json};

use super::{deep, inferred, outside, run, widened};
use crate::shape::known::{Shape, Shapes, Value};

#[derive(Default)]
struct Count {
    cases: usize,
    errors: usize,
    unavailable: usize,
    unreadable: usize,
    known: usize,
    deep: usize,
    held: usize,
    problems: usize,
}

#[test]
#[ignore = "needs the official suite, named by CONNC_JSONATA_SUITE"]
fn official_cases_stay_inside() {
    let folder = std::env::var("CONNC_JSONATA_SUITE").expect("CONNC_JSONATA_SUITE names the folder of the suite");
    let folder = PathBuf::from(folder).join("test/test-suite");
    let mut count = Count::default();
    let mut wrong = Vec::new();
    let mut open = Vec::new();
    for group in sorted(&folder.join("groups")) {
        for file in sorted(&group) {
            if file.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let name = format!("{}/{}", group.file_name().unwrap().display(), file.file_stem().unwrap().display());
            let text = fs::read_to_string(&file).unwrap();
            let Ok(json) = serde_json::from_str::<Json>(&text) else {
                count.unreadable += 1;
                continue;
            };
            for case in if let Json::Array(cases) = json { cases } else { vec![json] } {
                one(&folder, &name, &case, &mut count, &mut wrong, &mut open);
            }
        }
    }
    let share = 100.0 * count.known as f64 / count.held as f64;
    let deep = 100.0 * count.deep as f64 / count.held as f64;
    let told = format!(
        "{} cases: {} fail as they should or do not compile here, {} use functions that do not exist here, {} cannot be read; \
         {} held, {share:.1} % of them known ({deep:.1} % to the last member), {} with a problem reported",
        count.cases, count.errors, count.unavailable, count.unreadable, count.held, count.problems
    );
    if std::env::var("CONNC_JSONATA_OPEN").is_ok() {
        let _ = fs::write(std::env::temp_dir().join("open-cases.txt"), open.join("\n"));
    }
    assert!(wrong.is_empty(), "{told}\n{} outside:\n{}", wrong.len(), wrong.join("\n"));
    assert!(share >= 80.0, "{told}");
    let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{told}\n").as_bytes());
}

fn one(folder: &Path, name: &str, case: &Json, count: &mut Count, wrong: &mut Vec<String>, open: &mut Vec<String>) {
    count.cases += 1;
    let expression = match (case["expr"].as_str(), case["expr-file"].as_str()) {
        (Some(expression), _) => expression.to_owned(),
        (None, Some(file)) => {
            let group = name.split('/').next().unwrap();
            fs::read_to_string(folder.join("groups").join(group).join(file)).unwrap()
        }
        (None, None) => {
            count.unreadable += 1;
            return;
        }
    };
    let data = case["dataset"].as_str().map_or_else(
        || case.get("data").cloned(),
        |set| serde_json::from_str(&fs::read_to_string(folder.join(format!("datasets/{set}.json"))).unwrap()).ok(),
    );
    let bindings = case["bindings"].as_object().cloned().unwrap_or_default();
    let Ok(node) = connc_expr::parse(&expression) else {
        count.errors += 1;
        return;
    };
    let mut unavailable = false;
    node.walk(&mut |node| {
        unavailable |= matches!(&node.kind, connc_expr::ir::Kind::Variable(name) if UNAVAILABLE.iter().any(|(known, _)| known == name));
    });
    if unavailable {
        count.unavailable += 1;
        return;
    }
    let Ok(result) = run(&expression, data.as_ref(), &bindings) else {
        count.errors += 1;
        return;
    };
    let root = data.as_ref().map_or_else(|| Value::maybe(Shape::nothing()), |data| Value::always(Shape::of(data)));
    count.held += 1;
    if let Some(how) = outside(&expression, &root, data.as_ref(), &bindings) {
        wrong.push(format!("{name}: {how}"));
    }
    let wide = Value { shape: widened(&root.shape), ..root.clone() };
    if let Some(how) = outside(&expression, &wide, data.as_ref(), &bindings) {
        wrong.push(format!("{name} with every member optional: {how}"));
    }
    let variables = bindings.iter().map(|(name, value)| (name.clone(), Value::always(Shape::of(value)))).collect();
    let found = inferred(&expression, &root, &Shapes::default(), &variables);
    // Where there is always nothing, that is what is known.
    count.deep += usize::from(deep(&found.value.shape));
    if found.value.is_known() || (result.is_none() && !found.unknown && found.problems.is_empty()) {
        count.known += 1;
    } else {
        let problems: Vec<_> = found.problems.iter().map(|problem| problem.message.clone()).collect();
        open.push(format!("{name}: {} {problems:?}", expression.replace('\n', " ")));
    }
    count.problems += usize::from(!found.problems.is_empty());
    let _: &Map<String, Json> = &bindings;
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}
