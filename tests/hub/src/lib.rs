//! A local Hub.
