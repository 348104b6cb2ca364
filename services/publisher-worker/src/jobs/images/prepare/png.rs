//! PNG files are a row of chunks (PNG, third edition, section 5).

use super::{Damaged, Facts, exif};

const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

pub fn facts(file: &[u8]) -> Result<Facts, Damaged> {
    let mut chunks = Chunks::of(file);
    let header = chunks.next().ok_or(Damaged)??;
    let (b"IHDR", &[w3, w2, w1, w0, h3, h2, h1, h0, _, _, _, _, _]) = (&header.kind, header.body) else {
        return Err(Damaged);
    };
    let (width, height) = (u32::from_be_bytes([w3, w2, w1, w0]), u32::from_be_bytes([h3, h2, h1, h0]));
    if width == 0 || height == 0 {
        return Err(Damaged);
    }
    let mut scalable = true;
    for chunk in chunks {
        let chunk = chunk?;
        match &chunk.kind {
            b"IDAT" => break,
            // It moves, or its colours are told in ways that would be lost.
            b"acTL" | b"cICP" => scalable = false,
            b"gAMA" => scalable &= chunk.body.first_chunk().is_some_and(|gamma| is_usual(*gamma)),
            _ => {}
        }
    }
    Ok(Facts { width, height, scalable })
}

/// About 1 / 2.2, in 100,000ths, as where nothing is said.
fn is_usual(gamma: [u8; 4]) -> bool {
    (45_000..=46_000).contains(&u32::from_be_bytes(gamma))
}

/// What is needed to show the picture upright, in its colours and moving.
pub fn picture_only(file: &[u8]) -> Result<Vec<u8>, Damaged> {
    let orientation = Chunks::of(file)
        .filter_map(Result::ok)
        .filter(|chunk| chunk.kind == *b"eXIf")
        .find_map(|chunk| exif::orientation(chunk.body));
    let mut out = Vec::with_capacity(file.len() + 64);
    out.extend(SIGNATURE);
    for chunk in Chunks::of(file) {
        let chunk = chunk?;
        if PICTURE.contains(&chunk.kind) {
            out.extend(chunk.whole);
        }
        if let (b"IHDR", Some(orientation)) = (&chunk.kind, orientation) {
            out.extend(made(*b"eXIf", &exif::only(orientation)));
        }
    }
    Ok(out)
}

fn made(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).expect("invariant: it is small");
    let named = [&kind, body].concat();
    [&length.to_be_bytes(), &*named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

const PICTURE: [[u8; 4]; 19] = [
    *b"IHDR", *b"PLTE", *b"tRNS", *b"IDAT", *b"IEND", // the pixels
    *b"bKGD", *b"hIST", *b"pHYs", *b"sBIT", // how they are meant
    *b"iCCP", *b"sRGB", *b"gAMA", *b"cHRM", *b"cICP", *b"mDCV", *b"cLLI", // their colours
    *b"acTL", *b"fcTL", *b"fdAT", // how they move
];

struct Chunk<'a> {
    kind: [u8; 4],
    body: &'a [u8],
    whole: &'a [u8],
}

/// The chunks, to the one that says it is the last; without that the file is damaged.
struct Chunks<'a> {
    rest: Option<&'a [u8]>,
}

impl<'a> Chunks<'a> {
    fn of(file: &'a [u8]) -> Self {
        Self { rest: Some(file.strip_prefix(SIGNATURE).unwrap_or_default()) }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let chunk = first(rest);
        if let Some(chunk) = &chunk
            && chunk.kind != *b"IEND"
        {
            self.rest = Some(&rest[chunk.whole.len()..]);
        }
        Some(chunk.ok_or(Damaged))
    }
}

/// Length, kind, body, checksum.
fn first(data: &[u8]) -> Option<Chunk<'_>> {
    let length = usize::try_from(u32::from_be_bytes(*data.first_chunk()?)).ok()?;
    let whole = data.get(..length.checked_add(12)?)?;
    Some(Chunk { kind: *whole[4..].first_chunk()?, body: &whole[8..8 + length], whole })
}
