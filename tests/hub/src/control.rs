//! The control port: what tests and benches in other languages do to the Hub, as JSON. README.md has it all.

use std::sync::Arc;

use axum::Json;
use axum::Router;
use axum::extract::{Path, Request, State as Shared};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::account::Account;
use crate::errors::HubError;
use crate::faults::{Fault, FaultState};
use crate::network::NetworkProfile;
use crate::origin::Origin;
use crate::repo_id::RepoId;
use crate::seed::{CommitSeed, RepoSeed};
use crate::state::{Origins, Settings, State};
use crate::traffic::{Counters, LogEntry};

type Hub = Shared<Arc<State>>;

/// Seeds may carry whole files.
const LARGEST_BODY: usize = 1 << 30;

pub(crate) fn router(state: Arc<State>) -> Router {
    Router::new()
        .route("/", get(origins))
        .route("/repos", get(repos).post(create_repo))
        .route("/repos/{namespace}/{name}", delete(delete_repo))
        .route("/repos/{namespace}/{name}/commits", post(commit))
        .route("/accounts", post(add_account))
        .route("/settings", get(settings).put(set_settings))
        .route("/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/network", get(network))
        .route("/network/{origin}", put(set_network))
        .route("/expire-urls", post(expire_urls))
        .route("/counters", get(counters))
        .route("/log", get(read_log).delete(clear_log))
        .route("/reset", post(reset))
        .layer(axum::extract::DefaultBodyLimit::max(LARGEST_BODY))
        .layer(from_fn(open_to_pages))
        .with_state(state)
}

/// A value per origin.
#[derive(Debug, Serialize, Deserialize)]
struct PerOrigin<T> {
    hub: T,
    storage: T,
}

/// Tests run in pages, too.
async fn open_to_pages(request: Request, next: Next) -> Response {
    let preflight = request.method() == Method::OPTIONS;
    let mut response =
        if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let any = HeaderValue::from_static("*");
    for name in [
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
    ] {
        response.headers_mut().insert(name, any.clone());
    }
    response
}

async fn origins(Shared(state): Hub) -> Json<Origins> {
    Json(state.origins.clone())
}

async fn repos(Shared(state): Hub) -> Json<Vec<String>> {
    Json(state.repo_ids())
}

async fn create_repo(Shared(state): Hub, Json(seed): Json<RepoSeed>) -> Result<Json<Value>, HubError> {
    let id = seed.id.clone();
    state.plant(seed, None).map_err(refused)?;
    Ok(Json(json!({ "id": id })))
}

async fn delete_repo(Shared(state): Hub, Path(id): Path<(String, String)>) -> Result<Json<Value>, HubError> {
    let existed = state.uproot(&repo_id(id)?);
    Ok(Json(json!({ "existed": existed })))
}

async fn commit(
    Shared(state): Hub,
    Path(id): Path<(String, String)>,
    Json(seed): Json<CommitSeed>,
) -> Result<Json<Value>, HubError> {
    let oid = state.graft(&repo_id(id)?, &seed).map_err(refused)?;
    Ok(Json(json!({ "oid": oid })))
}

async fn add_account(Shared(state): Hub, Json(account): Json<Account>) {
    state.accounts.write().push(account);
}

async fn settings(Shared(state): Hub) -> Json<Settings> {
    Json(state.settings.read().clone())
}

async fn set_settings(Shared(state): Hub, Json(settings): Json<Settings>) {
    *state.settings.write() = settings;
}

async fn faults(Shared(state): Hub) -> Json<Vec<FaultState>> {
    Json(state.faults.list())
}

async fn add_fault(Shared(state): Hub, Json(fault): Json<Fault>) {
    state.faults.add(fault);
}

async fn clear_faults(Shared(state): Hub) {
    state.faults.clear();
}

async fn network(Shared(state): Hub) -> Json<PerOrigin<NetworkProfile>> {
    Json(PerOrigin { hub: state.hub.network.profile(), storage: state.storage.network.profile() })
}

/// `PUT /network/hub`, `/network/storage`, or `/network/both`.
async fn set_network(
    Shared(state): Hub,
    Path(origin): Path<String>,
    Json(profile): Json<NetworkProfile>,
) -> Result<(), HubError> {
    let origins: &[Origin] = match origin.as_str() {
        "hub" => &[Origin::Hub],
        "storage" => &[Origin::Storage],
        "both" => &[Origin::Hub, Origin::Storage],
        other => return Err(HubError::bad_request(format!("{other:?} is not hub, storage or both"))),
    };
    for &origin in origins {
        state.side(origin).network.set(profile.clone());
    }
    Ok(())
}

async fn expire_urls(Shared(state): Hub) {
    state.signer.expire_all();
}

async fn counters(Shared(state): Hub) -> Json<PerOrigin<Counters>> {
    Json(PerOrigin { hub: state.hub.traffic.counters(), storage: state.storage.traffic.counters() })
}

async fn read_log(Shared(state): Hub) -> Json<Vec<LogEntry>> {
    Json(log(&state))
}

async fn clear_log(Shared(state): Hub) {
    state.hub.traffic.reset();
    state.storage.traffic.reset();
}

async fn reset(Shared(state): Hub) {
    state.reset();
}

/// The requests of both origins in the order they came.
pub(crate) fn log(state: &State) -> Vec<LogEntry> {
    let mut entries = state.hub.traffic.entries();
    entries.extend(state.storage.traffic.entries());
    entries.sort_by_key(|entry| entry.number);
    entries
}

fn repo_id((namespace, name): (String, String)) -> Result<RepoId, HubError> {
    RepoId::parse(&format!("{namespace}/{name}")).map_err(HubError::bad_request)
}

fn refused(error: std::io::Error) -> HubError {
    HubError::bad_request(error.to_string())
}
