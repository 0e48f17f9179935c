//! Columns of text: as it is, and JSON as it is written.

use std::sync::Arc;

use arrow_array::{ArrayRef, GenericStringArray, OffsetSizeTrait};
use arrow_buffer::{Buffer, NullBufferBuilder, OffsetBuffer};

use super::{ColumnBuilder, Refused, not_built};
use crate::{
    error::{Error, ErrorKind, Result},
    ingest::json::{Parser, Token},
};

/// Texts, whose bytes are checked to be UTF-8 all at once in the end.
#[derive(Debug)]
pub(super) struct TextBuilder<O> {
    bytes: Vec<u8>,
    ends: Vec<O>,
    nulls: NullBufferBuilder,
}

impl<O: OffsetSizeTrait> Default for TextBuilder<O> {
    fn default() -> Self {
        Self { bytes: Vec::new(), ends: vec![O::zero()], nulls: NullBufferBuilder::new(0) }
    }
}

impl<O: OffsetSizeTrait> TextBuilder<O> {
    fn push(&mut self, text: &[u8]) {
        self.bytes.extend_from_slice(text);
        self.end(true);
    }

    fn end(&mut self, valid: bool) {
        // A batch is cut long before its text outgrows the offsets; `finish` notices if it were not.
        self.ends.push(O::from_usize(self.bytes.len()).unwrap_or_default());
        self.nulls.append(valid);
    }
}

impl<O: OffsetSizeTrait> ColumnBuilder for TextBuilder<O> {
    fn push_null(&mut self) {
        self.end(false);
    }

    /// An empty field is null, whether quoted or not, as pandas and so `datasets` have it.
    fn push_text(&mut self, text: &[u8]) -> Result<(), Refused> {
        if text.is_empty() {
            self.push_null()
        } else {
            self.push(text)
        }
        Ok(())
    }

    /// What is no string is kept as it is written.
    fn push_json(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused> {
        if !parser.peeks_string() {
            match parser.skip()? {
                "null" => self.push_null(),
                text => self.push(text.as_bytes()),
            }
        } else if let Token::String(text) = parser.value()? {
            self.push(text.as_bytes());
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let Self { bytes, ends, mut nulls } = std::mem::take(self);
        if O::from_usize(bytes.len()).is_none() {
            let message =
                "A batch of rows holds more than 2 GiB of text; set the column's type to large_string.";
            return Err(Error::new(ErrorKind::Limit, "read text file", message));
        }
        let offsets = OffsetBuffer::new(ends.into());
        let array = GenericStringArray::<O>::try_new(offsets, Buffer::from_vec(bytes), nulls.finish());
        Ok(Arc::new(array.map_err(|error| not_built(&error))?))
    }
}

/// JSON documents, as they are written.
#[derive(Debug, Default)]
pub(super) struct JsonBuilder(TextBuilder<i32>);

impl ColumnBuilder for JsonBuilder {
    fn push_null(&mut self) {
        self.0.push_null();
    }

    fn push_text(&mut self, text: &[u8]) -> Result<(), Refused> {
        self.0.push_text(text)
    }

    fn push_json(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused> {
        match parser.skip()? {
            "null" => self.0.push_null(),
            text => self.0.push(text.as_bytes()),
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        self.0.finish()
    }
}
