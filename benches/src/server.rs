//! A slow server: each account has the same number of records, in pages, and one in a hundred answers is a fault.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Records of an account.
pub const RECORDS: u64 = 100;

/// Records on a page.
const PAGE: u64 = 20;

/// One in so many answers is a fault.
const FAULT_EACH: u64 = 100;

/// What it did.
#[derive(Debug, Default)]
pub struct Served {
    /// Requests that it read.
    pub requests: AtomicU64,
    /// Answers that were faults.
    pub faults: AtomicU64,
}

/// The text of an account's record.
#[must_use]
pub fn record(account: u64, index: u64) -> String {
    format!(
        r#"{{"id": "{account}-{index}", "name": "Person {index}", "email": "person.{index}@account-{account}.example", "active": true}}"#
    )
}

/// Serves until the future is dropped.
pub async fn serve(listener: TcpListener, served: Arc<Served>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(connection(stream, Arc::clone(&served)));
    }
}

enum Fault {
    Cut,
    CutBody,
    TooMany,
    Unavailable,
    Broken,
}

async fn connection(mut stream: TcpStream, served: Arc<Served>) {
    let mut read = Vec::new();
    while let Some(head) = request(&mut stream, &mut read).await {
        let number = served.requests.fetch_add(1, Ordering::Relaxed);
        // 10 to 50 ms, spread so that answers overtake each other.
        tokio::time::sleep(Duration::from_millis(10 + number.wrapping_mul(7919) % 40)).await;
        let page = page(&head);
        let whole = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{page}", page.len());
        let refused = |status: &str| format!("HTTP/1.1 {status}\r\nretry-after: 0\r\ncontent-length: 2\r\n\r\n{{}}");
        let fault = (number % FAULT_EACH == FAULT_EACH - 1).then_some(match number / FAULT_EACH % 5 {
            0 => Fault::Cut,
            1 => Fault::CutBody,
            2 => Fault::TooMany,
            3 => Fault::Unavailable,
            _ => Fault::Broken,
        });
        served.faults.fetch_add(u64::from(fault.is_some()), Ordering::Relaxed);
        let (text, goes_on) = match fault {
            None => (whole, true),
            Some(Fault::Cut) => (String::new(), false),
            Some(Fault::CutBody) => (whole.get(..whole.len() / 2).unwrap_or_default().to_owned(), false),
            Some(Fault::TooMany) => (refused("429 Too Many Requests"), true),
            Some(Fault::Unavailable) => (refused("503 Service Unavailable"), true),
            Some(Fault::Broken) => (refused("500 Internal Server Error"), true),
        };
        if stream.write_all(text.as_bytes()).await.is_err() || !goes_on {
            return;
        }
    }
}

/// The next head on the connection.
async fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<String> {
    let mut buffer = [0; 2048];
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let rest = read.split_off(end + 4);
            let head = std::mem::replace(read, rest);
            return String::from_utf8(head).ok();
        }
        let count = stream.read(&mut buffer).await.ok().filter(|count| *count > 0)?;
        read.extend(buffer.iter().take(count));
    }
}

/// The page that is asked for, of the account whose token it is.
fn page(head: &str) -> String {
    let number = |after: &str| -> u64 {
        let rest = head.split_once(after).map(|(_, rest)| rest).unwrap_or_default();
        rest.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    let (account, page) = (number("Bearer account-"), number("page="));
    let first = page * PAGE;
    let records: Vec<String> = (first..(first + PAGE).min(RECORDS)).map(|index| record(account, index)).collect();
    let next = if first + PAGE < RECORDS { format!(r#", "next": "{}""#, page + 1) } else { String::new() };
    format!(r#"{{"data": [{}]{next}}}"#, records.join(", "))
}
