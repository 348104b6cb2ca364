//! JPEG files are a row of segments, each begun by a marker (ITU-T T.81, annex B).

use super::{Damaged, Facts, exif};

const SOI: u8 = 0xd8;
const EOI: u8 = 0xd9;
const SOS: u8 = 0xda;
const APP0: u8 = 0xe0;
const APP1: u8 = 0xe1;

pub fn facts(file: &[u8]) -> Result<Facts, Damaged> {
    for segment in Segments::of(file) {
        let Segment { marker, body, .. } = segment?;
        // A frame header of whatever process: C4, C8 and CC are something else.
        if !matches!(marker, 0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf) {
            continue;
        }
        let [bits, h1, h0, w1, w0, components, ..] = *body else { return Err(Damaged) };
        let (width, height) = (u16::from_be_bytes([w1, w0]), u16::from_be_bytes([h1, h0]));
        if width == 0 || height == 0 {
            return Err(Damaged);
        }
        // Four components are inks; decoded they would be lights, which their colour profile does not describe.
        let scalable = bits == 8 && matches!(components, 1 | 3);
        return Ok(Facts { width: width.into(), height: height.into(), scalable });
    }
    Err(Damaged)
}

/// What is needed to show the picture upright and in its colours. Behind its end, phones put films and further pictures.
pub fn picture_only(file: &[u8]) -> Result<Vec<u8>, Damaged> {
    let mut upright = Segments::of(file)
        .filter_map(|segment| segment.ok()?.exif())
        .find_map(exif::orientation)
        .map(|orientation| [&[0xff, APP1, 0, 34], EXIF, &exif::only(orientation)].concat());
    let mut out = Vec::with_capacity(file.len() + 64);
    out.extend([0xff, SOI]);
    for segment in Segments::of(file) {
        let segment = segment?;
        if segment.is_picture() {
            if segment.marker != APP0 {
                out.extend(upright.take().unwrap_or_default());
            }
            out.extend(segment.whole);
        }
    }
    out.extend([0xff, EOI]);
    Ok(out)
}

const EXIF: &[u8] = b"Exif\0\0";

struct Segment<'a> {
    marker: u8,
    body: &'a [u8],
    /// From its marker on; of a scan header, to the end of the scan.
    whole: &'a [u8],
}

impl<'a> Segment<'a> {
    fn is_picture(&self) -> bool {
        match self.marker {
            // Tables, frames, scans.
            0xc0..=0xcf | SOS..=0xdf => true,
            APP0 => self.body.starts_with(b"JFIF\0"),
            0xe2 => self.body.starts_with(b"ICC_PROFILE\0"),
            // How the colours are coded.
            0xee => self.body.starts_with(b"Adobe"),
            _ => false,
        }
    }

    fn exif(&self) -> Option<&'a [u8]> {
        if self.marker == APP1 { self.body.strip_prefix(EXIF) } else { None }
    }
}

/// The segments up to the end of the picture. A file that was cut off in its scans still is one, as browsers see it.
struct Segments<'a> {
    rest: &'a [u8],
    has_scan: bool,
    over: bool,
}

impl<'a> Segments<'a> {
    fn of(file: &'a [u8]) -> Self {
        Self { rest: file.strip_prefix(&[0xff, SOI]).unwrap_or_default(), has_scan: false, over: false }
    }

    fn read(&mut self) -> Option<Segment<'a>> {
        loop {
            // Whatever stands in front of a marker, and any number of fill bytes.
            let from = self.rest.iter().position(|byte| *byte == 0xff)?;
            let fill = self.rest[from..].iter().position(|byte| *byte != 0xff)?;
            let (start, marker) = (from + fill - 1, self.rest[from + fill]);
            let behind = &self.rest[start + 2..];
            match marker {
                EOI => return None,
                // These stand alone, and mean nothing here.
                0x00 | 0x01 | 0xd0..=SOI => self.rest = behind,
                _ => {
                    let length = usize::from(u16::from_be_bytes(*behind.first_chunk()?));
                    let body = behind.get(2..length)?;
                    let scan = if marker == SOS { scan_length(&behind[length..]) } else { 0 };
                    let (whole, rest) = self.rest[start..].split_at(2 + length + scan);
                    self.rest = rest;
                    return Some(Segment { marker, body, whole });
                }
            }
        }
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, Damaged>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        let segment = self.read();
        self.over = segment.is_none();
        self.has_scan |= segment.as_ref().is_some_and(|segment| segment.marker == SOS);
        match segment {
            None if self.has_scan => None,
            segment => Some(segment.ok_or(Damaged)),
        }
    }
}

/// To the next marker that is not a part of the scan.
fn scan_length(data: &[u8]) -> usize {
    let is_end = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0xd0..=0xd7 | 0xff);
    data.windows(2).position(is_end).unwrap_or(data.len())
}
