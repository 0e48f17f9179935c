//! The end of a Parquet file: footer and page index, from as few bytes as possible.
//!
//! The file metadata lies at the very end, its length in the last eight bytes, and the page index usually just
//! before it. So one read of the tail gives all of it, or tells which one further range is missing. The bytes
//! that were used are kept: they are how a footer travels to another worker.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use arrow_schema::{Fields, Schema};
use bytes::Bytes;
use parquet::{
    DecodeResult,
    arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions},
    file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataOptions, ParquetMetaDataPushDecoder},
};

use super::{
    Prefix,
    failure::failed,
    page_index::{self, Chunks, Kind},
    prefix::with_prefixes,
    schema::{fields_as_bytes, leaf_types, plain_schema, with_bytes},
    validate::sound_metadata,
};
use crate::error::{Error, ErrorKind, Result};

/// How much of a file's end is read first, in bytes: enough for footer and page index of nearly every file, and
/// little beside one round trip. A file that is no longer than this is read whole.
const TAIL_LEN: u64 = 64 << 10;

/// The least that is read of a longer file's end, whatever other files needed.
const MIN_TAIL_LEN: u64 = 8 << 10;

/// The operation in error messages.
pub(super) const READ_FOOTER: &str = "read footer";

/// Bytes of a file and where they begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownBytes {
    /// The offset of the first byte in the file.
    pub start: u64,
    /// The bytes.
    pub bytes: Bytes,
}

impl KnownBytes {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }

    /// The bytes of `range`, when all of them are here.
    pub fn get(&self, range: &Range<u64>) -> Option<Bytes> {
        let from = usize::try_from(range.start.checked_sub(self.start)?).ok()?;
        let to = usize::try_from(range.end.checked_sub(self.start)?).ok()?;
        (from <= to && to <= self.bytes.len()).then(|| self.bytes.slice(from..to))
    }
}

/// What [`Footer::decode`] came to.
#[derive(Debug)]
pub enum FooterStep {
    /// This range is missing. Add it to the known bytes and decode again.
    NeedsData(Range<u64>),
    /// The footer.
    Done(Box<Footer>),
}

/// A file's schema, row groups and, where the file has it and it was read, its page index.
#[derive(Debug, Clone)]
pub struct Footer {
    file_len: u64,
    reader: ArrowReaderMetadata,
    known: Vec<KnownBytes>,
    /// The row groups whose offset index was decoded, or found unsound.
    indexed: BTreeSet<usize>,
    /// The column chunks whose column index was decoded, or found unsound.
    column_indexed: BTreeSet<(usize, usize)>,
}

impl Footer {
    /// The range to read first of a file of `file_len` bytes. `usual` is the [`Footer::tail_len`] of files like it: the
    /// files of a table have footers of much the same length, so of thousands of them few bytes are read in vain.
    pub fn first_range(file_len: u64, usual: Option<u64>) -> Range<u64> {
        let expected = usual.map(|len| (len * 2).clamp(MIN_TAIL_LEN, TAIL_LEN).max(len + len / 4));
        let len = expected.filter(|_| file_len > TAIL_LEN).unwrap_or(TAIL_LEN);
        file_len.saturating_sub(len)..file_len
    }

    /// How many bytes of the file's end were of use: the footer, and the page index as far as it was read with it.
    pub fn tail_len(&self) -> u64 {
        self.file_len - self.used_start()
    }

    /// Decodes what is known. The offset index is taken along when its bytes are known; it is not asked for,
    /// since counting rows or reading whole row groups needs none ([`Footer::missing_index`]).
    ///
    /// # Errors
    /// Kind `corrupt` when the file is no Parquet file or is damaged; kind `unsupported` when it is encrypted.
    pub fn decode(file_len: u64, known: Vec<KnownBytes>) -> Result<FooterStep> {
        let fail = |error| failed(READ_FOOTER, error).with("offset", metadata_start(file_len, &known));
        // Prefixes need the number of pages, which is left out by default.
        let options = ParquetMetaDataOptions::new().with_encoding_stats_as_mask(false);
        let mut decoder = ParquetMetaDataPushDecoder::try_new(file_len)
            .map_err(fail)?
            .with_metadata_options(Some(Arc::new(options)))
            .with_page_index_policy(PageIndexPolicy::Skip);
        for piece in &known {
            decoder.push_range(piece.start..piece.end(), piece.bytes.clone()).map_err(fail)?;
        }
        match decoder.try_decode().map_err(fail)? {
            DecodeResult::NeedsData(ranges) => match ranges.into_iter().next() {
                Some(range) => Ok(FooterStep::NeedsData(range)),
                None => Err(stuck()),
            },
            DecodeResult::Finished => Err(stuck()),
            DecodeResult::Data(metadata) => {
                let metadata = sound_metadata(metadata, file_len)?;
                let index = page_index::range(&metadata, Kind::Offset, Chunks::default());
                let all: Vec<_> = (0..metadata.num_row_groups()).collect();
                let reader = ArrowReaderMetadata::try_new(Arc::new(metadata), ArrowReaderOptions::new())
                    .map_err(fail)?;
                let mut footer = Self {
                    file_len,
                    reader: with_plain_schema(reader)?,
                    known,
                    indexed: BTreeSet::new(),
                    column_indexed: BTreeSet::new(),
                };
                if index.is_some_and(|range| footer.known_bytes(&range).is_some()) {
                    footer = footer.load_offset_index(&all)?;
                }
                Ok(FooterStep::Done(Box::new(footer)))
            }
        }
    }

    /// The range to read for the offset index of `row_groups`, when the file has one that was not read yet.
    pub fn missing_index(&self, row_groups: &[usize]) -> Option<Range<u64>> {
        let missing = self.without_offset_index(row_groups);
        if missing.is_empty() { None } else { self.index_range(Kind::Offset, &missing, None) }
    }

    /// The ranges to read for the offset index of `row_groups` and the column index of some of their leaf columns, as
    /// far as the file has them and they were not decoded yet.
    pub fn missing_page_index(&self, row_groups: &[usize], leaves: &[usize]) -> Vec<Range<u64>> {
        let missing = self.without_column_index(row_groups, leaves);
        let column_index =
            if missing.is_empty() { None } else { self.index_range(Kind::Column, &missing, Some(leaves)) };
        column_index.into_iter().chain(self.missing_index(row_groups)).collect()
    }

    /// Takes in the offset index of `row_groups`, whose bytes were read from [`Footer::missing_index`].
    ///
    /// # Errors
    /// None for an index that contradicts the footer: it is left out, and whole column chunks are read.
    pub fn add_index(mut self, row_groups: &[usize], piece: KnownBytes) -> Result<Self> {
        self.known.push(piece);
        self.load_offset_index(row_groups)
    }

    /// Takes in bytes that were read of what lies before the footer (Bloom filters, page index), and decodes the page
    /// index of `row_groups`, as far as its bytes are known: the offset index, and the column index of `leaves`.
    ///
    /// # Errors
    /// As [`Footer::add_index`].
    pub fn add_page_index(
        mut self,
        row_groups: &[usize],
        leaves: &[usize],
        pieces: Vec<KnownBytes>,
    ) -> Result<Self> {
        self.known.extend(pieces);
        let missing = self.without_column_index(row_groups, leaves);
        let mut footer = self.load_offset_index(row_groups)?;
        if let Some(range) = footer.index_range(Kind::Column, &missing, Some(leaves))
            && let Some(bytes) = footer.known_bytes(&range)
        {
            let chunks = missing.iter().flat_map(|group| leaves.iter().map(|leaf| (*group, *leaf)));
            footer.column_indexed.extend(chunks);
            let chunks = Chunks { row_groups: Some(&missing), leaves: Some(leaves) };
            footer = footer.with_index(Kind::Column, chunks, range, bytes)?;
        }
        Ok(footer)
    }

    /// Takes in the pages that prefixes found, and all their bytes. This footer is for the one read that the prefixes
    /// were made for: it knows no pages behind them.
    ///
    /// # Errors
    /// Kind `internal`, when the decoder does not take them.
    pub fn with_prefixes(mut self, prefixes: Vec<Prefix>) -> Result<Self> {
        let (index, known) = with_prefixes(self.metadata(), prefixes);
        self.known.extend(known);
        let metadata = ParquetMetaData::clone(self.metadata()).into_builder();
        self.with_metadata(metadata.set_page_index(Some(index)).build())
    }

    /// The same footer for a read that takes some text as the bytes that it is: where `wanted` has bytes, in lists and structs,
    /// too, and in columns that only the filter reads, by `filtered`, for which bytes will do. `None` if there is none.
    /// Whether they are UTF-8 is not checked then.
    ///
    /// # Errors
    /// Kind `internal`, when the decoder does not take them.
    pub fn with_bytes(&self, wanted: &Fields, filtered: &[&str]) -> Result<Option<Self>> {
        let schema = self.reader.schema();
        let fields = fields_as_bytes(schema.fields(), wanted, filtered);
        let (before, after) = (leaf_types(schema.fields()), leaf_types(&fields));
        let changed: Vec<bool> = before.iter().zip(after).map(|(before, after)| *before != after).collect();
        if !changed.contains(&true) {
            return Ok(None);
        }
        let fail = |error| failed(READ_FOOTER, error);
        let metadata = with_bytes(self.metadata(), &changed).map_err(fail)?;
        let schema = Arc::new(Schema::new_with_metadata(fields, schema.metadata().clone()));
        let options = ArrowReaderOptions::new().with_schema(schema);
        let reader = ArrowReaderMetadata::try_new(Arc::new(metadata), options).map_err(fail)?;
        Ok(Some(Self { reader, ..self.clone() }))
    }

    /// The file's metadata.
    pub fn metadata(&self) -> &Arc<ParquetMetaData> {
        self.reader.metadata()
    }

    /// The metadata with the Arrow schema that is read.
    pub fn reader(&self) -> &ArrowReaderMetadata {
        &self.reader
    }

    /// The length of the file in bytes.
    pub fn file_len(&self) -> u64 {
        self.file_len
    }

    /// The number of rows in the file.
    pub fn num_rows(&self) -> u64 {
        self.row_group_lens().sum()
    }

    /// The number of rows in each row group.
    pub fn row_group_lens(&self) -> impl Iterator<Item = u64> {
        self.metadata().row_groups().iter().map(|group| u64::try_from(group.num_rows()).unwrap_or(0))
    }

    /// The bytes that another instance needs to decode this footer: all of a small file, else footer and index.
    pub fn known(&self) -> Vec<KnownBytes> {
        if self.file_len <= TAIL_LEN {
            return self.known.clone();
        }
        let (metadata_start, used) = (self.metadata_start(), self.used_start());
        let trim = |piece: &KnownBytes| {
            let start = piece.start.max(used);
            piece.get(&(start..piece.end())).map(|bytes| KnownBytes { start, bytes })
        };
        // A piece that was read for the index alone lies before the footer and stays whole.
        self.known
            .iter()
            .filter_map(|piece| if piece.end() < metadata_start { Some(piece.clone()) } else { trim(piece) })
            .collect()
    }

    /// The bytes of a range, when they were read together with the footer.
    pub fn known_bytes(&self, range: &Range<u64>) -> Option<Bytes> {
        self.known.iter().find_map(|piece| piece.get(range))
    }

    /// Where what is of use begins: the page index if all of it is known, else the file metadata.
    fn used_start(&self) -> u64 {
        let index = [Kind::Column, Kind::Offset].map(|kind| {
            page_index::range(self.metadata(), kind, Chunks::default())
                .filter(|range| self.known_bytes(range).is_some())
        });
        index.iter().flatten().map(|range| range.start).fold(self.metadata_start(), u64::min)
    }

    /// Where the file metadata begins: its length stands in the four bytes before the magic.
    fn metadata_start(&self) -> u64 {
        metadata_start(self.file_len, &self.known)
    }

    fn without_offset_index(&self, row_groups: &[usize]) -> Vec<usize> {
        row_groups.iter().copied().filter(|index| !self.indexed.contains(index)).collect()
    }

    fn without_column_index(&self, row_groups: &[usize], leaves: &[usize]) -> Vec<usize> {
        let decoded =
            |group: &usize| leaves.iter().all(|leaf| self.column_indexed.contains(&(*group, *leaf)));
        row_groups.iter().copied().filter(|group| !decoded(group)).collect()
    }

    fn index_range(&self, kind: Kind, row_groups: &[usize], leaves: Option<&[usize]>) -> Option<Range<u64>> {
        page_index::range(self.metadata(), kind, Chunks { row_groups: Some(row_groups), leaves })
    }

    /// Decodes the offset index of those of the row groups whose bytes are known.
    fn load_offset_index(mut self, row_groups: &[usize]) -> Result<Self> {
        let missing = self.without_offset_index(row_groups);
        let Some(range) = self.index_range(Kind::Offset, &missing, None) else { return Ok(self) };
        let Some(bytes) = self.known_bytes(&range) else { return Ok(self) };
        self.indexed.extend(&missing);
        self.with_index(Kind::Offset, Chunks { row_groups: Some(&missing), leaves: None }, range, bytes)
    }

    fn with_index(self, kind: Kind, chunks: Chunks<'_>, range: Range<u64>, bytes: Bytes) -> Result<Self> {
        let metadata = ParquetMetaData::clone(self.metadata());
        match page_index::load(metadata, self.file_len, kind, chunks, range, bytes) {
            Some(metadata) => self.with_metadata(metadata),
            None => Ok(self),
        }
    }

    /// Replaces the metadata by the same with another page index.
    fn with_metadata(mut self, metadata: ParquetMetaData) -> Result<Self> {
        let options = ArrowReaderOptions::new().with_schema(Arc::clone(self.reader.schema()));
        self.reader = ArrowReaderMetadata::try_new(Arc::new(metadata), options)
            .map_err(|error| failed(READ_FOOTER, error))?;
        Ok(self)
    }
}

/// Where the file metadata begins; where its length stands, when that is not known or cannot be true.
fn metadata_start(file_len: u64, known: &[KnownBytes]) -> u64 {
    let end = file_len.saturating_sub(8);
    let length = known.iter().find_map(|piece| piece.get(&(end..end + 4)));
    let length =
        length.and_then(|bytes| <[u8; 4]>::try_from(bytes.as_ref()).ok()).map_or(0, u32::from_le_bytes);
    end.checked_sub(u64::from(length)).unwrap_or(end)
}

/// Replaces the Arrow schema by its plain form, in which nothing is dictionary-encoded.
fn with_plain_schema(reader: ArrowReaderMetadata) -> Result<ArrowReaderMetadata> {
    let plain = plain_schema(reader.schema());
    if plain == *reader.schema() {
        return Ok(reader);
    }
    ArrowReaderMetadata::try_new(Arc::clone(reader.metadata()), ArrowReaderOptions::new().with_schema(plain))
        .map_err(|error| failed(READ_FOOTER, error))
}

fn stuck() -> Error {
    Error::new(ErrorKind::Internal, READ_FOOTER, "The footer decoder asks for nothing and gives nothing.")
}
