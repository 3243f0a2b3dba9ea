//! See `jsonata` in `src/targets.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| connc_fuzz::jsonata(data));
