//! Trying again. Requests that change nothing are sent again after a network error, a time-out, or one of the
//! statuses that say "later"; the waits grow exponentially, with jitter, unless the server names one.

use std::{future::Future, pin::pin, time::Duration};

use futures_util::future::{Either, select};

use super::{Headers, Transport};
use crate::error::{Error, ErrorKind, Result};

/// When to try again, and for how long.
///
/// The defaults follow `huggingface_hub`'s `http_backoff` (5 retries, doubling up to 8 s), but start sooner: most
/// failures that a browser sees are single dropped connections.
#[derive(Debug, Clone, Copy)]
pub struct RetryPolicy {
    /// How often a request is sent at most, the first time included.
    pub attempts: u32,
    /// The first wait. Each further one doubles.
    pub first_wait: Duration,
    /// The longest wait that is chosen here.
    pub max_wait: Duration,
    /// The first wait after a 429 without a readable `Retry-After` or `RateLimit`, which the Hub's CORS headers
    /// hide from browsers.
    pub rate_limit_wait: Duration,
    /// The longest wait that a server may ask for; beyond it the error is reported at once.
    pub max_server_wait: Duration,
    /// How long one attempt may take before it counts as lost: this, and a second for each `slowest_rate` bytes.
    pub timeout: Duration,
    /// The slowest transfer that is waited for, in bytes a second.
    pub slowest_rate: u64,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(300),
            max_wait: Duration::from_secs(8),
            rate_limit_wait: Duration::from_secs(10),
            max_server_wait: Duration::from_secs(300),
            timeout: Duration::from_secs(30),
            slowest_rate: 32 << 10,
        }
    }
}

/// How one attempt ended.
#[derive(Debug)]
pub enum Attempt<T> {
    /// With an answer.
    Done(T),
    /// With an error that no further attempt would mend.
    Failed(Error),
    /// With an error that may pass. The wait is the one the server asked for, if it did.
    Again(Error, Option<Duration>),
}

impl<T> From<Result<T>> for Attempt<T> {
    fn from(result: Result<T>) -> Self {
        match result {
            Ok(value) => Self::Done(value),
            Err(error) if error.kind().is_retryable() => Self::Again(error, None),
            Err(error) => Self::Failed(error),
        }
    }
}

/// Runs `attempt` until it is done, fails for good, or the policy gives up. `expected_len` (bytes of the answer)
/// lengthens the time-out of each attempt.
///
/// # Errors
/// The error of the last attempt, with the number of attempts as the fact `attempts`.
pub async fn with_retries<T, R, F>(
    transport: &T,
    policy: &RetryPolicy,
    expected_len: u64,
    mut attempt: impl FnMut() -> F,
) -> Result<R>
where
    T: Transport,
    F: Future<Output = Attempt<R>>,
{
    let timeout = policy.timeout + Duration::from_secs(expected_len / policy.slowest_rate.max(1));
    let mut tried = 0;
    loop {
        tried += 1;
        let outcome = match select(pin!(attempt()), pin!(transport.sleep(timeout))).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Attempt::Again(timed_out(timeout), None),
        };
        let (error, asked) = match outcome {
            Attempt::Done(value) => return Ok(value),
            Attempt::Failed(error) => return Err(error),
            Attempt::Again(error, asked) => (error, asked),
        };
        let wait = asked.unwrap_or_else(|| policy.wait(tried, error.kind(), transport.random()));
        if tried >= policy.attempts || wait > policy.max_server_wait {
            return Err(error.with("attempts", tried));
        }
        transport.waits(&error, wait);
        transport.sleep(wait).await;
    }
}

impl RetryPolicy {
    /// The wait after attempt number `tried`: exponential, half of it random.
    fn wait(&self, tried: u32, kind: ErrorKind, random: f64) -> Duration {
        let doubled = |first: Duration| first.saturating_mul(1 << tried.saturating_sub(1).min(16));
        let wait = match kind {
            ErrorKind::RateLimited => doubled(self.rate_limit_wait).min(self.max_server_wait),
            _ => doubled(self.first_wait).min(self.max_wait),
        };
        wait.mul_f64(0.5 + random.clamp(0.0, 1.0) / 2.0)
    }
}

/// The wait that a server asks for: the `t` of `RateLimit` when nothing remains (one second more, as
/// `huggingface_hub` does, because it is rounded down), else the whole seconds of `Retry-After`.
pub(crate) fn server_wait(headers: &Headers) -> Option<Duration> {
    let rate_limit = headers.get("ratelimit").and_then(|value| {
        let field =
            |key: &str| value.split(';').find_map(|part| part.trim().strip_prefix(key)?.parse::<u64>().ok());
        (field("r=")? == 0).then_some(field("t=")? + 1)
    });
    let retry_after = || headers.get("retry-after")?.trim().parse::<u64>().ok();
    rate_limit.or_else(retry_after).map(Duration::from_secs)
}

fn timed_out(timeout: Duration) -> Error {
    let message = format!("No complete answer within {} s.", timeout.as_secs());
    Error::new(ErrorKind::Network, "request", message)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::http::fake::{FakeTransport, block_on};

    fn error(kind: ErrorKind) -> Error {
        Error::new(kind, "test", "failed")
    }

    #[test]
    fn a_passing_failure_is_waited_out() {
        let transport = FakeTransport::default();
        let tried = Cell::new(0);
        let answer = block_on(with_retries(&transport, &RetryPolicy::default(), 0, || {
            tried.set(tried.get() + 1);
            let outcome = match tried.get() {
                1 => Attempt::Again(error(ErrorKind::Server), None),
                2 => Attempt::Again(error(ErrorKind::RateLimited), Some(Duration::from_secs(7))),
                _ => Attempt::Done("rows"),
            };
            async { outcome }
        }));
        assert_eq!(answer.ok(), Some("rows"));
        assert_eq!(transport.slept(), [Duration::from_millis(150), Duration::from_secs(7)]);
    }

    #[test]
    fn a_lasting_failure_is_reported_after_all_attempts() {
        let transport = FakeTransport::default();
        let answer: Result<()> = block_on(with_retries(&transport, &RetryPolicy::default(), 0, || async {
            Attempt::Again(error(ErrorKind::Network), None)
        }));
        assert_eq!(answer.err().and_then(|e| e.get("attempts").map(str::to_owned)).as_deref(), Some("5"));
        let waits: Vec<_> = transport.slept().iter().map(Duration::as_millis).collect();
        assert_eq!(waits, [150, 300, 600, 1200]);
    }

    #[test]
    fn some_failures_are_final() {
        for outcome in [
            Attempt::Failed(error(ErrorKind::NotFound)),
            Attempt::Again(error(ErrorKind::RateLimited), Some(Duration::from_secs(3600))),
        ] {
            let transport = FakeTransport::default();
            let outcome = Cell::new(Some(outcome));
            let answer: Result<()> =
                block_on(with_retries(&transport, &RetryPolicy::default(), 0, || async {
                    outcome.take().unwrap_or_else(|| Attempt::Failed(error(ErrorKind::Internal)))
                }));
            assert_ne!(answer.map_err(|e| e.kind()), Err(ErrorKind::Internal));
            assert!(transport.slept().is_empty());
        }
    }

    #[test]
    fn a_hanging_attempt_is_given_up() {
        let transport = FakeTransport::default();
        let policy = RetryPolicy { attempts: 2, ..RetryPolicy::default() };
        let answer: Result<()> =
            block_on(with_retries(&transport, &policy, 64 << 10, std::future::pending::<Attempt<()>>));
        assert_eq!(answer.map_err(|e| e.kind()), Err(ErrorKind::Network));
        assert_eq!(
            transport.slept().iter().map(Duration::as_millis).collect::<Vec<_>>(),
            [32_000, 150, 32_000]
        );
    }

    #[test]
    fn the_server_may_name_the_wait() {
        let headers = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect::<Headers>()
        };
        let wait = |pairs: &[(&str, &str)]| server_wait(&headers(pairs)).map(|wait| wait.as_secs());
        assert_eq!(wait(&[("RateLimit", "\"resolvers\";r=0;t=26")]), Some(27));
        assert_eq!(wait(&[("ratelimit", "\"api\";r=3;t=26"), ("retry-after", "5")]), Some(5));
        assert_eq!(wait(&[("retry-after", "Wed, 21 Oct 2026 07:28:00 GMT")]), None);
        assert_eq!(wait(&[]), None);
    }
}
