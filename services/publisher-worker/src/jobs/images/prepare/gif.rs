use super::{Damaged, Facts};

/// From the logical screen (GIF89a, section 18). GIFs mostly move, so they are left as they are.
pub fn facts(file: &[u8]) -> Result<Facts, Damaged> {
    let [w0, w1, h0, h1, ..] = *file.get(6..).unwrap_or_default() else { return Err(Damaged) };
    let (width, height) = (u16::from_le_bytes([w0, w1]), u16::from_le_bytes([h0, h1]));
    Ok(Facts { width: width.into(), height: height.into(), scalable: false })
}
