//! Reading the beginnings of column chunks, where a file has no offset index to tell its pages apart.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::{
    error::Result,
    parquet::{Footer, Prefix, ReadOptions, prefixes},
    source::ByteSource,
};

/// Reads what of the parts of row groups in `options` can be had by prefixes, and returns the footer with the pages
/// found and the bytes read; the same footer when prefixes do not pay.
///
/// Costs one wave of reads when the prefixes are as long as the footer lets one expect, of one range for each leaf column;
/// a second wave for the columns where they are not, and rarely a third. No byte is read twice.
///
/// # Errors
/// Those of reading. Damaged pages are left to the decoder.
pub(super) async fn read_prefixes<S: ByteSource>(
    source: &S,
    footer: Rc<Footer>,
    options: &ReadOptions,
) -> Result<Rc<Footer>> {
    let mut prefixes = prefixes(&footer, options);
    if prefixes.is_empty() {
        return Ok(footer);
    }
    loop {
        let missing: Vec<_> = prefixes.iter().filter_map(Prefix::missing).collect();
        if missing.is_empty() {
            let footer = Footer::clone(&footer).with_prefixes(prefixes)?;
            return Ok(Rc::new(footer));
        }
        let short = prefixes.iter_mut().filter(|prefix| prefix.missing().is_some());
        for (prefix, bytes) in short.zip(source.read(&missing).await?) {
            prefix.push(&bytes)?;
        }
    }
}
