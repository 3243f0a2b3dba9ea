//! The floor and the connectors do the same work: every line is the same, byte for byte, for each shape and each style.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up fails")]

use std::path::Path;

use connc::project::Project;
use connc_benches::floor::{self, List, Mode};
use connc_benches::jobs::Lists;
use connc_benches::mock::{self, Style};
use connc_benches::{Shape, library};
use connc_runtime::{Connector, Runtime};

const LISTS: Lists = Lists { pages: 3, size: 20, delay: 0, accounts: 1, at_once: None };

fn connector(style: Style) -> Connector {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/connectors");
    let project = Project::open(Some(Path::new(folder))).unwrap();
    let compiled = project.find(&library::connector(style)).unwrap().load().unwrap().compile();
    assert!(compiled.diagnostics.is_empty(), "{:?}", compiled.diagnostics);
    Connector::load(compiled.plan.unwrap()).unwrap()
}

async fn by_hand(origin: &str, style: Style, shape: Shape, mode: Mode, ahead: usize) -> String {
    let list = List { base: format!("{origin}/{}", LISTS.path(0)), style, shape, ahead };
    let mut all = Vec::new();
    let taken = |lines: &[u8]| {
        all.extend_from_slice(lines);
        Ok(())
    };
    floor::pull(&floor::client().unwrap(), &list, mode, taken).await.unwrap();
    String::from_utf8(all).unwrap()
}

#[tokio::test]
async fn floor_and_connector_write_the_same_lines() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(mock::serve(listener));
    let runtime = Runtime::builder().map_base(&origin).build().unwrap();
    for style in Style::ALL {
        let connector = connector(style);
        for shape in Shape::ALL {
            let expected = by_hand(&origin, style, shape, Mode::Typed, 1).await;
            assert_eq!(expected.lines().count(), LISTS.records(), "{style:?} {shape:?}");
            let mut all = Vec::new();
            let taken = |lines: &[u8]| {
                all.extend_from_slice(lines);
                Ok(())
            };
            library::pull(&runtime, &connector, &library::account(style, &LISTS, 0), shape, taken).await.unwrap();
            let given = String::from_utf8(all).unwrap();
            for (expected, given) in expected.lines().zip(given.lines()) {
                assert_eq!(expected, given, "{style:?} {shape:?}");
            }
            assert_eq!(given.lines().count(), LISTS.records(), "{style:?} {shape:?}");
            assert_eq!(by_hand(&origin, style, shape, Mode::Typed, 8).await, expected, "{style:?} {shape:?}");
            let values = by_hand(&origin, style, shape, Mode::Value, 1).await;
            assert_eq!(values.lines().count(), LISTS.records(), "{style:?} {shape:?}");
        }
    }
}
