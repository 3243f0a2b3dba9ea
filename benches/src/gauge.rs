//! What the process uses, where the system says so (Linux); 0 elsewhere.

/// KiB of memory at the most so far.
pub(crate) fn peak_memory() -> u64 {
    status("VmHWM:")
}

/// KiB of memory now.
pub(crate) fn memory() -> u64 {
    status("VmRSS:")
}

fn status(name: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|line| line.split_ascii_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Open file descriptors.
pub(crate) fn open_files() -> usize {
    std::fs::read_dir("/proc/self/fd").map_or(0, Iterator::count)
}
