//! An image as its site is to get it: without the place where it was taken, and no larger than asked. The same file under the same policy
//! always comes out the same, so that the hash of what is sent stands for the image.
//!
//! Files are strangers': every length is checked, nothing is decoded before its size is known, and what can't be read is not sent.

use std::sync::Arc;

use bytes::Bytes;
use domain::content::ImagePolicy;
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use super::format::Format;
use crate::settings::ImagesSettings;

mod exif;
mod gif;
mod jpeg;
mod png;
mod scale;
mod webp;

#[cfg(test)]
mod tests;

/// Prepares images away from the threads that talk to sites, and makes so many smaller at a time: decoded, they are large.
#[derive(Debug)]
pub struct Preparation {
    max_pixels: u64,
    decoding: Arc<Semaphore>,
}

impl Preparation {
    pub fn new(settings: &ImagesSettings) -> Self {
        let decoding = Arc::new(Semaphore::new(settings.decoding.clamp(1, Semaphore::MAX_PERMITS)));
        Self { max_pixels: settings.max_pixels, decoding }
    }

    pub async fn prepare(&self, file: Bytes, format: Format, policy: ImagePolicy) -> Result<Prepared, Unfit> {
        let max_pixels = self.max_pixels;
        let examined = away(move || examine(file, format, policy, max_pixels)).await?;
        let fit = match examined {
            Examined::Fit(file) => file,
            Examined::TooLarge(file) => {
                let decoding = Arc::clone(&self.decoding).acquire_owned().await;
                let decoding = decoding.expect("invariant: nobody closes it");
                away(move || {
                    // Held to the end of the work, even if nobody waits for it any more.
                    let _decoding = decoding;
                    smaller(file, format, policy.max_edge_px, max_pixels)
                })
                .await?
            }
        };
        away(move || Ok(Prepared { sha256: hex::encode(Sha256::digest(&fit)), bytes: fit })).await
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub sha256: String,
    pub bytes: Bytes,
}

/// Why an image is not sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    #[error(
        "This {0} file is damaged: it can't be made sure that it does not tell where it was taken. Save the image anew."
    )]
    Damaged(Format),
    #[error("The image has {width} × {height} pixels, and {max} in all are allowed. Make it smaller.")]
    TooManyPixels { width: u32, height: u32, max: u64 },
    #[error("The image is too large, and can't be made smaller since it can't be read: {0}.")]
    Unreadable(String),
}

/// A file whose parts can't be told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Damaged;

/// What a file says of itself before anything is decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Facts {
    width: u32,
    height: u32,
    /// It can be decoded and encoded again, and look the same.
    scalable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Examined {
    Fit(Bytes),
    TooLarge(Bytes),
}

fn examine(file: Bytes, format: Format, policy: ImagePolicy, max_pixels: u64) -> Result<Examined, Unfit> {
    let damaged = |Damaged| Unfit::Damaged(format);
    let facts = match format {
        Format::Jpeg => jpeg::facts(&file),
        Format::Png => png::facts(&file),
        Format::Gif => gif::facts(&file),
        Format::WebP => webp::facts(&file),
    };
    let Facts { width, height, scalable } = facts.map_err(damaged)?;
    allow(width, height, max_pixels)?;
    let file = if policy.keep_location {
        file
    } else {
        match format {
            Format::Jpeg => jpeg::picture_only(&file).map_err(damaged)?.into(),
            Format::Png => png::picture_only(&file).map_err(damaged)?.into(),
            Format::Gif => file,
            Format::WebP => webp::picture_only(&file).map_err(damaged)?.into(),
        }
    };
    let too_large = policy.max_edge_px > 0 && width.max(height) > policy.max_edge_px;
    Ok(if too_large && scalable { Examined::TooLarge(file) } else { Examined::Fit(file) })
}

/// Unless that takes more bytes.
fn smaller(file: Bytes, format: Format, max_edge: u32, max_pixels: u64) -> Result<Bytes, Unfit> {
    let scaled = scale::to_edge(&file, format, max_edge, max_pixels)?;
    Ok(if scaled.len() < file.len() { scaled.into() } else { file })
}

fn allow(width: u32, height: u32, max: u64) -> Result<(), Unfit> {
    if u64::from(width) * u64::from(height) > max {
        return Err(Unfit::TooManyPixels { width, height, max });
    }
    Ok(())
}

/// A library that panics over a file can't read it.
async fn away<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Unfit> + Send + 'static,
) -> Result<T, Unfit> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|_| Err(Unfit::Unreadable("the decoder gave up".to_owned())))
}
