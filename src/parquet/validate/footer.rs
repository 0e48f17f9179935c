//! What a footer says of the file, held against the file's length and against itself.

use parquet::file::metadata::{ColumnChunkMetaData, FileMetaData, ParquetMetaData};

use crate::{
    error::{Error, ErrorKind, Result},
    parquet::footer::READ_FOOTER,
};

/// No column chunk decompresses to so many bytes; the sum of all of them shall not overflow.
const MAX_UNCOMPRESSED_SIZE: i64 = 1 << 44;

/// The metadata, once nothing in it promises what cannot be.
///
/// # Errors
/// Kind `corrupt`, naming the row group.
pub(in crate::parquet) fn sound_metadata(
    metadata: ParquetMetaData,
    file_len: u64,
) -> Result<ParquetMetaData> {
    check_row_groups(&metadata, file_len)?;
    with_counted_rows(metadata)
}

/// The metadata with the rows of the file counted from its row groups. Early writers left that number zero, and the
/// decoder makes no batch longer than it.
fn with_counted_rows(metadata: ParquetMetaData) -> Result<ParquetMetaData> {
    let mut rows = metadata.row_groups().iter().map(|group| group.num_rows());
    let counted = rows.try_fold(0, |rows: i64, more| rows.checked_add(more)).ok_or_else(|| {
        Error::new(ErrorKind::Corrupt, READ_FOOTER, "The footer counts more rows than there can be.")
    })?;
    let said = metadata.file_metadata();
    if said.num_rows() == counted {
        return Ok(metadata);
    }
    let counted = FileMetaData::new(
        said.version(),
        counted,
        said.created_by().map(str::to_owned),
        said.key_value_metadata().cloned(),
        said.schema_descr_ptr(),
        said.column_orders().cloned(),
    );
    Ok(ParquetMetaData::new(counted, metadata.row_groups().to_vec()))
}

/// Holds the row groups against the length of the file, so that nothing later trusts an impossible number.
fn check_row_groups(metadata: &ParquetMetaData, file_len: u64) -> Result<()> {
    for (row_group, group) in metadata.row_groups().iter().enumerate() {
        let damaged =
            |message: &str| Error::new(ErrorKind::Corrupt, READ_FOOTER, message).with("row_group", row_group);
        if group.num_rows() < 0 {
            return Err(damaged("The footer gives a row group a negative number of rows."));
        }
        for column in group.columns() {
            let path = column.column_path().string();
            unsound_chunk(column, group.num_rows(), file_len)
                .map_or(Ok(()), |message| Err(damaged(message).with("column", path)))?;
        }
    }
    Ok(())
}

/// What the footer cannot say of a column chunk, if it does.
fn unsound_chunk(column: &ColumnChunkMetaData, num_rows: i64, file_len: u64) -> Option<&'static str> {
    let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
    let end = start.checked_add(column.compressed_size());
    let is_inside = start >= 0
        && column.compressed_size() >= 0
        && end.and_then(|end| u64::try_from(end).ok()).is_some_and(|end| end <= file_len);
    if !is_inside {
        return Some("The footer places a column chunk outside the file; the file was cut short.");
    }
    if !(0..MAX_UNCOMPRESSED_SIZE).contains(&column.uncompressed_size()) {
        return Some("The footer gives a column chunk an impossible size.");
    }
    let is_flat = column.column_descr().max_rep_level() == 0;
    if is_flat && column.num_values() != num_rows {
        return Some("The footer gives a column without repetition another number of values than rows.");
    }
    None
}
