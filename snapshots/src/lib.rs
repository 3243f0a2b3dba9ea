//! Every promise of the product as text: the tests of this crate compare plans, requests, records and messages with snapshots.
