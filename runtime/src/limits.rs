//! How much a provider may answer with, and how long is waited for it.

use std::time::Duration;

/// Bounds on what is read. Each is an error of kind `limit` when it is passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one answer's body, decompressed. 64 MiB by default.
    pub body_bytes: usize,
    /// Bytes of a file that is downloaded. 4 GiB by default.
    pub download_bytes: u64,
    /// How deep JSON may nest. 200 by default.
    pub json_depth: usize,
    /// Records on one page. 100,000 by default.
    pub page_records: usize,
    /// Records of a list that a step reads whole, because later steps need them all. 10,000 by default.
    pub step_records: usize,
    /// Bytes of a URL. 16 KiB by default.
    pub url_bytes: usize,
    /// Warnings and traces kept for one page; further ones are counted with the last. 100 by default.
    pub notes: usize,
    /// Attempts at one request. 3 by default.
    pub attempts: u32,
    /// How long one attempt at a request may take, from sending it to the last byte of its answer; what breaks it off is an error of kind
    /// `timeout`. Where the request's body is a stream, it counts from the answer's head on, and a file that is downloaded is bounded by
    /// `download_bytes` instead. 5 minutes by default.
    pub answer: Duration,
    /// How long a managed call waits for rate limits altogether where it has no deadline, each page of a list for itself. 5 minutes by default.
    pub rate_limit_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 << 20,
            json_depth: 200,
            page_records: 100_000,
            step_records: 10_000,
            download_bytes: 4 << 30,
            url_bytes: 16 << 10,
            notes: 100,
            attempts: 3,
            answer: Duration::from_secs(300),
            rate_limit_wait: Duration::from_secs(300),
        }
    }
}
