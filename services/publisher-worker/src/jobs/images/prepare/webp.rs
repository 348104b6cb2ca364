//! WebP files are a row of RIFF chunks (RFC 9649).

use super::{Damaged, Facts, exif};

/// Flags of the extended header.
const HAS_XMP: u8 = 0x04;
const HAS_EXIF: u8 = 0x08;
const MOVES: u8 = 0x02;

/// Lossy files are not scalable: they could only be encoded without loss, which takes more bytes than the larger picture had.
pub fn facts(file: &[u8]) -> Result<Facts, Damaged> {
    let (mut width, mut height, mut moves, mut lossless) = (0, 0, false, false);
    for chunk in Chunks::of(file) {
        let Chunk { kind, body, .. } = chunk?;
        let said = match &kind {
            b"VP8X" => {
                moves |= body.first().is_some_and(|flags| flags & MOVES != 0);
                canvas(body)
            }
            b"VP8 " => key_frame(body),
            b"VP8L" => {
                lossless = true;
                lossless_header(body)
            }
            _ => continue,
        };
        // Canvas and picture should agree; if they do not, the larger one counts.
        let said = said.ok_or(Damaged)?;
        (width, height) = (width.max(said.0), height.max(said.1));
    }
    if width == 0 {
        return Err(Damaged);
    }
    Ok(Facts { width, height, scalable: lossless && !moves })
}

fn canvas(body: &[u8]) -> Option<(u32, u32)> {
    let [_, _, _, _, w0, w1, w2, h0, h1, h2] = *body.first_chunk()?;
    Some((u32::from_le_bytes([w0, w1, w2, 0]) + 1, u32::from_le_bytes([h0, h1, h2, 0]) + 1))
}

fn key_frame(body: &[u8]) -> Option<(u32, u32)> {
    let [_, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1] = *body.first_chunk()? else { return None };
    let size = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3fff);
    Some((size([w0, w1]), size([h0, h1]))).filter(|(width, height)| *width > 0 && *height > 0)
}

fn lossless_header(body: &[u8]) -> Option<(u32, u32)> {
    let [0x2f, b0, b1, b2, b3] = *body.first_chunk()? else { return None };
    let bits = u32::from_le_bytes([b0, b1, b2, b3]);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

/// What is needed to show the picture upright, in its colours and moving.
pub fn picture_only(file: &[u8]) -> Result<Vec<u8>, Damaged> {
    let orientation = Chunks::of(file)
        .filter_map(Result::ok)
        .filter(|chunk| chunk.kind == *b"EXIF")
        .find_map(|chunk| exif::orientation(chunk.body.strip_prefix(b"Exif\0\0").unwrap_or(chunk.body)));
    let mut out = Vec::with_capacity(file.len() + 64);
    out.extend(b"RIFF\0\0\0\0WEBP");
    let mut is_extended = false;
    for chunk in Chunks::of(file) {
        let chunk = chunk?;
        if !PICTURE.contains(&chunk.kind) {
            continue;
        }
        let body = out.len() + 8;
        add(&mut out, chunk.kind, chunk.body);
        if chunk.kind == *b"VP8X" {
            is_extended = true;
            out[body] &= !(HAS_EXIF | HAS_XMP);
            out[body] |= orientation.map_or(0, |_| HAS_EXIF);
        }
    }
    // Only an extended header can announce it.
    if let Some(orientation) = orientation.filter(|_| is_extended) {
        add(&mut out, *b"EXIF", &exif::only(orientation));
    }
    let size = u32::try_from(out.len() - 8).map_err(|_| Damaged)?;
    out[4..8].copy_from_slice(&size.to_le_bytes());
    Ok(out)
}

const PICTURE: [[u8; 4]; 7] = [*b"VP8X", *b"ICCP", *b"ANIM", *b"ANMF", *b"ALPH", *b"VP8 ", *b"VP8L"];

fn add(out: &mut Vec<u8>, kind: [u8; 4], body: &[u8]) {
    let length = u32::try_from(body.len()).expect("invariant: a file has told it in 32 bits");
    out.extend(kind);
    out.extend(length.to_le_bytes());
    out.extend(body);
    out.extend(vec![0; body.len() % 2]);
}

struct Chunk<'a> {
    kind: [u8; 4],
    body: &'a [u8],
}

/// The chunks of the file, as far as it says it goes.
struct Chunks<'a> {
    rest: &'a [u8],
}

impl<'a> Chunks<'a> {
    fn of(file: &'a [u8]) -> Self {
        let [b'R', b'I', b'F', b'F', s0, s1, s2, s3, b'W', b'E', b'B', b'P', rest @ ..] = file else {
            return Self { rest: &[] };
        };
        let size = u32::from_le_bytes([*s0, *s1, *s2, *s3]).saturating_sub(4);
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        Self { rest: &rest[..size.min(rest.len())] }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<Chunk<'a>, Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        let header: [u8; 8] = *self.rest.first_chunk()?;
        let [k0, k1, k2, k3, s0, s1, s2, s3] = header;
        let size = usize::try_from(u32::from_le_bytes([s0, s1, s2, s3])).unwrap_or(usize::MAX);
        let behind = &self.rest[header.len()..];
        let Some(body) = behind.get(..size) else {
            self.rest = &[];
            return Some(Err(Damaged));
        };
        // Chunks begin at even places; behind the last one the filling is often left out.
        self.rest = behind.get(size + size % 2..).unwrap_or_default();
        Some(Ok(Chunk { kind: [k0, k1, k2, k3], body }))
    }
}
