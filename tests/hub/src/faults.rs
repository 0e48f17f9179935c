//! What can be made to go wrong, and for which requests.

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use crate::origin::Origin;
use crate::wildcard;

/// A fault and the requests it strikes. Built in Rust with the methods, over the control port as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// Only this origin; both when none.
    #[serde(default)]
    pub origin: Option<Origin>,
    /// Only this method. `OPTIONS` is struck only when it is named.
    #[serde(default)]
    pub method: Option<String>,
    /// Only when path and query, as sent, contain this text; `*` in it stands for any run of characters.
    #[serde(default)]
    pub path: Option<String>,
    /// How many matching requests pass first.
    #[serde(default)]
    pub after: u64,
    /// Of the rest, every n-th is struck, beginning with the first; 0 and 1 mean every one.
    #[serde(default)]
    pub every: u64,
    /// How many are struck before the fault is over; none means no end.
    #[serde(default)]
    pub count: Option<u64>,
    /// What happens to them.
    #[serde(flatten)]
    pub action: FaultAction,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultAction {
    /// This status instead of an answer, with the origin's usual error body.
    Status {
        /// The status.
        status: u16,
        /// The `X-Error-Code`.
        #[serde(default)]
        code: Option<String>,
        /// The error text.
        #[serde(default)]
        message: Option<String>,
    },
    /// 429 with `RateLimit`, `RateLimit-Policy` and `Retry-After` (hidden from browsers, as on the Hub).
    RateLimited {
        /// Seconds until requests are welcome again.
        #[serde(default)]
        retry_after: u64,
    },
    /// The request is looked at late.
    Slow {
        /// By this much.
        delay_ms: u64,
    },
    /// The request is carried out at once, and answered late.
    Late {
        /// By this much.
        delay_ms: u64,
    },
    /// The request is carried out, and the connection closed without an answer.
    LostAnswer,
    /// The connection is cut in the middle of the request's body. A shorter body passes.
    CutUpload {
        /// Body bytes taken before that.
        after_bytes: u64,
    },
    /// The body stops and the connection stays open.
    Stall {
        /// Body bytes sent before that.
        after_bytes: u64,
    },
    /// The connection is cut in the middle of a body whose whole length was promised.
    Truncate {
        /// Body bytes sent before that.
        after_bytes: u64,
    },
    /// The connection is closed without an answer.
    Drop,
    /// The Range header is ignored: 200 and the whole file.
    IgnoreRange,
    /// The Content-Range of a 206 begins and ends this much later than the bytes sent.
    WrongContentRange {
        /// By this many bytes.
        shift: u64,
    },
    /// The body ends this much earlier, and its Content-Length agrees; Content-Range does not.
    Short {
        /// Bytes left out.
        missing_bytes: u64,
    },
    /// The ETag is another one; the bytes are the same.
    OtherEtag {
        /// The ETag to show, without quotes.
        etag: String,
    },
    /// As if the file had been replaced: every byte is inverted, the ETag is another one.
    Changed {
        /// By how much the total in Content-Range grows.
        #[serde(default)]
        grow: u64,
    },
    /// 403 as from the storage when a signed URL has expired.
    Expired,
    /// HEAD is answered as by a CDN that would compress: `Content-Encoding: gzip` and no Content-Length.
    GzipHead,
}

impl Fault {
    /// Strikes every request.
    pub fn new(action: FaultAction) -> Self {
        Self { origin: None, method: None, path: None, after: 0, every: 0, count: None, action }
    }

    /// Strikes this origin only.
    pub fn on(mut self, origin: Origin) -> Self {
        self.origin = Some(origin);
        self
    }

    /// Strikes this method only.
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into());
        self
    }

    /// Strikes requests whose path and query contain this text, `*` being any run of characters.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Lets this many matching requests pass first.
    pub fn after(mut self, requests: u64) -> Self {
        self.after = requests;
        self
    }

    /// Strikes every n-th matching request.
    pub fn every(mut self, n: u64) -> Self {
        self.every = n;
        self
    }

    /// Is over after this many strikes.
    pub fn count(mut self, strikes: u64) -> Self {
        self.count = Some(strikes);
        self
    }

    fn matches(&self, origin: Origin, method: &str, path_and_query: &str) -> bool {
        let path =
            self.path.as_ref().is_none_or(|path| wildcard::matches(&format!("*{path}*"), path_and_query));
        let method = match &self.method {
            Some(wanted) => wanted.eq_ignore_ascii_case(method),
            None => method != "OPTIONS",
        };
        path && method && self.origin.is_none_or(|wanted| wanted == origin)
    }
}

impl FaultAction {
    /// The name in the log and on the control port.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Status { .. } => "status",
            Self::RateLimited { .. } => "rate_limited",
            Self::Slow { .. } => "slow",
            Self::Late { .. } => "late",
            Self::LostAnswer => "lost_answer",
            Self::CutUpload { .. } => "cut_upload",
            Self::Stall { .. } => "stall",
            Self::Truncate { .. } => "truncate",
            Self::Drop => "drop",
            Self::IgnoreRange => "ignore_range",
            Self::WrongContentRange { .. } => "wrong_content_range",
            Self::Short { .. } => "short",
            Self::OtherEtag { .. } => "other_etag",
            Self::Changed { .. } => "changed",
            Self::Expired => "expired",
            Self::GzipHead => "gzip_head",
        }
    }
}

/// The faults in force, in the order they were added.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Active>>);

#[derive(Debug)]
struct Active {
    fault: Fault,
    matched: u64,
    struck: u64,
}

/// A fault and how often it met its requests.
#[derive(Debug, Serialize)]
pub(crate) struct FaultState {
    #[serde(flatten)]
    fault: Fault,
    matched: u64,
    struck: u64,
}

impl Faults {
    pub(crate) fn add(&self, fault: Fault) {
        self.0.lock().push(Active { fault, matched: 0, struck: 0 });
    }

    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }

    pub(crate) fn list(&self) -> Vec<FaultState> {
        let state = |active: &Active| FaultState {
            fault: active.fault.clone(),
            matched: active.matched,
            struck: active.struck,
        };
        self.0.lock().iter().map(state).collect()
    }

    /// What happens to this request: the first fault that matches and whose turn it is.
    pub(crate) fn take(&self, origin: Origin, method: &str, path_and_query: &str) -> Option<FaultAction> {
        let mut active = self.0.lock();
        let mut matching = active.iter_mut().filter(|a| a.fault.matches(origin, method, path_and_query));
        matching.find_map(Active::strike)
    }
}

impl Active {
    fn strike(&mut self) -> Option<FaultAction> {
        self.matched += 1;
        let past = self.matched.checked_sub(self.fault.after + 1)?;
        let over = self.fault.count.is_some_and(|count| self.struck >= count);
        if over || past % self.fault.every.max(1) != 0 {
            return None;
        }
        self.struck += 1;
        Some(self.fault.action.clone())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failed test should stop at once")]
    use super::*;

    fn strikes(fault: Fault, requests: u64) -> Vec<u64> {
        let faults = Faults::default();
        faults.add(fault);
        (1..=requests).filter(|_| faults.take(Origin::Hub, "GET", "/a/b?c").is_some()).collect()
    }

    #[test]
    fn turns() {
        let drop = || Fault::new(FaultAction::Drop);
        assert_eq!(strikes(drop(), 3), [1, 2, 3]);
        assert_eq!(strikes(drop().after(1).count(1), 4), [2]);
        assert_eq!(strikes(drop().every(2), 5), [1, 3, 5]);
        assert_eq!(strikes(drop().after(1).every(2).count(2), 9), [2, 4]);
    }

    #[test]
    fn matching() {
        let drop = || Fault::new(FaultAction::Drop);
        assert_eq!(strikes(drop().path("/b?c"), 1), [1]);
        assert_eq!(strikes(drop().path("a*c"), 1), [1]);
        assert_eq!(strikes(drop().path("c*a"), 1), [0; 0]);
        assert_eq!(strikes(drop().on(Origin::Storage), 1), [0; 0]);
        assert_eq!(strikes(drop().method("get"), 1), [1]);
        let faults = Faults::default();
        faults.add(drop());
        assert_eq!(faults.take(Origin::Hub, "OPTIONS", "/"), None);
        faults.add(drop().method("OPTIONS"));
        assert_eq!(faults.take(Origin::Hub, "OPTIONS", "/"), Some(FaultAction::Drop));
    }

    #[test]
    fn json() {
        let text = r#"{"origin":"storage","path":"x","count":2,"kind":"stall","after_bytes":10}"#;
        let fault: Fault = serde_json::from_str(text).unwrap();
        assert_eq!(
            fault,
            Fault::new(FaultAction::Stall { after_bytes: 10 }).on(Origin::Storage).path("x").count(2)
        );
    }
}
