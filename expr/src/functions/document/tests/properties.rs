//! What holds for every document and every text.

use proptest::prelude::*;

use super::generate::{document, json, prose, source};
use super::{normal, to_adf, to_text};
use crate::functions::document::{read_adf, read_markdown, write_html};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_document_is_read_back_from_its_text(document in document()) {
        let text = to_text(&document);
        prop_assert_eq!(normal(&to_adf(&text)), normal(&document), "{}", text);
    }

    #[test]
    fn text_settles_at_once(source in source()) {
        let once = to_text(&to_adf(&source));
        prop_assert_eq!(to_text(&to_adf(&once)), once);
    }

    #[test]
    fn prose_stays_as_it_is(prose in prose()) {
        prop_assert_eq!(to_text(&to_adf(&prose)), prose);
    }

    #[test]
    fn any_json_gives_text_that_settles(json in json()) {
        let once = to_text(&to_adf(&to_text(&json)));
        prop_assert_eq!(to_text(&to_adf(&once)), once);
    }

    #[test]
    fn html_holds_no_markup_of_the_text(source in source(), json in json()) {
        for html in [write_html::write(&read_markdown::read(&source)), write_html::write(&read_adf::read(&json))] {
            for tag in html.split('<').skip(1) {
                let name = tag.trim_start_matches('/').split(['>', ' ']).next().unwrap_or_default();
                prop_assert!(super::html::TAGS.contains(&name), "{}: {}", name, html);
            }
        }
    }
}
