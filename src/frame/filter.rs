//! The filter of a frame: checked against its schema, with class labels by name.

use arrow_schema::Schema;

use crate::{
    error::Result,
    expr::{Expr, Missing},
    features::{Feature, FeatureKind, Features},
};

/// The filter as tasks carry it: names of class labels are their numbers.
///
/// # Errors
/// Kind `invalid` for an unknown column, a value that does not fit its type, and an unknown class label.
pub(super) fn checked(filter: &Expr, schema: &Schema) -> Result<Expr> {
    // A `huggingface` key that cannot be understood tells nothing.
    let features = Features::from_arrow_schema(schema).unwrap_or_default();
    let filter = filter.with_class_numbers(schema, &|path| class_names(&features, path))?;
    filter.bind(schema, Missing::Refuse)?;
    Ok(filter)
}

fn class_names(features: &Features, path: &[&str]) -> Option<Vec<String>> {
    let (first, inner) = path.split_first()?;
    let Feature { kind, .. } = features.get(first)?;
    match (kind, inner) {
        (FeatureKind::ClassLabel { names }, []) => Some(names.clone()),
        (FeatureKind::Struct(fields), inner) => class_names(fields, inner),
        (FeatureKind::List { feature, .. } | FeatureKind::LargeList { feature }, []) => match &feature.kind {
            FeatureKind::ClassLabel { names } => Some(names.clone()),
            _ => None,
        },
        _ => None,
    }
}
