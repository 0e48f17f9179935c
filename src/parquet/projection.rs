//! Which leaf columns of a file are read for the columns that are wanted, and what schema its batches then have.
//!
//! A wanted column may be part of what the file has: a struct with some of the fields. Arrow's types and Parquet's leaf
//! columns are walked side by side; both come in the same order.

use std::sync::Arc;

use arrow_schema::{DataType, Field, FieldRef, Fields, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;

use super::Footer;

/// Columns of a file.
#[derive(Debug)]
pub(super) struct Projection {
    pub(super) mask: ProjectionMask,
    /// Positions in the decoder's batches, which have the file's order, in the order wanted.
    pub(super) order: Vec<usize>,
    /// The columns in the order wanted.
    pub(super) schema: SchemaRef,
}

impl Projection {
    /// The columns `wanted` (`None`: all), by name, as far as the file has them.
    pub(super) fn new(footer: &Footer, wanted: Option<&Fields>) -> Self {
        let metadata = footer.reader();
        let (schema, parquet_schema) = (metadata.schema(), metadata.parquet_schema());
        let Some(wanted) = wanted else {
            let order = (0..schema.fields().len()).collect();
            return Self { mask: ProjectionMask::all(), order, schema: Arc::clone(schema) };
        };
        let mut walk = Walk::default();
        let roots: Vec<FieldRef> = schema
            .fields()
            .iter()
            .filter_map(|field| match wanted.find(field.name()) {
                Some((_, wanted)) => Some(walk.pick(field, wanted)),
                None => walk.skip(field),
            })
            .collect();
        let position = |wanted: &FieldRef| roots.iter().position(|root| root.name() == wanted.name());
        let order: Vec<usize> = wanted.iter().filter_map(position).collect();
        let fields: Vec<_> = order.iter().filter_map(|root| roots.get(*root).cloned()).collect();
        Self {
            mask: ProjectionMask::leaves(parquet_schema, walk.leaves),
            order,
            schema: Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone())),
        }
    }
}

/// A walk over the leaf columns of a file.
#[derive(Debug, Default)]
struct Walk {
    next: usize,
    leaves: Vec<usize>,
}

impl Walk {
    /// Takes what is wanted of a field, and returns the field as it is then read.
    fn pick(&mut self, field: &FieldRef, wanted: &Field) -> FieldRef {
        let data_type = match (field.data_type(), wanted.data_type()) {
            (DataType::Struct(fields), DataType::Struct(wanted)) => {
                DataType::Struct(self.pick_fields(fields, wanted))
            }
            (DataType::List(item), wanted) => match item_of(wanted) {
                Some(wanted) => DataType::List(self.pick(item, wanted)),
                None => return self.pick_all(field),
            },
            (DataType::LargeList(item), wanted) => match item_of(wanted) {
                Some(wanted) => DataType::LargeList(self.pick(item, wanted)),
                None => return self.pick_all(field),
            },
            _ => return self.pick_all(field),
        };
        Arc::new(Field::clone(field).with_data_type(data_type))
    }

    fn pick_fields(&mut self, fields: &Fields, wanted: &Fields) -> Fields {
        let none_known = !fields.iter().any(|field| wanted.find(field.name()).is_some());
        let last = fields.len().saturating_sub(1);
        let pick = |(index, field): (usize, &FieldRef)| match wanted.find(field.name()) {
            Some((_, wanted)) => Some(self.pick(field, wanted)),
            // Where the struct itself is null is known from any of its leaves.
            None if none_known && index == last => Some(self.pick_all(field)),
            None => self.skip(field),
        };
        fields.iter().enumerate().filter_map(pick).collect()
    }

    fn pick_all(&mut self, field: &FieldRef) -> FieldRef {
        let end = self.next + num_leaves(field.data_type());
        self.leaves.extend(self.next..end);
        self.next = end;
        Arc::clone(field)
    }

    fn skip(&mut self, field: &FieldRef) -> Option<FieldRef> {
        self.next += num_leaves(field.data_type());
        None
    }
}

/// The field of a list's items, whatever kind of list it is.
fn item_of(data_type: &DataType) -> Option<&Field> {
    match data_type {
        DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _) => Some(item),
        _ => None,
    }
}

fn num_leaves(data_type: &DataType) -> usize {
    match data_type {
        DataType::Struct(fields) => fields.iter().map(|field| num_leaves(field.data_type())).sum(),
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => num_leaves(item.data_type()),
        _ => 1,
    }
}
