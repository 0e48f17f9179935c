//! One suite for every source, and what a remote file makes of each thing that servers do.

#![allow(clippy::single_range_in_vec_init, reason = "a list of one range is what is meant")]

use std::{
    cell::{Cell, RefCell},
    ops::Range,
    rc::Rc,
};

use bytes::Bytes;
use futures_util::future::LocalBoxFuture;

use super::{ByteSource, Locations, MemorySource, RangeCache, RecentBytes, RemoteFile};
use crate::{
    error::Result,
    http::{
        Request, RetryPolicy,
        fake::{Answer, FakeTransport, block_on},
    },
    hub::Hub,
    path::RepoId,
};

const HUB: &str = "https://hub.test";
const STORAGE: &str = "https://storage.test/blob?Signature=";

/// A file of `len` bytes that are all different enough.
fn content(len: usize) -> Bytes {
    (0..len).map(|index| (index * 31 % 251) as u8).collect::<Vec<_>>().into()
}

/// The range that a request asks for.
fn asked(request: &Request) -> Range<usize> {
    let (first, last) =
        request.header("range").unwrap().strip_prefix("bytes=").unwrap().split_once('-').unwrap();
    first.parse().unwrap()..last.parse::<usize>().unwrap() + 1
}

/// The right answer to a request for a range of `content`, as storage behind a redirect gives it.
fn answer(content: &Bytes, request: &Request) -> Answer {
    let range = asked(request);
    Answer {
        status: 206,
        url: if request.url.starts_with(HUB) { format!("{STORAGE}1") } else { request.url.clone() },
        headers: vec![
            ("etag", "\"v1\"".to_owned()),
            ("content-range", format!("bytes {}-{}/{}", range.start, range.end - 1, content.len())),
        ],
        body: content.slice(range),
    }
}

/// A remote file on a server that may spoil the right answer.
fn remote(
    len: usize,
    spoil: impl Fn(&Request, Answer) -> Option<Answer> + 'static,
) -> RemoteFile<FakeTransport> {
    let content = content(len);
    let transport = FakeTransport::new(move |request| spoil(request, answer(&content, request)));
    let hub = Hub::new(transport, HUB, Some("hf_secret".to_owned()), RetryPolicy::default()).unwrap();
    let repo = RepoId::dataset("user/name").unwrap();
    RemoteFile::new(Rc::new(hub), Locations::default(), &repo, "c0ffee", "data/a b.parquet", len as u64)
}

fn read<S: ByteSource>(source: &S, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
    block_on(source.read(ranges))
}

fn code<T: std::fmt::Debug>(result: Result<T>) -> &'static str {
    result.unwrap_err().kind().code()
}

/// What every source must do.
fn conforms<S: ByteSource>(source: &S, content: &Bytes) {
    let len = content.len() as u64;
    assert_eq!(source.byte_len(), len);
    for ranges in [
        vec![],
        vec![0..len],
        vec![0..1, len - 1..len],
        vec![10..20, 5..15, 10..20],
        vec![3..3, 100..200],
        vec![0..10, len / 2..len / 2 + 10, len - 10..len],
        (0..50).map(|index| index * 7..index * 7 + 3).collect(),
    ] {
        let expected: Vec<_> =
            ranges.iter().map(|range| content.slice(range.start as usize..range.end as usize)).collect();
        assert_eq!(read(source, &ranges).unwrap(), expected, "{ranges:?}");
    }
    assert_eq!(code(read(source, &[0..len + 1])), "corrupt");
    assert_eq!(code(read(source, &[Range { start: 5, end: 4 }])), "corrupt");
}

#[test]
fn sources_conform() {
    for len in [1_000, 300_000] {
        conforms(&MemorySource::new("memory", content(len)), &content(len));
        conforms(&remote(len, |_, answer| Some(answer)), &content(len));
    }
}

#[test]
fn the_signed_url_is_learnt_and_the_token_stays_with_the_hub() {
    let file = remote(1_000_000, |_, answer| Some(answer));
    read(&file, &[0..10]).unwrap();
    read(&file, &[500_000..500_010, 900_000..900_010]).unwrap();
    let requests = file.hub.transport().requests();
    let urls: Vec<_> = requests.iter().map(|request| request.url.as_str()).collect();
    let signed = format!("{STORAGE}1");
    assert_eq!(
        urls,
        ["https://hub.test/datasets/user/name/resolve/c0ffee/data/a%20b.parquet", &signed, &signed]
    );
    let tokens: Vec<_> = requests.iter().map(|request| request.header("authorization")).collect();
    assert_eq!(tokens, [Some("Bearer hf_secret"), None, None]);
}

#[test]
fn an_expired_url_is_resolved_again_once() {
    let signed = Cell::new(1);
    let file = remote(1_000, move |request, answer| {
        if request.url.starts_with(HUB) {
            signed.set(signed.get() + 1);
            return Some(Answer { url: format!("{STORAGE}{}", signed.get()), ..answer });
        }
        if request.url == format!("{STORAGE}2") {
            Some(Answer { status: 403, ..Answer::default() })
        } else {
            Some(answer)
        }
    });
    assert_eq!(read(&file, &[0..10]).unwrap(), [content(1_000).slice(0..10)]);
    assert_eq!(read(&file, &[10..20]).unwrap(), [content(1_000).slice(10..20)]);
    assert_eq!(file.hub.transport().requests().len(), 3);
    assert!(file.hub.transport().slept().is_empty(), "expiry is no failure to wait for");

    let refused = remote(1_000, |_, _| Some(Answer { status: 403, ..Answer::default() }));
    assert_eq!(code(read(&refused, &[0..10])), "forbidden");
    assert_eq!(refused.hub.transport().requests().len(), 1);
}

#[test]
fn reads_side_by_side_resolve_an_address_once() {
    let file = remote(1_000_000, |_, answer| Some(answer));
    read(&file, &[0..10, 200_000..200_010, 400_000..400_010, 600_000..600_010]).unwrap();
    let requests = file.hub.transport().requests();
    let resolved = requests.iter().filter(|request| request.url.starts_with(HUB)).count();
    assert_eq!((requests.len(), resolved), (4, 1));
}

#[test]
fn passing_faults_are_read_through() {
    type Spoil = fn(Answer) -> Option<Answer>;
    let faults: [(&str, Spoil); 7] = [
        ("dropped", |_| None),
        ("503", |_| Some(Answer { status: 503, ..Answer::default() })),
        ("429", |_| {
            Some(Answer { status: 429, headers: vec![("retry-after", "2".to_owned())], ..Answer::default() })
        }),
        ("cut short", |answer| Some(Answer { body: answer.body.slice(1..), ..answer })),
        ("empty", |answer| Some(Answer { body: Bytes::new(), ..answer })),
        ("another range", |answer| {
            Some(Answer { headers: vec![("content-range", "bytes 1-10/1000".to_owned())], ..answer })
        }),
        ("nonsense", |answer| {
            Some(Answer { headers: vec![("content-range", "rows 1-10".to_owned())], ..answer })
        }),
    ];
    for (name, spoil) in faults {
        for failing in 1..=2 {
            let count = Cell::new(0);
            let file = remote(1_000, move |_, answer| {
                count.set(count.get() + 1);
                if count.get() <= failing { spoil(answer) } else { Some(answer) }
            });
            assert_eq!(
                read(&file, &[0..10]).unwrap(),
                [content(1_000).slice(0..10)],
                "{name}, {failing} times"
            );
        }
        let file = remote(1_000, move |_, answer| spoil(answer));
        let error = read(&file, &[0..10]).unwrap_err();
        assert_eq!(error.get("attempts"), Some("5"), "{name}: {error}");
        assert_eq!(error.get("file"), Some("data/a b.parquet"), "{name}");
        assert!(!error.to_string().contains("Signature"), "{name}: {error}");
    }
}

#[test]
fn the_whole_file_for_a_range_is_taken_only_when_small() {
    let whole = |len: usize| {
        let all = content(len);
        remote(len, move |_, answer| {
            Some(Answer { status: 200, headers: Vec::new(), body: all.clone(), ..answer })
        })
    };
    assert_eq!(read(&whole(1_000), &[10..20]).unwrap(), [content(1_000).slice(10..20)]);
    assert_eq!(code(read(&whole(2 << 20), &[10..20])), "range_unsupported");
}

#[test]
fn a_file_that_changes_is_noticed() {
    let count = Rc::new(Cell::new(0));
    let counting = Rc::clone(&count);
    let changing = remote(1_000, move |_, answer| {
        counting.set(counting.get() + 1);
        let headers = vec![("etag", format!("\"v{}\"", counting.get()))];
        Some(Answer { url: format!("{STORAGE}1"), headers, ..answer })
    });
    read(&changing, &[0..10]).unwrap();
    assert_eq!(code(read(&changing, &[0..10])), "changed");
    assert_eq!(count.get(), 2, "a change is not retried");
    // Another read of the same session, which has made a file of its own.
    let repo = RepoId::dataset("user/name").unwrap();
    let (hub, known) = (Rc::clone(&changing.hub), changing.locations.clone());
    let again = RemoteFile::new(hub, known, &repo, "c0ffee", "data/a b.parquet", 1_000);
    assert_eq!(code(read(&again, &[0..10])), "changed");

    let longer = remote(1_000, |_, answer| {
        Some(Answer { headers: vec![("content-range", "bytes 0-9/1001".to_owned())], ..answer })
    });
    assert_eq!(code(read(&longer, &[0..10])), "changed");
    let shorter = remote(1_000, |_, _| Some(Answer { status: 416, ..Answer::default() }));
    assert_eq!(code(read(&shorter, &[0..10])), "changed");
}

#[test]
fn the_cost_of_a_read_is_known() {
    let requests = |len: usize, ranges: &[Range<u64>]| {
        let file = remote(len, |_, answer| Some(answer));
        read(&file, ranges).unwrap();
        file.hub.transport().requests().len()
    };
    assert_eq!(requests(1_000_000, &[0..10, 20_000..30_000]), 1, "neighbours share a request");
    assert_eq!(requests(1_000_000, &[0..10, 500_000..500_010]), 2);
    assert_eq!(requests(80 << 20, &[0..80 << 20]), 2, "long ranges are read in parallel");
    assert_eq!(requests(1_000, &[5..5]), 0);
}

/// Keeps everything, until it is told to lose it.
#[derive(Debug, Default)]
struct TestCache {
    kept: RefCell<Vec<(String, Range<u64>, Bytes)>>,
    forgets: Cell<bool>,
}

impl RangeCache for TestCache {
    fn ranges(&self, file: &str) -> Vec<Range<u64>> {
        let kept = self.kept.borrow();
        kept.iter().filter(|(name, ..)| name == file).map(|(_, range, _)| range.clone()).collect()
    }

    fn get<'a>(&'a self, file: &'a str, range: Range<u64>) -> LocalBoxFuture<'a, Option<Bytes>> {
        let kept = self.kept.borrow();
        let found = kept.iter().find(|(name, known, _)| name == file && *known == range);
        let found = found.filter(|_| !self.forgets.get()).map(|(.., bytes)| bytes.clone());
        Box::pin(async { found })
    }

    fn put(&self, file: &str, start: u64, bytes: &Bytes) {
        let range = start..start + bytes.len() as u64;
        self.kept.borrow_mut().push((file.to_owned(), range, bytes.clone()));
    }
}

#[test]
fn what_was_read_just_now_is_not_read_again() {
    let file = remote(16 << 20, |_, answer| Some(answer)).with_recent(RecentBytes::default());
    let all = content(16 << 20);
    let asked_for = |range: Range<u64>| {
        let before = file.hub.transport().requests().len();
        let expected = all.slice(range.start as usize..range.end as usize);
        assert_eq!(read(&file, std::slice::from_ref(&range)).unwrap(), [expected], "{range:?}");
        file.hub.transport().requests()[before..].iter().map(asked).collect::<Vec<_>>()
    };
    assert_eq!(asked_for(0..1_000), [0..1_000]);
    assert!(asked_for(0..1_000).is_empty());
    assert_eq!(asked_for(500..3_000), [1_000..3_000]);
    // A large read is none of this; it goes by and leaves what is kept.
    for _ in 0..2 {
        assert_eq!(asked_for(0..3 << 20), [0..3 << 20]);
    }
    assert!(asked_for(0..3_000).is_empty());
    // What is not used goes when there is too much, and what is used stays.
    for start in (1 << 20..15 << 20).step_by(1 << 20) {
        asked_for(start..start + (1 << 20));
        assert!(asked_for(0..1_000).is_empty());
    }
    assert_eq!(asked_for(1 << 20..1_500_000), [1 << 20..1_500_000]);
}

#[test]
fn cached_files_conform_and_nothing_is_read_twice() {
    let cache = Rc::new(TestCache::default());
    let visit = || {
        remote(300_000, |_, answer| Some(answer)).with_cache(Some(Rc::clone(&cache) as Rc<dyn RangeCache>))
    };
    conforms(&visit(), &content(300_000));
    cache.kept.borrow_mut().clear();

    let asked_for = |ranges: &[Range<u64>]| {
        let file = visit();
        let expected: Vec<_> = ranges
            .iter()
            .map(|range| content(300_000).slice(range.start as usize..range.end as usize))
            .collect();
        assert_eq!(read(&file, ranges).unwrap(), expected, "{ranges:?}");
        file.hub.transport().requests().iter().map(asked).collect::<Vec<_>>()
    };
    assert_eq!(asked_for(&[0..1_000, 200_000..240_000]), [0..1_000, 200_000..240_000]);
    assert!(asked_for(&[200_000..240_000, 0..1_000, 5..6]).is_empty(), "a second visit");
    assert_eq!(
        asked_for(&[500..2_000, 190_000..250_000]),
        [1_000..2_000, 190_000..200_000, 240_000..250_000]
    );
    assert!(asked_for(&[0..2_000, 190_000..250_000]).is_empty(), "pieces are joined");
    cache.forgets.set(true);
    assert_eq!(asked_for(&[0..1_000]), [0..1_000], "what was lost is read again");
}
