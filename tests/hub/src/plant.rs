//! Making repos and commits of their descriptions.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::SystemTime;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;

use crate::blob::Blob;
use crate::hash_cache::HashCache;
use crate::repo::{CommitText, Entry, MAIN, Repo, lfs_rules};
use crate::repo_id::RepoId;
use crate::seed::{CommitSeed, FileSeed, RefSeed, RepoSeed, Source};

/// The blobs to add to a tree. Paths may share one.
type Blobs = BTreeMap<String, Arc<Blob>>;

/// Makes a repo. Files on disk are looked at, and not read, but for the first bytes of those whose name does
/// not tell whether they are text.
pub(crate) fn plant(seed: RepoSeed, hashes: Option<&Arc<HashCache>>) -> io::Result<Repo> {
    let id = RepoId::parse(&seed.id).map_err(invalid)?;
    let mut repo = Repo::new(id, SystemTime::UNIX_EPOCH);
    repo.private = seed.private;
    repo.gated = seed.gated;
    repo.accepted = seed.accepted.into_iter().collect();
    let mut blobs = blobs(&seed.files, hashes)?;
    for many in &seed.many {
        let shared = Arc::new(blob(&many.content, hashes)?);
        for number in 0..many.count {
            blobs.insert(many.template.replace("{}", &format!("{number:05}")), shared.clone());
        }
    }
    repo.created = add(&mut repo, MAIN, "Upload files", &[], blobs)?;
    // Refs of their own first, so that tags may point at them.
    let (own, pointers): (Vec<_>, Vec<_>) =
        seed.refs.into_iter().partition(|(_, seed)| matches!(seed, RefSeed::Files { .. }));
    for (name, seed) in own.into_iter().chain(pointers) {
        match seed {
            RefSeed::Files { files } => {
                add(&mut repo, &name, "Upload files", &[], self::blobs(&files, hashes)?)?;
            }
            RefSeed::At { at } => {
                let oid = repo.resolve(&at).map(|commit| commit.oid.clone());
                let oid = oid.ok_or_else(|| invalid(format!("{}: no revision {at:?}", repo.id)))?;
                repo.refs.insert(name, oid);
            }
        }
    }
    Ok(repo)
}

/// Puts files into a repo that was just made, as a second commit.
pub(crate) fn first_files(repo: &mut Repo, files: BTreeMap<String, Bytes>) -> io::Result<()> {
    if !files.is_empty() {
        let blobs = files.into_iter().map(|(path, bytes)| (path, Arc::new(Blob::memory(bytes)))).collect();
        add(repo, MAIN, "Upload files", &[], blobs)?;
    }
    Ok(())
}

/// Adds a commit and returns its id.
pub(crate) fn graft(seed: &CommitSeed, repo: &mut Repo) -> io::Result<String> {
    let reference = if seed.reference.is_empty() { MAIN } else { &seed.reference };
    let title = if seed.title.is_empty() { "Update files" } else { &seed.title };
    add(repo, reference, title, &seed.delete, blobs(&seed.files, None)?)?;
    Ok(repo.refs.get(reference).cloned().unwrap_or_default())
}

/// Commits and returns the commit's date: that of the newest file on disk, else now.
fn add(
    repo: &mut Repo,
    reference: &str,
    title: &str,
    delete: &[String],
    blobs: Blobs,
) -> io::Result<SystemTime> {
    let mut files = repo.files_at(reference);
    for path in delete {
        files.remove(path);
    }
    if let Some(blob) = blobs.get(".gitattributes") {
        files.insert(".gitattributes".into(), Entry { blob: blob.clone(), lfs: false });
    }
    let rules = lfs_rules(&files)?;
    let date = blobs.values().filter_map(|blob| blob.modified()).max().unwrap_or_else(SystemTime::now);
    for (path, blob) in blobs {
        let lfs = rules.is_lfs(&path, &blob)?;
        files.insert(path, Entry { blob, lfs });
    }
    let author = repo.id.namespace.clone();
    repo.commit(reference, CommitText { title: title.into(), message: String::new(), author, date }, files);
    Ok(date)
}

fn blobs(files: &BTreeMap<String, FileSeed>, hashes: Option<&Arc<HashCache>>) -> io::Result<Blobs> {
    files.iter().map(|(path, content)| Ok((path.clone(), Arc::new(blob(content, hashes)?)))).collect()
}

fn blob(content: &FileSeed, hashes: Option<&Arc<HashCache>>) -> io::Result<Blob> {
    Ok(match content {
        FileSeed::Text(text) => Blob::memory(text.clone()),
        FileSeed::Source(Source::Base64(text)) => {
            Blob::memory(BASE64_STANDARD.decode(text).map_err(|error| invalid(error.to_string()))?)
        }
        FileSeed::Source(Source::Bytes(bytes)) => Blob::memory(bytes.clone()),
        FileSeed::Source(Source::File(path)) => Blob::disk(path.clone(), hashes.cloned())
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?,
        FileSeed::Source(Source::Zeros(len)) => Blob::memory(vec![0; *len]),
        FileSeed::Source(Source::Random { len, seed }) => Blob::memory(random_bytes(*len, *seed)),
    })
}

/// Bytes of Marsaglia's xorshift64 generator.
fn random_bytes(len: usize, seed: u64) -> Vec<u8> {
    // The generator stays at zero when it starts there.
    let mut state = seed.wrapping_mul(2).wrapping_add(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

fn invalid(message: impl Into<String>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, message.into())
}
