//! Image files as cameras and editors make them: they say where they were taken, in more than one way.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{ImageEncoder, ImageFormat, Rgb, RgbImage};

pub const PROFILE: &[u8] = b"a colour profile";

/// 48° 12' 12.34", as EXIF has it.
const PLACE: &[u8] = b"\0\0\0\x30\0\0\0\x01\0\0\0\x0c\0\0\0\x01\0\0\x04\xd2\0\0\0\x64";
const XMP: &[u8] = br#"<x:xmpmeta><rdf:Description exif:GPSLatitude="48,12.2057N"/></x:xmpmeta>"#;

/// Does any part of the file say where it was taken?
pub fn tells_the_place(file: &[u8]) -> bool {
    [PLACE, b"GPSLatitude"].iter().any(|sign| file.windows(sign.len()).any(|part| part == *sign))
}

/// The EXIF orientation a file has, a place in EXIF, XMP, IPTC and a comment, and behind the picture another one with a place of its own.
pub fn jpeg(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let mut file = Vec::new();
    encode(JpegEncoder::new_with_quality(&mut file, 95), width, height);
    let exif = [b"Exif\0\0", &*exif(orientation)].concat();
    let metadata = [
        segment(0xe1, &exif),
        segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", XMP].concat()),
        segment(0xed, &[b"Photoshop 3.0\0", PLACE].concat()),
        segment(0xfe, XMP),
    ];
    let mut second = vec![0xff, 0xd8];
    second.extend(segment(0xe1, &exif));
    second.extend([0xff, 0xd9]);
    file.splice(2..2, metadata.concat());
    file.extend(second);
    file
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&[0xff, marker], &length, body].concat()
}

/// The same with what PNG has for it.
pub fn png(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let mut file = Vec::new();
    encode(PngEncoder::new(&mut file), width, height);
    let metadata = [
        chunk(*b"iTXt", &[b"XML:com.adobe.xmp\0\0\0\0\0", XMP].concat()),
        chunk(*b"tEXt", &[b"Raw profile type exif\0", PLACE].concat()),
        chunk(*b"eXIf", &exif(orientation)),
        chunk(*b"prIv", PLACE),
    ];
    // Behind the signature and the header.
    file.splice(33..33, metadata.concat());
    file.extend(XMP);
    file
}

/// With a right checksum.
pub fn chunk(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [&kind, body].concat();
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length, &*named, &crc32fast::hash(&named).to_be_bytes()].concat()
}

/// The same with what WebP has for it; without loss.
pub fn webp(width: u32, height: u32, orientation: u8) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = WebPEncoder::new_lossless(&mut file);
    encoder.set_exif_metadata(exif(orientation)).unwrap();
    encode(encoder, width, height);
    // The extended header says that there is XMP.
    file[20] |= 0x04;
    file.extend(riff(*b"XMP ", XMP));
    let size = u32::try_from(file.len() - 8).unwrap();
    file[4..8].copy_from_slice(&size.to_le_bytes());
    file.extend(XMP);
    file
}

/// A chunk of a WebP file.
pub fn riff(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap().to_le_bytes();
    [&kind, &size, body, &vec![0; body.len() % 2]].concat()
}

/// An empty screen.
pub fn gif(width: u16, height: u16) -> Vec<u8> {
    [&b"GIF89a"[..], &width.to_le_bytes(), &height.to_le_bytes(), b"\0\0\0;"].concat()
}

/// Red where the first row and column are, blue elsewhere.
fn encode(mut encoder: impl ImageEncoder, width: u32, height: u32) {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let grain = u8::try_from((x * 7 + y * 13) % 32).unwrap();
        let is_corner = x < width / 2 && y < height / 2;
        Rgb(if is_corner { [220, grain, grain] } else { [grain, grain, 220] })
    });
    encoder.set_icc_profile(PROFILE.to_owned()).unwrap();
    encoder.write_image(&picture, width, height, image::ExtendedColorType::Rgb8).unwrap();
}

/// In which corner the red part is: (right, low).
pub fn red_corner(file: &[u8], format: ImageFormat) -> (bool, bool) {
    let picture = image::load(Cursor::new(file), format).unwrap().to_rgb8();
    let is_red = |x: u32, y: u32| picture.get_pixel(x, y).0[0] > 128;
    let (right, low) = (picture.width() - 3, picture.height() - 3);
    [(2, 2), (right, 2), (2, low), (right, low)]
        .into_iter()
        .find(|(x, y)| is_red(*x, *y))
        .map(|(x, y)| (x == right, y == low))
        .unwrap()
}

/// A TIFF structure with an orientation and a GPS directory.
fn exif(orientation: u8) -> Vec<u8> {
    [
        b"MM\0\x2a\0\0\0\x08\0\x02",
        &b"\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation],
        b"\0\0",
        b"\x88\x25\0\x04\0\0\0\x01\0\0\0\x26",
        b"\0\0\0\0",
        b"\0\x02\0\x01\0\x02\0\0\0\x02N\0\0\0",
        b"\0\x02\0\x05\0\0\0\x03\0\0\0\x44",
        b"\0\0\0\0",
        PLACE,
    ]
    .concat()
}
