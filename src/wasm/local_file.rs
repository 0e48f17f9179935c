//! `LocalFile`: a file that the user chose, read in slices. The browser holds its bytes, on disk as a rule.

use std::ops::Range;

use bytes::Bytes;
use wasm_bindgen::JsValue;

use super::{blob::Blob, convert::to_js_error};
use crate::{
    error::{Error, ErrorKind, Result},
    http::Blob as _,
    source::ByteSource,
};

/// A Blob under a name.
#[derive(Debug)]
pub(super) struct LocalFile {
    name: String,
    blob: Blob,
}

impl LocalFile {
    pub(super) fn new(name: impl Into<String>, blob: &web_sys::Blob) -> Result<Self, JsValue> {
        let name = name.into();
        let blob = Blob::new(blob).map_err(|_| {
            let message = "A file is a File, or a Blob under a name.";
            to_js_error(&Error::new(ErrorKind::Invalid, "read file", message).with("file", &name))
        })?;
        Ok(Self { name, blob })
    }
}

impl ByteSource for LocalFile {
    fn name(&self) -> &str {
        &self.name
    }

    fn byte_len(&self) -> u64 {
        self.blob.size()
    }

    async fn read(&self, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        let mut pieces = Vec::with_capacity(ranges.len());
        for range in ranges {
            pieces.push(self.blob.slice(range.clone()).bytes().await?);
        }
        Ok(pieces)
    }
}
