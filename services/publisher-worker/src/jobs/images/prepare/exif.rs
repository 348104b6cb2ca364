use image::metadata::Orientation;

/// Which way is up, if that is not where the file's first row is.
pub fn orientation(tiff: &[u8]) -> Option<Orientation> {
    Orientation::from_exif_chunk(tiff).filter(|it| *it != Orientation::NoTransforms)
}

/// A TIFF structure that says this and nothing else.
pub fn only(orientation: Orientation) -> [u8; 26] {
    let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0?\0\0\0\0\0\0\0";
    tiff[18] = orientation.to_exif();
    tiff
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn what_is_written_is_read(#[values(2, 3, 4, 5, 6, 7, 8)] value: u8) {
        let orientation = Orientation::from_exif(value).unwrap();
        assert_eq!(super::orientation(&only(orientation)), Some(orientation));
    }

    #[rstest]
    #[case(b"")]
    #[case(b"II*\0\xff\xff\xff\xff")]
    #[case(&only(Orientation::Rotate90)[..20])]
    #[case(&only(Orientation::NoTransforms))]
    fn no_orientation_is_the_usual_one(#[case] tiff: &[u8]) {
        assert_eq!(orientation(tiff), None);
    }
}
