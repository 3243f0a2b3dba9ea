//! The same lists by the library, as a service reads them that embeds the runtime.

use connc_runtime::{Account, Call, Connector, Mode, Runtime, Secret, Verb};

use crate::Shape;
use crate::floor::Failure;
use crate::jobs::Lists;
use crate::mock::Style;

/// The name of the connector that reads lists of this style.
#[must_use]
pub fn connector(style: Style) -> String {
    format!("by-{}", style.name())
}

/// The account of this number.
#[must_use]
pub fn account(style: Style, lists: &Lists, number: usize) -> Account {
    let id = format!("a{number}");
    Account {
        connector: connector(style),
        account: [
            ("pages".to_owned(), lists.pages.into()),
            ("size".to_owned(), lists.size.into()),
            ("delay".to_owned(), lists.delay.into()),
            ("name".to_owned(), id.clone().into()),
        ]
        .into(),
        secrets: [("token".to_owned(), Secret::from("bench"))].into(),
        id: Some(id),
        ..Account::default()
    }
}

/// Reads an account's list to its end and hands out the lines of each page.
///
/// # Errors
///
/// Where the list fails, or nobody takes the lines.
pub async fn pull(
    runtime: &Runtime,
    connector: &Connector,
    account: &Account,
    shape: Shape,
    mut out: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let call = Call::unified(shape.model(), shape.name(), Verb::List).rate_limit(Mode::Managed);
    let mut pages = runtime.list(connector, account, call)?;
    let mut lines = Vec::new();
    while let Some(page) = pages.next().await {
        for record in page?.records {
            lines.extend_from_slice(record.line().as_bytes());
            lines.push(b'\n');
        }
        out(&lines)?;
        lines.clear();
    }
    Ok(())
}
