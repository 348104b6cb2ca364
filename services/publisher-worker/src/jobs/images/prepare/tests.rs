use image::{ImageDecoder, ImageFormat, ImageReader};
use proptest::prelude::*;
use proptest::sample::Index;
use rstest::rstest;
use testkit::photo;

use super::*;

const MAX_PIXELS: u64 = 1_000_000;

fn policy(keep_location: bool, max_edge_px: u32) -> ImagePolicy {
    ImagePolicy { keep_location, max_edge_px }
}

/// As the worker does it, on this thread.
fn prepared(file: &[u8], policy: ImagePolicy) -> Result<Vec<u8>, Unfit> {
    let format = Format::of(file).expect("it begins like an image");
    let file = Bytes::copy_from_slice(file);
    Ok(match examine(file, format, policy, MAX_PIXELS)? {
        Examined::Fit(file) => file,
        Examined::TooLarge(file) => smaller(file, format, policy.max_edge_px, MAX_PIXELS)?,
    }
    .into())
}

type Make = fn(u32, u32, u8) -> Vec<u8>;

fn decoder(file: &[u8]) -> impl ImageDecoder {
    ImageReader::new(std::io::Cursor::new(file)).with_guessed_format().unwrap().into_decoder().unwrap()
}

fn pixels(file: &[u8]) -> Vec<u8> {
    let decoder = decoder(file);
    let mut pixels = vec![0; usize::try_from(decoder.total_bytes()).unwrap()];
    decoder.read_image(&mut pixels).unwrap();
    pixels
}

fn profile(file: &[u8]) -> Option<Vec<u8>> {
    decoder(file).icc_profile().unwrap()
}

#[rstest]
#[case(photo::jpeg as Make)]
#[case(photo::png as Make)]
#[case(photo::webp as Make)]
fn the_place_goes_and_the_picture_stays(#[case] make: Make, #[values(1, 6)] orientation: u8) {
    let original = make(64, 48, orientation);
    assert!(photo::tells_the_place(&original), "else this shows nothing");
    let sent = prepared(&original, policy(false, 2560)).unwrap();
    assert!(!photo::tells_the_place(&sent));
    assert_eq!(pixels(&sent), pixels(&original));
    assert_eq!(profile(&sent).as_deref(), Some(photo::PROFILE));
    assert_eq!(decoder(&sent).orientation().unwrap().to_exif(), orientation);
    assert!(prepared(&sent, policy(false, 2560)).unwrap() == sent, "there is nothing more to take out");
}

#[rstest]
#[case(photo::jpeg as Make)]
#[case(photo::png as Make)]
#[case(photo::webp as Make)]
fn what_may_stay_stays_to_the_byte(#[case] make: Make, #[values(0, 64)] max_edge: u32) {
    let original = make(64, 48, 6);
    assert!(prepared(&original, policy(true, max_edge)).unwrap() == original);
}

#[rstest]
#[case(photo::jpeg as Make, ImageFormat::Jpeg)]
#[case(photo::png as Make, ImageFormat::Png)]
#[case(photo::webp as Make, ImageFormat::WebP)]
fn large_ones_become_smaller_and_stand_upright(
    #[case] make: Make,
    #[case] format: ImageFormat,
    #[values(true, false)] keep_location: bool,
) {
    let original = make(300, 400, 6);
    let sent = prepared(&original, policy(keep_location, 200)).unwrap();
    assert_eq!(decoder(&sent).dimensions(), (200, 150));
    assert_eq!(decoder(&sent).orientation().unwrap().to_exif(), 1, "it is turned already");
    assert_eq!(photo::red_corner(&sent, format), (true, false));
    assert_eq!(profile(&sent).as_deref(), Some(photo::PROFILE));
    assert_eq!(photo::tells_the_place(&sent), keep_location);
    assert!(prepared(&original, policy(keep_location, 200)).unwrap() == sent, "the same bytes every time");
}

#[test]
fn a_smaller_picture_that_takes_more_bytes_is_not_sent() {
    let mut original = Vec::new();
    let coarse = image::codecs::jpeg::JpegEncoder::new_with_quality(&mut original, 1);
    let pixels =
        image::GrayImage::from_fn(400, 400, |x, y| image::Luma([((x * x) ^ (y * y)).to_le_bytes()[0]]));
    pixels.write_with_encoder(coarse).unwrap();
    let sent = prepared(&original, policy(false, 399)).unwrap();
    assert_eq!(decoder(&sent).dimensions(), (400, 400));
}

fn png_with(chunk: &[u8]) -> Vec<u8> {
    let mut file = photo::png(300, 400, 1);
    file.splice(33..33, chunk.iter().copied());
    file
}

/// A WebP whose picture is of this kind.
fn webp_with(flags: u8, picture: &[u8]) -> Vec<u8> {
    let header = photo::riff(*b"VP8X", &[flags, 0, 0, 0, 0xff, 1, 0, 0xff, 1, 0]);
    let size = u32::try_from(4 + header.len() + picture.len()).unwrap();
    [b"RIFF", &size.to_le_bytes()[..], b"WEBP", &header, picture].concat()
}

/// A frame header alone, as far as it matters before decoding.
fn jpeg_with(components: u8, width: u16, height: u16) -> Vec<u8> {
    let ([h1, h0], [w1, w0]) = (height.to_be_bytes(), width.to_be_bytes());
    let frame = [0xff, 0xc0, 0, 8, 8, h1, h0, w1, w0, components];
    [&[0xff, 0xd8], &frame[..], &[0xff, 0xda, 0, 2, 1, 2, 3, 0xff, 0xd9]].concat()
}

#[rstest]
#[case::gif(photo::gif(300, 400))]
#[case::moving_png(png_with(&photo::chunk(*b"acTL", &[0; 8])))]
#[case::png_with_other_colours(png_with(&photo::chunk(*b"cICP", &[9, 16, 0, 1])))]
#[case::png_with_other_gamma(png_with(&photo::chunk(*b"gAMA", &100_000_u32.to_be_bytes())))]
#[case::moving_webp(webp_with(0x02, &photo::riff(*b"ANMF", &[0; 16])))]
#[case::lossy_webp(webp_with(0, &photo::riff(*b"VP8 ", b"\0\0\0\x9d\x01\x2a\xff\x01\xff\x01")))]
#[case::inks(jpeg_with(4, 300, 400))]
fn these_keep_their_size(#[case] file: Vec<u8>) {
    let format = Format::of(&file).unwrap();
    let examined = examine(file.into(), format, policy(false, 200), MAX_PIXELS);
    assert!(matches!(examined, Ok(Examined::Fit(_))), "{examined:?}");
}

fn png_header(width: u32, height: u32) -> Vec<u8> {
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), b"\x08\x02\0\0\0"].concat();
    let chunks = [photo::chunk(*b"IHDR", &header), photo::chunk(*b"IDAT", b""), photo::chunk(*b"IEND", b"")];
    [b"\x89PNG\r\n\x1a\n", &*chunks.concat()].concat()
}

#[rstest]
#[case(png_header(50_000, 50_000))]
#[case(png_header(u32::MAX, u32::MAX))]
#[case(png_header(1001, 1000))]
#[case(jpeg_with(3, 65_535, 65_535))]
#[case(photo::gif(65_535, 65_535))]
#[case(webp_with(0, &photo::riff(*b"VP8L", b"\x2f\xff\xff\xff\x0f")))]
fn pictures_with_too_many_pixels_are_named(
    #[case] file: Vec<u8>,
    #[values(0, 200)] max_edge: u32,
    #[values(true, false)] keep_location: bool,
) {
    let refused = prepared(&file, policy(keep_location, max_edge));
    assert!(matches!(refused, Err(Unfit::TooManyPixels { .. })), "{refused:?}");
}

#[test]
fn a_refusal_says_what_to_do() {
    let refused = prepared(&png_header(50_000, 50_000), policy(false, 0)).unwrap_err();
    let expected = "The image has 50000 × 50000 pixels, and 1000000 in all are allowed. Make it smaller.";
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn the_size_that_counts_is_the_one_that_is_decoded() {
    // Two frame headers; the first one says that there are few enough. Decoders refuse that, too.
    let mut file = photo::jpeg(300, 400, 1);
    let small = [0xff, 0xc0, 0, 17, 8, 0, 201, 0, 10, 3, 1, 0x11, 0, 2, 0x11, 1, 3, 0x11, 1];
    file.splice(2..2, small);
    let format = Format::Jpeg;
    let examined = examine(file.into(), format, policy(false, 200), 300 * 300).unwrap();
    let Examined::TooLarge(file) = examined else { panic!("it has 201 rows") };
    let refused = smaller(file, format, 200, 300 * 300).unwrap_err();
    assert!(matches!(refused, Unfit::TooManyPixels { .. } | Unfit::Unreadable(_)), "{refused}");
}

#[rstest]
#[case::nothing_behind_the_marker(b"\xff\xd8\xff".to_vec())]
#[case::length_beyond_the_end(b"\xff\xd8\xff\xe1\xff\xff Exif".to_vec())]
#[case::length_of_less_than_itself(b"\xff\xd8\xff\xe1\0\x01 Exif".to_vec())]
#[case::no_picture(b"\xff\xd8\xff\xe1\0\x04ab\xff\xd9".to_vec())]
#[case::no_rows(jpeg_with(3, 10, 0))]
#[case::only_fill(vec![0xff, 0xd8].into_iter().chain([0xff; 1000]).collect())]
#[case::no_header(b"\x89PNG\r\n\x1a\n\0\0\0\0IEND\xae\x42\x60\x82".to_vec())]
#[case::no_columns(png_header(0, 10))]
#[case::cut_off(png_header(10, 10).split_last().unwrap().1.to_vec())]
#[case::chunk_beyond_the_end(b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR".to_vec())]
#[case::empty_riff(b"RIFF\0\0\0\0WEBP".to_vec())]
#[case::riff_chunk_beyond_the_end(b"RIFF\xff\xff\xff\xffWEBPVP8X\xff\xff\xff\xff".to_vec())]
#[case::no_screen(b"GIF89a\0".to_vec())]
fn damaged_files_are_not_sent(#[case] file: Vec<u8>) {
    let format = Format::of(&file).unwrap();
    assert_eq!(prepared(&file, policy(false, 200)), Err(Unfit::Damaged(format)));
}

#[test]
fn a_photo_that_was_cut_off_is_sent_as_far_as_it_goes() {
    let whole = photo::jpeg(64, 48, 1);
    let cut = &whole[..whole.len() - 300];
    let sent = prepared(cut, policy(false, 0)).unwrap();
    assert!(!photo::tells_the_place(&sent));
    assert!(sent.ends_with(&[0xff, 0xd9]));
}

/// Time and memory are in proportion to the file, whatever it is made of.
#[rstest]
#[case(b"\xff\xd8", b"\xff\xe1\0\x02", b"")]
#[case(b"\xff\xd8", b"\xff\xda\0\x02", b"")]
#[case(b"\xff\xd8", b"\xff\xff\0\0", b"")]
#[case(
    b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x0a\0\0\0\x0a\x08\x02\0\0\0\0\0\0\0",
    b"\0\0\0\0eXIf\0\0\0\0",
    b"\0\0\0\0IEND\0\0\0\0"
)]
#[case(b"RIFF\xff\xff\xff\xffWEBP", b"EXIF\0\0\0\0", b"")]
fn a_million_parts_are_nothing_special(#[case] begin: &[u8], #[case] part: &[u8], #[case] end: &[u8]) {
    let file = [begin, &part.repeat(1_000_000), end].concat();
    let format = Format::of(&file).unwrap_or(Format::Jpeg);
    let begun = std::time::Instant::now();
    let examined = examine(file.into(), format, policy(false, 200), MAX_PIXELS);
    assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
    if let Ok(Examined::Fit(file) | Examined::TooLarge(file)) = examined {
        assert!(file.len() < 1000 || format == Format::Jpeg);
    }
}

#[test]
fn a_profile_that_unpacks_to_more_than_a_profile_is_not_unpacked() {
    let mut file = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut file);
    image::ImageEncoder::set_icc_profile(&mut encoder, vec![0; 17 * 1024 * 1024]).unwrap();
    image::GrayImage::new(300, 400).write_with_encoder(encoder).unwrap();
    assert!(file.len() < 1024 * 1024);
    let sent = prepared(&file, policy(false, 200)).unwrap();
    assert_eq!((decoder(&sent).dimensions(), profile(&sent)), ((150, 200), None));
}

/// Bytes changed, taken out, said twice, and the end cut off.
fn mutilated(mut file: Vec<u8>, changes: &[(Index, u8, u8)], cut: Option<Index>) -> Vec<u8> {
    for (place, kind, byte) in changes {
        // Most of what can go wrong is in the first few hundred bytes, and what tells the format stays.
        let end = if kind % 2 == 0 { file.len().min(400) } else { file.len() };
        let at = 12 + place.index(end - 12);
        match kind / 2 % 3 {
            0 => file[at] = *byte,
            1 => drop(file.drain(at..(at + usize::from(*byte)).min(file.len()))),
            _ => {
                let again = file[at..(at + usize::from(*byte)).min(file.len())].to_vec();
                file.splice(at..at, again);
            }
        }
    }
    if let Some(cut) = cut {
        file.truncate(12 + cut.index(file.len() - 12));
    }
    file
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_file_makes_it_panic_and_what_is_sent_has_nothing_more_to_take_out(
        make in prop::sample::select(vec![photo::jpeg as Make, photo::png, photo::webp]),
        changes in prop::collection::vec((any::<Index>(), 0..6_u8, any::<u8>()), 0..6),
        cut in prop::option::weighted(0.2, any::<Index>()),
        max_edge in prop::sample::select(vec![1_u32, 20]),
    ) {
        let file = mutilated(make(48, 32, 6), &changes, cut);
        // Most are refused, some not; neither may panic.
        let _ = (prepared(&file, policy(true, max_edge)), prepared(&file, policy(false, max_edge)));
        if let Ok(sent) = prepared(&file, policy(false, 0)) {
            prop_assert!(sent.len() <= file.len() + 64);
            prop_assert!(prepared(&sent, policy(false, 0)) == Ok(sent));
        }
    }
}
