//! What a footer says of the file, held against the file's length and against itself.

use parquet::file::metadata::{FileMetaData, ParquetMetaData};

use crate::{
    error::{Error, ErrorKind, Result},
    parquet::footer::READ_FOOTER,
};

/// The metadata, once nothing in it promises what cannot be.
///
/// # Errors
/// Kind `corrupt`, naming the row group.
pub(in crate::parquet) fn sound_metadata(
    metadata: ParquetMetaData,
    file_len: u64,
) -> Result<ParquetMetaData> {
    check_row_groups(&metadata, file_len)?;
    Ok(with_counted_rows(metadata))
}

/// The metadata with the rows of the file counted from its row groups. Early writers left that number zero, and the
/// decoder makes no batch longer than it.
fn with_counted_rows(metadata: ParquetMetaData) -> ParquetMetaData {
    let counted =
        metadata.row_groups().iter().fold(0, |rows: i64, group| rows.saturating_add(group.num_rows()));
    let said = metadata.file_metadata();
    if said.num_rows() == counted {
        return metadata;
    }
    let counted = FileMetaData::new(
        said.version(),
        counted,
        said.created_by().map(str::to_owned),
        said.key_value_metadata().cloned(),
        said.schema_descr_ptr(),
        said.column_orders().cloned(),
    );
    ParquetMetaData::new(counted, metadata.row_groups().to_vec())
}

/// Holds the row groups against the length of the file, so that nothing later trusts an impossible number.
fn check_row_groups(metadata: &ParquetMetaData, file_len: u64) -> Result<()> {
    let damaged = |message: &str, row_group: usize| {
        Err(Error::new(ErrorKind::Corrupt, READ_FOOTER, message).with("row_group", row_group))
    };
    for (index, group) in metadata.row_groups().iter().enumerate() {
        if group.num_rows() < 0 {
            return damaged("The footer gives a row group a negative number of rows.", index);
        }
        for column in group.columns() {
            let start = column.dictionary_page_offset().unwrap_or_else(|| column.data_page_offset());
            let end = start.checked_add(column.compressed_size());
            let inside = start >= 0
                && column.compressed_size() >= 0
                && end.and_then(|end| u64::try_from(end).ok()).is_some_and(|end| end <= file_len);
            if !inside {
                return damaged(
                    "The footer places a column chunk outside the file; the file was cut short.",
                    index,
                );
            }
        }
    }
    Ok(())
}
