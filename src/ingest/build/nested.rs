//! Columns of JSON objects and lists.

use std::sync::Arc;

use arrow_array::{ArrayRef, ListArray, StructArray};
use arrow_buffer::{NullBufferBuilder, OffsetBuffer};
use arrow_schema::{FieldRef, Fields};
use indexmap::IndexMap;

use super::{ColumnBuilder, Refused, column_builder, not_built};
use crate::{
    error::Result,
    ingest::{
        guess::{KEY_TWICE, shortened},
        json::{Parser, Token},
    },
};

/// Objects. Keys that are no fields are passed over; fields without a key are null.
#[derive(Debug)]
pub(in crate::ingest) struct StructBuilder {
    fields: Fields,
    columns: IndexMap<String, Member>,
    nulls: NullBufferBuilder,
}

#[derive(Debug)]
struct Member {
    builder: Box<dyn ColumnBuilder>,
    /// How many values it has.
    len: usize,
}

impl StructBuilder {
    pub(in crate::ingest) fn new(fields: &Fields) -> Result<Self> {
        let column =
            |field: &FieldRef| Ok((field.name().clone(), Member { builder: column_builder(field)?, len: 0 }));
        let columns = fields.iter().map(column).collect::<Result<_>>()?;
        Ok(Self { fields: fields.clone(), columns, nulls: NullBufferBuilder::new(0) })
    }

    /// The number of objects.
    pub(in crate::ingest) fn len(&self) -> usize {
        self.nulls.len()
    }

    /// The objects as they come out of [`ColumnBuilder::finish`], with their type.
    pub(in crate::ingest) fn finish_struct(&mut self) -> Result<StructArray> {
        let (num_rows, nulls) = (self.nulls.len(), self.nulls.finish());
        let finished = self.columns.values_mut().map(|member| {
            member.len = 0;
            member.builder.finish()
        });
        let columns = finished.collect::<Result<Vec<_>>>()?;
        let array = StructArray::try_new_with_length(self.fields.clone(), columns, nulls, num_rows);
        array.map_err(|error| not_built(&error))
    }

    fn push_members(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused> {
        let before = self.nulls.len();
        let mut next = 0;
        while let Some(key) = parser.next_key()? {
            // Objects of one column mostly have their keys in one order.
            let index = match self.columns.get_index(next) {
                Some((name, _)) if *name == key => Some(next),
                _ => self.columns.get_index_of(key.as_ref()),
            };
            let Some((index, (_, member))) =
                index.and_then(|index| Some((index, self.columns.get_index_mut(index)?)))
            else {
                parser.skip()?;
                continue;
            };
            if member.len > before {
                return Err(parser.expected(KEY_TWICE).into());
            }
            member.builder.push_json(parser).map_err(|refused| refused.within(&key))?;
            member.len += 1;
            next = index + 1;
        }
        for member in self.columns.values_mut().filter(|member| member.len == before) {
            member.builder.push_null();
            member.len += 1;
        }
        self.nulls.append(true);
        Ok(())
    }
}

impl ColumnBuilder for StructBuilder {
    fn push_null(&mut self) {
        for member in self.columns.values_mut() {
            member.builder.push_null();
            member.len += 1;
        }
        self.nulls.append(false);
    }

    fn push_text(&mut self, text: &[u8]) -> Result<(), Refused> {
        Err(Refused::misfit(shortened(text)))
    }

    fn push_json(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused> {
        match parser.value()? {
            Token::Object => self.push_members(parser),
            Token::Null => {
                self.push_null();
                Ok(())
            }
            other => Err(Refused::misfit(other.shown())),
        }
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        Ok(Arc::new(self.finish_struct()?))
    }
}

/// Lists.
#[derive(Debug)]
pub(super) struct ListBuilder {
    item: FieldRef,
    items: Box<dyn ColumnBuilder>,
    num_items: usize,
    ends: Vec<i32>,
    nulls: NullBufferBuilder,
}

impl ListBuilder {
    pub(super) fn new(item: FieldRef) -> Result<Self> {
        let items = column_builder(&item)?;
        Ok(Self { item, items, num_items: 0, ends: vec![0], nulls: NullBufferBuilder::new(0) })
    }

    fn end(&mut self, valid: bool) {
        // A batch is cut long before it holds 2^31 items: each has a byte of text at least.
        self.ends.push(i32::try_from(self.num_items).unwrap_or(i32::MAX));
        self.nulls.append(valid);
    }
}

impl ColumnBuilder for ListBuilder {
    fn push_null(&mut self) {
        self.end(false);
    }

    fn push_text(&mut self, text: &[u8]) -> Result<(), Refused> {
        Err(Refused::misfit(shortened(text)))
    }

    fn push_json(&mut self, parser: &mut Parser<'_>) -> Result<(), Refused> {
        match parser.value()? {
            Token::List => {
                while parser.next_item()? {
                    self.items.push_json(parser).map_err(|refused| refused.within("[]"))?;
                    self.num_items += 1;
                }
                self.end(true);
            }
            Token::Null => self.push_null(),
            other => return Err(Refused::misfit(other.shown())),
        }
        Ok(())
    }

    fn finish(&mut self) -> Result<ArrayRef> {
        let ends = std::mem::replace(&mut self.ends, vec![0]);
        self.num_items = 0;
        let (items, nulls) = (self.items.finish()?, self.nulls.finish());
        let array = ListArray::try_new(Arc::clone(&self.item), OffsetBuffer::new(ends.into()), items, nulls);
        Ok(Arc::new(array.map_err(|error| not_built(&error))?))
    }
}
