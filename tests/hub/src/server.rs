//! Connections, and what every request of an origin passes through: log, network, fault, router, CORS.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, header};
use hyper::body::{Body as HttpBody, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::time::sleep;

use crate::bodies::{BodyFault, ReceivedBody, SentBody};
use crate::cors;
use crate::faults::{FaultAction, Faults};
use crate::network::Network;
use crate::origin::Origin;
use crate::spoil::{self, Dropped};
use crate::traffic::{Outcome, Traffic};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One origin apart from what it serves.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) origin: Origin,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) network: Network,
    pub(crate) faults: Arc<Faults>,
}

/// Serves an origin until the task is dropped.
pub(crate) async fn serve_origin(listener: TcpListener, side: Arc<Side>, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        // A failure here costs latency only.
        let _ = stream.set_nodelay(true);
        let (side, router) = (side.clone(), router.clone());
        let service = service_fn(move |request| answer(side.clone(), router.clone(), request));
        // An error is a client that went away, or a fault that cut the connection; the log has both.
        tokio::spawn(
            async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await },
        );
    }
}

/// Serves the control port, which has no log, no network and no faults.
pub(crate) async fn serve_plain(listener: TcpListener, router: Router) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let _ = stream.set_nodelay(true);
        let service = TowerToHyperService::new(router.clone());
        tokio::spawn(
            async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await },
        );
    }
}

async fn answer(
    side: Arc<Side>,
    router: Router,
    request: Request<Incoming>,
) -> Result<Response<SentBody>, Dropped> {
    let (parts, body) = request.into_parts();
    let record = side.traffic.begin(side.origin, &parts);
    let place = side.network.enter().await;
    let method = parts.method.clone();
    let page = parts.headers.get(header::ORIGIN).cloned();
    let path_and_query = parts.uri.path_and_query().map_or("/", |text| text.as_str());
    let fault = side.faults.take(side.origin, method.as_str(), path_and_query);

    let cut_after = match &fault {
        Some(FaultAction::CutUpload { after_bytes }) => Some(*after_bytes),
        _ => None,
    };
    let body = Body::new(ReceivedBody::new(body, side.clone(), record.received(), cut_after));
    let mut request = Request::from_parts(parts, body);
    let mut early = None;
    if let Some(action) = &fault {
        record.fault(action.kind());
        early = match spoil::before(action, side.origin, &mut request).await {
            Ok(early) => early,
            Err(dropped) => {
                record.finish(Outcome::Cut);
                return Err(dropped);
            }
        };
    }
    let mut response = match early {
        Some(response) => response,
        None if method == Method::OPTIONS => cors::preflight(side.origin, &request.into_parts().0),
        None => route(router, request).await,
    };
    match &fault {
        Some(FaultAction::Late { delay_ms }) => sleep(Duration::from_millis(*delay_ms)).await,
        Some(FaultAction::LostAnswer) => {
            record.finish(Outcome::Cut);
            return Err(Dropped);
        }
        _ if record.is_cut() => return Err(Dropped),
        _ => {}
    }
    let promised = promise_length(&method, &mut response);
    let mut body_fault = BodyFault::default();
    if let Some(action) = &fault {
        body_fault = spoil::after(action, &method, &mut response);
    }
    let promised = body_fault.end.or(promised);
    cors::allow(side.origin, page.as_ref(), response.headers_mut());
    response.headers_mut().insert(X_REQUEST_ID, request_id());
    record.status(response.status().as_u16());
    Ok(response.map(|body| SentBody::new(body, side, record, body_fault, promised, place)))
}

async fn route(router: Router, request: Request<Body>) -> Response<Body> {
    use hyper::service::Service;
    let answer: Result<_, Infallible> = TowerToHyperService::new(router).call(request).await;
    answer.unwrap_or_else(|never| match never {})
}

/// States the body's length where the handler did not, and returns how many body bytes will be sent.
fn promise_length(method: &Method, response: &mut Response<Body>) -> Option<u64> {
    let stated = response.headers().get(header::CONTENT_LENGTH);
    let stated = stated.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    let exact = response.body().size_hint().exact();
    let bodiless = method == Method::HEAD || matches!(response.status().as_u16(), 204 | 304);
    if stated.is_none()
        && !bodiless
        && let Some(len) = exact
    {
        response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(len));
    }
    if bodiless { Some(0) } else { stated.or(exact) }
}

/// An id in the shape of the load balancer's in front of the Hub.
fn request_id() -> HeaderValue {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    HeaderValue::try_from(format!("Root=1-{:08x}-{number:024x}", std::process::id()))
        .unwrap_or(HeaderValue::from_static("Root=1"))
}
