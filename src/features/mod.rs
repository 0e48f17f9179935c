//! HF `features`: what the columns of a dataset mean beyond their Arrow types (label names, images, JSON, …).
//!
//! The `datasets` library spells the same features in three places: as JSON under the `huggingface` key of Arrow
//! and Parquet metadata, as a list under `dataset_info.features` in the README, and as Arrow types. Here all three
//! are read and written as `datasets` 5.2 does in `features/features.py`. Two things are kinder: a type that this
//! crate does not know is carried along as it was spelled, where `datasets` refuses the file, and a column whose
//! Arrow type has no feature (a map) is left out. The module is pure: it knows no Parquet, no YAML text, no files.

mod arrow;
mod dtype;
mod metadata;
mod readme;
#[cfg(test)]
mod tests;

use indexmap::IndexMap;
use serde_json::{Map, Value};

/// Columns, or the fields of a struct, with their features, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Features(IndexMap<String, Feature>);

impl Features {
    /// The feature of a column.
    pub fn get(&self, name: &str) -> Option<&Feature> {
        self.0.get(name)
    }

    /// Columns and their features, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Feature)> {
        self.0.iter().map(|(name, feature)| (name.as_str(), feature))
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no column at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Of two columns with one name, the last one counts, at the place of the first: as in a Python `dict`.
impl FromIterator<(String, Feature)> for Features {
    fn from_iter<I: IntoIterator<Item = (String, Feature)>>(columns: I) -> Self {
        Self(columns.into_iter().collect())
    }
}

impl IntoIterator for Features {
    type Item = (String, Feature);
    type IntoIter = indexmap::map::IntoIter<String, Feature>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What one column, field or list element means.
#[derive(Debug, Clone, PartialEq)]
pub struct Feature {
    /// The type and what it cannot be without.
    pub kind: FeatureKind,
    /// The other attributes as they are spelled in JSON: `decode`, `mode`, `sampling_rate`, `id` and the like.
    /// Those that only repeat a default (`null`, `decode: true`) are left out, as `datasets` does.
    pub attributes: Map<String, Value>,
}

impl From<FeatureKind> for Feature {
    fn from(kind: FeatureKind) -> Self {
        Self { kind, attributes: Map::new() }
    }
}

/// The feature types of `datasets`.
#[derive(Debug, Clone, PartialEq)]
pub enum FeatureKind {
    /// A plain value; `dtype` is a name such as `int64`, `string`, `timestamp[us, tz=UTC]` or `decimal128(9, 2)`.
    Value {
        /// The name of the Arrow type, as it was spelled.
        dtype: String,
    },
    /// An index into label names, stored as int64; -1 and null mean "no label".
    ClassLabel {
        /// The names of the labels 0, 1, ….
        names: Vec<String>,
    },
    /// A file, stored as struct<bytes, path>: its bytes, or the path or `hf://` address to read it from.
    Media(Media),
    /// A list, of one length for all rows if `length` is given; never negative.
    List {
        /// What its elements are.
        feature: Box<Feature>,
        /// The number of elements of every list.
        length: Option<i32>,
    },
    /// A list with 64-bit offsets.
    LargeList {
        /// What its elements are.
        feature: Box<Feature>,
    },
    /// A struct. It has no attributes.
    Struct(Features),
    /// One text in each of some languages, stored as a struct with a field for each.
    Translation {
        /// Language codes, in the order of the README; the struct has them sorted.
        languages: Vec<String>,
    },
    /// Any number of texts in some of the languages, stored as struct<language: list, translation: list>.
    TranslationVariableLanguages {
        /// Language codes, sorted; empty when any language may come.
        languages: Vec<String>,
    },
    /// `Array2D` to `Array5D`, stored as lists of lists.
    Array {
        /// The number of dimensions, 2 to 5.
        rank: usize,
        /// The size of each dimension; the first may be free.
        shape: Vec<Option<u64>>,
        /// The type of the numbers, as in [`FeatureKind::Value`].
        dtype: String,
    },
    /// A JSON document, stored as text.
    Json,
    /// A type that this crate does not know; [`Feature::attributes`] has all that was said of it.
    Unknown {
        /// Its `_type`.
        name: String,
    },
}

/// What a stored file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Media {
    /// An image.
    Image,
    /// A sound recording.
    Audio,
    /// A video.
    Video,
    /// A PDF document.
    Pdf,
    /// A NIfTI volume (medical imaging).
    Nifti,
    /// A 3D mesh.
    Mesh,
    /// A file of biological sequences (FASTA and others).
    BioSequence,
    /// A file of a molecular structure (PDB and others).
    BioStructure,
}

impl Media {
    const ALL: [Self; 8] = [
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Pdf,
        Self::Nifti,
        Self::Mesh,
        Self::BioSequence,
        Self::BioStructure,
    ];

    /// The name of the type, as `_type` spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Image => "Image",
            Self::Audio => "Audio",
            Self::Video => "Video",
            Self::Pdf => "Pdf",
            Self::Nifti => "Nifti",
            Self::Mesh => "Mesh",
            Self::BioSequence => "BioSequence",
            Self::BioStructure => "BioStructure",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|media| media.name() == name)
    }
}

/// The number of dimensions that a type name from `Array2D` to `Array5D` says.
fn array_rank(name: &str) -> Option<usize> {
    let rank = name.strip_prefix("Array")?.strip_suffix('D')?.parse().ok()?;
    (2..=5).contains(&rank).then_some(rank)
}
