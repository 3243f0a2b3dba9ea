//! Why a field has no value: the first step of its expression that is missing, and the keys that were there.

use connc_expr::ir::{Kind, Node};

use crate::extract;

/// The reason, and the keys beside the missing step. Never a value.
pub(crate) fn why(source: &str, record: &str) -> (String, Vec<String>) {
    let paths = connc_expr::parse(source).map(|node| paths(&node)).unwrap_or_default();
    for path in &paths {
        if let Some(reason) = missing(path, record) {
            return reason;
        }
    }
    ("the expression gives nothing for this record".to_owned(), Vec::new())
}

/// Where the first step of a path is missing, null or empty.
fn missing(path: &[String], record: &str) -> Option<(String, Vec<String>)> {
    let mut here = record;
    let mut walked: Vec<&str> = Vec::new();
    for step in path {
        walked.push(step);
        let at = walked.join(".");
        if !here.starts_with('{') {
            // JSONata maps a step over a list; which item lacked it is not for one line to say.
            return Some((format!("`{at}` is looked for in {}", extract::kind(here)), Vec::new()));
        }
        match extract::member(here, step) {
            None => return Some((format!("`{at}` is missing"), extract::keys(here))),
            Some("null") => return Some((format!("`{at}` is null"), Vec::new())),
            Some(r#""""#) => return Some((format!("`{at}` is empty"), Vec::new())),
            Some(value) => here = value,
        }
    }
    None
}

/// The paths that an expression reads from the record itself: what stands below a path's step or in a function's body reads something else.
fn paths(node: &Node) -> Vec<Vec<String>> {
    if let Kind::Path(steps) = &node.kind {
        let names: Vec<String> = steps.iter().map_while(|step| field(&step.node)).collect();
        return if names.is_empty() { Vec::new() } else { vec![names] };
    }
    if matches!(node.kind, Kind::Lambda(..)) {
        return Vec::new();
    }
    match field(node) {
        Some(name) => vec![vec![name]],
        None => node.children().into_iter().flat_map(paths).collect(),
    }
}

fn field(node: &Node) -> Option<String> {
    if let Kind::Field(name) = &node.kind { Some(name.clone()) } else { None }
}

#[cfg(test)]
mod tests {
    use super::why;

    #[test]
    fn the_first_missing_step() {
        let record = r#"{"profile": {"mail": "ada@acme.example", "dept": null}, "tags": []}"#;
        assert_eq!(why("profile.email", record), ("`profile.email` is missing".to_owned(), vec!["mail".to_owned(), "dept".to_owned()]));
        assert_eq!(why("$first_non_empty(profile.dept, x)", record).0, "`profile.dept` is null");
        assert_eq!(why("tags.name", record).0, "`tags.name` is looked for in a list");
        assert_eq!(why("profile.mail[$contains('x')]", record).0, "the expression gives nothing for this record");
    }
}
