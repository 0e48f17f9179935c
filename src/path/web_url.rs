//! Web addresses of the Hub's pages, rewritten as the body of an `hf://` path.
//!
//! Only pages that name a place are taken: a repo, and its `blob`, `resolve`, `raw`, `tree` and `blame` routes. The grammar
//! itself stays in `hf_path`; the rules here are `huggingface_hub.utils._hf_uris._url_to_uri_body`.

use percent_encoding::percent_decode_str;

use super::repo_id::RepoType;
use crate::error::{Error, ErrorKind, Result};

const OPERATION: &str = "parse web address";
const HOSTS: [&str; 3] = ["huggingface.co", "hf.co", "hub-ci.huggingface.co"];
const REPO_ROUTES: [&str; 5] = ["blame", "blob", "raw", "resolve", "tree"];
const BUCKET_ROUTES: [&str; 2] = ["resolve", "tree"];

/// `[type/]namespace/name[@revision[/path]]` for a web address; `None` when `text` is no web address at all.
///
/// `endpoint` is a further Hub whose addresses are read, `http://localhost:8080/hf`.
pub(super) fn to_body(text: &str, endpoint: Option<&str>) -> Option<Result<String>> {
    let endpoint = endpoint.map(split);
    let known_hosts = || HOSTS.into_iter().chain(endpoint.iter().map(|(host, _)| host.as_str()));
    let lower = text.to_ascii_lowercase();
    let has_scheme = lower.starts_with("http://") || lower.starts_with("https://");
    if !has_scheme && !known_hosts().any(|host| lower.strip_prefix(host).is_some_and(starts_segment)) {
        return None;
    }
    let (host, path) = split(text);
    if !known_hosts().any(|known| known == host) {
        return Some(Err(invalid(format!(
            "'{host}' is no Hub that is known here; expected an address on huggingface.co."
        ))));
    }
    let path = match &endpoint {
        Some((endpoint_host, prefix)) if *endpoint_host == host => path
            .strip_prefix(prefix.trim_end_matches('/'))
            .filter(|rest| starts_segment(rest))
            .unwrap_or(path),
        _ => path,
    };
    Some(from_segments(&path.split('/').filter(|segment| !segment.is_empty()).collect::<Vec<_>>()))
}

fn from_segments(segments: &[&str]) -> Result<String> {
    let (repo_type, segments) = match segments {
        [first, rest @ ..] if RepoType::from_plural(first).is_some() => (RepoType::from_plural(first), rest),
        _ => (None, segments),
    };
    let [namespace, name, rest @ ..] = segments else {
        return Err(invalid("The address names no repo: expected '…/namespace/name' in it."));
    };
    let prefix = repo_type.map(|repo_type| format!("{}/", repo_type.plural())).unwrap_or_default();
    let is_bucket = repo_type == Some(RepoType::Bucket);
    let repo = format!("{prefix}{namespace}/{name}");
    let [route, tail @ ..] = rest else { return Ok(repo) };
    let routes: &[&str] = if is_bucket { &BUCKET_ROUTES } else { &REPO_ROUTES };
    if !routes.contains(route) {
        return Err(invalid(format!(
            "A '/{route}/' page names no file; give the repo's page or one of its {} pages.",
            routes.join(", ")
        )));
    }
    if tail.is_empty() {
        return Ok(repo);
    }
    // A decoded '/' is escaped again, so that the segment stays one when the `hf://` grammar splits the text.
    let tail: Vec<String> = tail
        .iter()
        .map(|segment| percent_decode_str(segment).decode_utf8_lossy().replace('/', "%2F"))
        .collect();
    Ok(format!("{repo}{}{}", if is_bucket { '/' } else { '@' }, tail.join("/")))
}

/// The host in lower case without user or port, and the path without query or fragment.
fn split(url: &str) -> (String, &str) {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.find(['?', '#']).and_then(|end| rest.get(..end)).unwrap_or(rest);
    let (authority, path) = rest.split_at_checked(rest.find('/').unwrap_or(rest.len())).unwrap_or((rest, ""));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[').and_then(|host| host.split_once(']')) {
        Some((ipv6, _)) => ipv6,
        None => host.split_once(':').map_or(host, |(host, _)| host),
    };
    (host.to_ascii_lowercase(), path)
}

fn starts_segment(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with('/')
}

fn invalid(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Invalid, OPERATION, message)
}
