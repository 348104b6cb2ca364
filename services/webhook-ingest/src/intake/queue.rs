use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::NotKept;

/// Requests in the order they came, each with its number of events. The one who takes them says how many events are worth waking up for: on a
/// busy machine each time takes a processor from the requests, and most of them come while the group before is being written, when
/// there is nothing to be done for them.
pub struct Queue<R> {
    state: Mutex<State<R>>,
    limit: usize,
    enough: Notify,
}

struct State<R> {
    waiting: VecDeque<(R, usize)>,
    events: usize,
    /// So many events wake whoever takes. 0: nobody sleeps.
    worth: usize,
}

/// Requests that are written together.
#[derive(Debug, PartialEq, Eq)]
pub struct Group<R> {
    pub requests: Vec<R>,
    pub events: usize,
}

impl<R> Queue<R> {
    /// Has room for so many requests.
    pub fn new(limit: usize) -> Self {
        let state = State { waiting: VecDeque::new(), events: 0, worth: 0 };
        Self { state: Mutex::new(state), limit, enough: Notify::new() }
    }

    pub fn put(&self, request: R, events: usize) -> Result<(), NotKept> {
        let mut state = self.state();
        if state.waiting.len() >= self.limit {
            return Err(NotKept::Full);
        }
        state.waiting.push_back((request, events));
        state.events += events;
        if state.worth > 0 && state.events >= state.worth {
            state.worth = 0;
            drop(state);
            self.enough.notify_one();
        }
        Ok(())
    }

    pub fn is_empty(&self) -> bool {
        self.state().waiting.is_empty()
    }

    /// Waits for so many events, and takes the first requests, until they come to `most` events. By one at a time; who gives up has taken
    /// nothing.
    pub async fn take(&self, worth: usize, most: usize) -> Group<R> {
        loop {
            if let Some(group) = self.state().take(worth, most) {
                return group;
            }
            self.enough.notified().await;
        }
    }

    /// Nothing in it is ever half done, so nobody's panic spoils it.
    fn state(&self) -> MutexGuard<'_, State<R>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<R> State<R> {
    fn take(&mut self, worth: usize, most: usize) -> Option<Group<R>> {
        if self.events < worth {
            self.worth = worth;
            return None;
        }
        self.worth = 0;
        let mut events = 0;
        let fits = |&&(_, more): &&(R, usize)| {
            let fits = events < most;
            events += if fits { more } else { 0 };
            fits
        };
        let count = self.waiting.iter().take_while(fits).count();
        self.events -= events;
        Some(Group { requests: self.waiting.drain(..count).map(|(request, _)| request).collect(), events })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Context, Poll, Wake, Waker};

    use futures::FutureExt;

    use super::*;

    #[derive(Default)]
    struct Bell(AtomicBool);

    impl Bell {
        fn has_rung(&self) -> bool {
            self.0.swap(false, Ordering::Relaxed)
        }
    }

    impl Wake for Bell {
        fn wake(self: Arc<Self>) {
            self.0.store(true, Ordering::Relaxed);
        }
    }

    fn group(requests: &[u8], events: usize) -> Group<u8> {
        Group { requests: requests.to_vec(), events }
    }

    #[test]
    fn only_as_many_as_are_worth_it_wake_and_all_of_them_are_taken() {
        let (queue, bell) = (Queue::new(9), Arc::new(Bell::default()));
        let waker = Waker::from(Arc::clone(&bell));
        let (mut context, mut taken) = (Context::from_waker(&waker), pin!(queue.take(3, 99)));
        assert!(taken.as_mut().poll(&mut context).is_pending());
        for request in 1..=2 {
            queue.put(request, 1).unwrap();
            assert!(!bell.has_rung());
        }
        queue.put(3, 5).unwrap();
        assert!(bell.has_rung());
        queue.put(4, 1).unwrap();
        assert!(!bell.has_rung());
        assert_eq!(taken.poll(&mut context), Poll::Ready(group(&[1, 2, 3, 4], 8)));
        assert!(queue.is_empty());
    }

    #[test]
    fn who_gives_up_takes_nothing_and_may_want_less_the_next_time() {
        let queue = Queue::new(9);
        queue.put(1, 2).unwrap();
        assert_eq!(queue.take(3, 99).now_or_never(), None);
        assert_eq!(queue.take(1, 99).now_or_never(), Some(group(&[1], 2)));
        assert_eq!(queue.take(1, 99).now_or_never(), None);
        queue.put(2, 1).unwrap();
        assert_eq!(queue.take(1, 99).now_or_never(), Some(group(&[2], 1)));
    }

    #[test]
    fn groups_end_with_the_request_that_fills_them() {
        let queue = Queue::new(9);
        for (request, events) in [(1, 2), (2, 2), (3, 100), (4, 1), (5, 1)] {
            queue.put(request, events).unwrap();
        }
        let take = || queue.take(1, 4).now_or_never();
        assert_eq!(take(), Some(group(&[1, 2], 4)));
        assert_eq!(take(), Some(group(&[3], 100)));
        assert_eq!(take(), Some(group(&[4, 5], 2)));
        assert_eq!(take(), None);
    }

    #[test]
    fn beyond_its_limit_it_takes_none() {
        let queue = Queue::new(2);
        assert!([1, 2].into_iter().all(|request| queue.put(request, 50).is_ok()));
        assert!(matches!(queue.put(3, 1), Err(NotKept::Full)));
        assert_eq!(queue.take(1, 99).now_or_never(), Some(group(&[1, 2], 100)));
        assert!(queue.put(3, 1).is_ok());
    }
}
