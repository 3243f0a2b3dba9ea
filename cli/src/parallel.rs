//! The same work for many connectors, on all cores.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Applies `work` to each item and gives the results in the order of the items.
pub(crate) fn side_by_side<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    // The system is asked only where the answer matters: it reads several files for it.
    let threads = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(items.len());
    let threads = if items.len() < 2 { 1 } else { threads() };
    if threads < 2 {
        return items.iter().map(&work).collect();
    }
    let next = AtomicUsize::new(0);
    let run = || {
        let mut made = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else { return made };
            made.push((index, work(item)));
        }
    };
    let mut made: Vec<(usize, R)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut made = run();
        for other in others {
            match other.join() {
                Ok(part) => made.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        made
    });
    made.sort_by_key(|(index, _)| *index);
    made.into_iter().map(|(_, result)| result).collect()
}
