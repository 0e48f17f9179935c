//! `GET /api/datasets/{id}/parquet[/{config}[/{split}[/{n}.parquet]]]`: shortcuts into `refs/convert/parquet`,
//! whose files are `{config}/{split}/0000.parquet` (dataset-viewer `docs/source/parquet.md`).

use std::collections::BTreeMap;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::target::Target;
use crate::errors::HubError;
use crate::repo_id::{decode, encode_path};

const CONVERTED: &str = "refs/convert/parquet";

type Splits = BTreeMap<String, Vec<String>>;

pub(super) async fn parquet(target: Target, headers: HeaderMap) -> Result<Response, HubError> {
    let base = format!("{}/api/datasets/{}/parquet", target.base(&headers), target.repo.id);
    let missing = || HubError::revision_not_found(CONVERTED);
    let commit = target.repo.resolve(CONVERTED).ok_or_else(missing)?;
    let mut configs: BTreeMap<String, Splits> = BTreeMap::new();
    for path in commit.files.keys() {
        let Some((config, split)) = config_and_split(path) else { continue };
        let files = configs.entry(config.into()).or_default().entry(split.into()).or_default();
        files.push(format!("{base}/{}/{}.parquet", encode_path(&format!("{config}/{split}")), files.len()));
    }
    let rest = decode(target.rest());
    let absent = || HubError::path_not_found(&rest, CONVERTED, &commit.oid);
    let parts: Vec<&str> = rest.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => Ok(Json(configs).into_response()),
        [config] => Ok(Json(configs.get(*config).ok_or_else(absent)?).into_response()),
        [config, split] => {
            let splits = configs.get(*config).ok_or_else(absent)?;
            Ok(Json(splits.get(*split).ok_or_else(absent)?).into_response())
        }
        [config, split, file] => {
            let number: usize =
                file.strip_suffix(".parquet").and_then(|number| number.parse().ok()).ok_or_else(absent)?;
            let wanted = Some((*config, *split));
            let mut paths = commit.files.keys().filter(|path| config_and_split(path) == wanted);
            let path = encode_path(paths.nth(number).ok_or_else(absent)?);
            let revision = CONVERTED.replace('/', "%2F");
            let url = format!("/datasets/{}/resolve/{revision}/{path}", target.repo.id);
            let location =
                HeaderValue::try_from(url).map_err(|error| HubError::bad_request(error.to_string()))?;
            Ok((StatusCode::FOUND, [(header::LOCATION, location)]).into_response())
        }
        _ => Err(absent()),
    }
}

fn config_and_split(path: &str) -> Option<(&str, &str)> {
    let (config, rest) = path.strip_suffix(".parquet")?.split_once('/')?;
    let (split, file) = rest.split_once('/')?;
    (!file.contains('/')).then_some((config, split))
}
