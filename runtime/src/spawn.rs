//! Work that goes on beside whoever waits for it.

use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

use futures_util::future::BoxFuture;

use crate::lock::locked;
use crate::runtime::Parts;

/// Hands work to an executor.
pub(crate) type Spawner = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// The embedder's own, or tokio's where the call runs on it; without one, nothing is done beside a call.
pub(crate) fn spawner(parts: &Parts) -> Option<Spawner> {
    parts.spawner.clone().or_else(current)
}

#[cfg(feature = "reqwest")]
fn current() -> Option<Spawner> {
    let executor = tokio::runtime::Handle::try_current().ok()?;
    Some(Arc::new(move |work| drop(executor.spawn(work))))
}

#[cfg(not(feature = "reqwest"))]
fn current() -> Option<Spawner> {
    None
}

/// Lets the executor's other work go on for a moment.
pub(crate) async fn give_way() {
    let mut gave = false;
    poll_fn(|task| {
        if std::mem::replace(&mut gave, true) {
            return Poll::Ready(());
        }
        task.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// What comes of work elsewhere.
pub(crate) struct Letter<T>(Arc<Mutex<Post<T>>>);

/// Where it is put. Dropping it says that nothing comes.
pub(crate) struct Reply<T>(Arc<Mutex<Post<T>>>);

struct Post<T> {
    content: Option<T>,
    closed: bool,
    waits: Option<Waker>,
}

/// A letter, and where it is written.
pub(crate) fn letter<T>() -> (Letter<T>, Reply<T>) {
    let post = Arc::new(Mutex::new(Post { content: None, closed: false, waits: None }));
    (Letter(Arc::clone(&post)), Reply(post))
}

impl<T> Letter<T> {
    /// Waits for it. None: nothing comes, or it was read.
    pub(crate) async fn read(&mut self) -> Option<T> {
        poll_fn(|task| {
            let mut post = locked(&self.0);
            if post.closed {
                return Poll::Ready(post.content.take());
            }
            post.waits = Some(task.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// Whether it may still come.
    pub(crate) fn is_open(&self) -> bool {
        !locked(&self.0).closed
    }
}

impl<T> Reply<T> {
    /// Writes it.
    pub(crate) fn send(self, content: T) {
        locked(&self.0).content = Some(content);
    }
}

impl<T> Drop for Reply<T> {
    fn drop(&mut self) {
        let waits = {
            let mut post = locked(&self.0);
            post.closed = true;
            post.waits.take()
        };
        if let Some(waits) = waits {
            waits.wake();
        }
    }
}
