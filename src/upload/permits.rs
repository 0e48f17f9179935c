//! A bound on how much goes on at one time, among the futures of one thread.

use std::{
    cell::{Cell, RefCell},
    future::poll_fn,
    task::{Poll, Waker},
};

/// So many permits; who wants one while none is free waits.
#[derive(Debug)]
pub(super) struct Permits {
    free: Cell<usize>,
    waiting: RefCell<Vec<Waker>>,
}

/// Gives itself back when it is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a>(&'a Permits);

impl Permits {
    pub(super) fn new(count: usize) -> Self {
        Self { free: Cell::new(count), waiting: RefCell::default() }
    }

    pub(super) async fn acquire(&self) -> Permit<'_> {
        poll_fn(|context| match self.free.get().checked_sub(1) {
            Some(left) => {
                self.free.set(left);
                Poll::Ready(())
            }
            None => {
                self.waiting.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await;
        Permit(self)
    }
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.0.free.set(self.0.free.get() + 1);
        // All of them, because some may belong to futures that were dropped meanwhile.
        self.0.waiting.take().into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Future, pin::pin, task::Context};

    use futures_util::{FutureExt, StreamExt, stream};

    use super::*;

    #[test]
    fn no_more_go_on_than_there_are_permits() {
        let permits = Permits::new(2);
        let (running, most) = (Cell::new(0), Cell::new(0));
        let job = |_| async {
            let _permit = permits.acquire().await;
            running.set(running.get() + 1);
            most.set(most.get().max(running.get()));
            // Others get their turn.
            let mut yielded = false;
            poll_fn(|context| {
                context.waker().wake_by_ref();
                if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            running.set(running.get() - 1);
        };
        let mut all = pin!(stream::iter(0..20).map(job).buffer_unordered(10).count());
        let mut context = Context::from_waker(Waker::noop());
        let polled = (0..100).find_map(|_| match all.as_mut().poll(&mut context) {
            Poll::Ready(count) => Some(count),
            Poll::Pending => None,
        });
        assert_eq!(polled, Some(20));
        assert_eq!((most.get(), permits.free.get()), (2, 2));
    }

    #[test]
    fn who_stops_waiting_keeps_nobody_from_a_permit() {
        let permits = Permits::new(1);
        let held = permits.acquire().now_or_never();
        assert!(held.is_some() && permits.acquire().now_or_never().is_none());
        drop(held);
        assert!(permits.acquire().now_or_never().is_some());
    }
}
