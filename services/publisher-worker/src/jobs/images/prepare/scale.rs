use std::io::Cursor;

use fast_image_resize::Resizer;
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::codecs::webp::WebPEncoder;
use image::error::ImageFormatHint;
use image::metadata::Orientation;
use image::{
    DynamicImage, ImageDecoder, ImageEncoder, ImageError, ImageFormat, ImageReader, ImageResult, Limits,
};

use super::{Format, Unfit, allow};

/// Where the eye stops seeing a difference in photographs.
const JPEG_QUALITY: u8 = 85;

/// The picture, upright, with its longest edge this long; in the same format, with its colour profile and what else EXIF says.
pub fn to_edge(file: &[u8], format: Format, max_edge: u32, max_pixels: u64) -> Result<Vec<u8>, Unfit> {
    let unreadable = |error: ImageError| Unfit::Unreadable(error.to_string());
    let mut decoder = decoder(file, format).map_err(unreadable)?;
    // The decoder may have found another size than the first one the file states.
    let (width, height) = decoder.dimensions();
    allow(width, height, max_pixels)?;
    let profile = decoder.icc_profile().map_err(unreadable)?;
    let mut exif = decoder.exif_metadata().map_err(unreadable)?;
    let orientation = exif.as_deref_mut().and_then(Orientation::remove_from_exif_chunk);
    let picture = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
    let mut small = shrink(&picture, max_edge)?;
    drop(picture);
    small.apply_orientation(orientation.unwrap_or(Orientation::NoTransforms));
    encode(&small, format, profile, exif).map_err(unreadable)
}

fn decoder(file: &[u8], format: Format) -> ImageResult<impl ImageDecoder> {
    /// For what is packed beside the pixels, such as a colour profile; the largest known ones have 4 MiB.
    const MOST_BESIDE: u64 = 16 * 1024 * 1024;
    let format = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Gif => ImageFormat::Gif,
        Format::WebP => ImageFormat::WebP,
    };
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_BESIDE);
    reader.limits(limits);
    reader.into_decoder()
}

fn shrink(picture: &DynamicImage, max_edge: u32) -> Result<DynamicImage, Unfit> {
    let (width, height) = fit(picture.width(), picture.height(), max_edge);
    let mut small = DynamicImage::new(width, height, picture.color());
    let resized = Resizer::new().resize(picture, &mut small, None);
    resized.map_err(|error| Unfit::Unreadable(error.to_string()))?;
    Ok(small)
}

/// Both edges in proportion; none vanishes.
fn fit(width: u32, height: u32, max_edge: u32) -> (u32, u32) {
    let longest = u64::from(width.max(height));
    let scaled = |edge: u32| {
        let edge = (u64::from(edge) * u64::from(max_edge) + longest / 2) / longest;
        u32::try_from(edge).unwrap_or(max_edge).max(1)
    };
    if longest <= u64::from(max_edge) { (width, height) } else { (scaled(width), scaled(height)) }
}

fn encode(
    picture: &DynamicImage,
    format: Format,
    profile: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
) -> ImageResult<Vec<u8>> {
    let mut file = Vec::new();
    match format {
        Format::Jpeg => write(picture, JpegEncoder::new_with_quality(&mut file, JPEG_QUALITY), profile, exif),
        Format::Png => {
            let encoder =
                PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Adaptive);
            write(picture, encoder, profile, exif)
        }
        Format::WebP => write(picture, WebPEncoder::new_lossless(&mut file), profile, exif),
        Format::Gif => Err(ImageError::Unsupported(ImageFormatHint::Exact(ImageFormat::Gif).into())),
    }?;
    Ok(file)
}

fn write(
    picture: &DynamicImage,
    mut encoder: impl ImageEncoder,
    profile: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
) -> ImageResult<()> {
    if let Some(profile) = profile {
        encoder.set_icc_profile(profile).map_err(ImageError::Unsupported)?;
    }
    if let Some(exif) = exif {
        encoder.set_exif_metadata(exif).map_err(ImageError::Unsupported)?;
    }
    picture.write_with_encoder(encoder)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case((4000, 3000), 2560, (2560, 1920))]
    #[case((3000, 4000), 2560, (1920, 2560))]
    #[case((2560, 10), 2560, (2560, 10))]
    #[case((4001, 3001), 4000, (4000, 3000))]
    #[case((65_535, 1), 2560, (2560, 1))]
    #[case((u32::MAX, u32::MAX), 1, (1, 1))]
    fn sizes(#[case] of: (u32, u32), #[case] max_edge: u32, #[case] expected: (u32, u32)) {
        assert_eq!(fit(of.0, of.1, max_edge), expected);
    }
}
