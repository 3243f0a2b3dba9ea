//! What `connc list` says of built-in connectors without checking and replaying them is true.

use std::path::Path;

use connc::facts::Facts;
use connc::project::Project;

#[test]
fn what_is_said_of_built_in_connectors_is_so() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate lies in the repository");
    std::env::set_current_dir(root).expect("the repository is there");
    let project = Project::open(Some(Path::new("connectors"))).expect("there are connectors");
    let found = project.own().expect("the connectors can be read");
    let facts = |found: &connc::project::Found| {
        let loaded = found.load().expect("the connector's files can be read");
        Facts::of(&loaded, &loaded.compile()).line()
    };
    // One thread for each: most of the time goes into the largest few.
    let lines: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = found.iter().map(|found| scope.spawn(move || facts(found))).collect();
        threads.into_iter().map(|thread| thread.join().expect("the connector can be replayed")).collect()
    });
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("..");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!("facts", lines.join("\n")));
}
