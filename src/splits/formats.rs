//! Which endings of file names belong to which builder of `datasets` 5.2.0 (`packaged_modules.__init__`).

/// A builder and how it is set up: all splits of a dataset must agree on both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Format {
    /// The builder's name, such as `parquet`.
    pub(super) builder: &'static str,
    /// Tells apart what one builder reads in two ways: CSV by tabs, CoNLL with comments.
    pub(super) variant: &'static str,
}

struct Builder {
    name: &'static str,
    extensions: &'static [&'static str],
    /// Extensions that also count in upper case.
    media: &'static [&'static str],
    /// Extensions of files that stand beside the data and do not decide the builder.
    companions: &'static [&'static str],
    metadata_names: &'static [&'static str],
}

const MEDIA_METADATA: &[&str] = &["metadata.csv", "metadata.jsonl", "metadata.parquet"];

const fn plain(name: &'static str, extensions: &'static [&'static str]) -> Builder {
    Builder { name, extensions, media: &[], companions: &[], metadata_names: &[] }
}

const fn media(name: &'static str, media: &'static [&'static str]) -> Builder {
    Builder { name, extensions: &[], media, companions: &[], metadata_names: MEDIA_METADATA }
}

const BUILDERS: &[Builder] = &[
    plain("csv", &["csv", "tsv"]),
    plain("json", &["json", "jsonl", "ndjson"]),
    plain("parquet", &["parquet", "geoparquet", "gpq"]),
    plain("arrow", &["arrow"]),
    plain("text", &["txt"]),
    plain("conll", &["conll", "conllu"]),
    plain("webdataset", &["tar"]),
    plain("xml", &["xml"]),
    plain("hdf5", &["hdf5", "h5"]),
    plain("eval", &["eval"]),
    Builder { metadata_names: &["task.toml", "instruction.md"], ..plain("harbor", &["toml", "md"]) },
    Builder {
        companions: &["idx", "txn", "manifest"],
        metadata_names: &["latest_version_hint.json"],
        ..plain("lance", &["lance"])
    },
    plain("tsfile", &["tsfile"]),
    plain("vortex", &["vortex"]),
    plain("fasta", &["fa", "fasta", "fna", "ffn", "faa", "frn", "afa"]),
    plain("genbank", &["gb", "gbk", "genbank"]),
    plain("fastq", &["fq", "fastq"]),
    media("pdb", &["pdb", "ent"]),
    Builder { metadata_names: MEDIA_METADATA, ..plain("mmcif", &["cif", "mmcif"]) },
    media(
        "imagefolder",
        &[
            "apng", "blp", "bmp", "bufr", "bw", "cur", "dcx", "dds", "dib", "emf", "eps", "fit", "fits",
            "flc", "fli", "ftc", "ftu", "gbr", "gif", "grib", "icb", "icns", "ico", "iim", "im", "j2c",
            "j2k", "jfif", "jp2", "jpc", "jpe", "jpeg", "jpf", "jpg", "jpx", "msp", "pbm", "pcd", "pcx",
            "pgm", "png", "pnm", "ppm", "ps", "psd", "pxr", "ras", "rgb", "rgba", "sgi", "tga", "tif",
            "tiff", "vda", "vst", "webp", "wmf", "xbm", "xpm",
        ],
    ),
    media(
        "audiofolder",
        &[
            "3g2", "3gp", "aiff", "asf", "au", "avr", "caf", "f4v", "flac", "flv", "htk", "ircam", "m4v",
            "mat4", "mat5", "mp3", "mpc2k", "mpg", "mxf", "nist", "nut", "ogg", "ogm", "opus", "paf", "pvf",
            "raw", "rf64", "sd2", "sds", "svx", "voc", "w64", "wav", "wavex", "webm", "wma", "wmv", "wve",
            "xi",
        ],
    ),
    media("videofolder", &["avi", "mkv", "mov", "mp4", "mpeg"]),
    media("meshfolder", &["glb", "gltf", "ply", "stl"]),
    media("pdffolder", &["pdf"]),
    media("niftifolder", &["nii"]),
];

/// The format that an extension in lower case stands for.
pub(super) fn of_extension(extension: &str) -> Option<Format> {
    let builder = BUILDERS
        .iter()
        .find(|builder| builder.extensions.contains(&extension) || builder.media.contains(&extension))?;
    let variant = match extension {
        "tsv" | "conllu" => "special",
        _ => "",
    };
    Some(Format { builder: builder.name, variant })
}

/// Whether some dotted part of a file's name is the extension of any format, of a companion, or `zip`.
pub(super) fn is_supported(name: &str) -> bool {
    extensions(name)
        .any(|extension| extension == "zip" || BUILDERS.iter().any(|builder| builder.knows(extension)))
}

/// Whether a file of this name is metadata to some builder, and therefore does not vote for a format.
pub(super) fn is_metadata_name(name: &str) -> bool {
    BUILDERS.iter().any(|builder| builder.metadata_names.contains(&name))
}

/// Every dotted part of a name after the first: `csv` and `gz` of `a.csv.gz`.
pub(super) fn extensions(name: &str) -> impl Iterator<Item = &str> {
    name.split('.').skip(1)
}

/// Whether the builder keeps a file, when no README names its files.
///
/// The library asks a regular expression over the whole path: an extension, then the end or a further dot. So
/// `data.parquet.d/notes.txt` is kept as Parquet. A file also stays when its path ends in the name of a metadata file.
pub(super) fn keeps(builder: &str, path: &str) -> bool {
    let Some(builder) = BUILDERS.iter().find(|known| known.name == builder) else { return false };
    let path = path.strip_suffix('\n').unwrap_or(path);
    if path.contains('\n') {
        return false;
    }
    let mut parts = path.split('.').skip(1).peekable();
    while let Some(part) = parts.next() {
        let is_followed = parts.peek() != Some(&"") || parts.clone().nth(1).is_some();
        if is_followed && (part == "zip" || builder.knows(part)) {
            return true;
        }
    }
    builder.metadata_names.iter().any(|name| path.ends_with(name))
}

impl Builder {
    fn knows(&self, extension: &str) -> bool {
        let is_upper = !self.media.is_empty() && extension.bytes().all(|byte| !byte.is_ascii_lowercase());
        self.extensions.contains(&extension)
            || self.companions.contains(&extension)
            || self.media.contains(&extension)
            || is_upper && self.media.iter().any(|media| media.eq_ignore_ascii_case(extension))
    }
}
