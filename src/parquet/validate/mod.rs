//! What is checked before the `parquet` crate decodes: numbers in footers and page headers that it would trust.
//!
//! In a browser a panic ends the worker and an allocation that is too large does, too. So nothing that would lead to
//! either reaches the decoder; what it refuses by itself is left to it.

mod footer;

pub(super) use footer::sound_metadata;
