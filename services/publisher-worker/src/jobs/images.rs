//! The images of an article: found in it, fetched through the guard, prepared, brought to the site. What fails is a warning on the post.

use std::time::Duration;

use domain::content::{Article, ImagePolicy};
use domain::delivery::{Part, Warning};
use futures::StreamExt;
use tokio::sync::Semaphore;

mod fetch;
mod find;
mod format;
mod prepare;

use self::fetch::{Fetched, fetch};
use self::find::{Wanted, images_of};
use self::prepare::{Preparation, Prepared};

use crate::destinations::{Call, Destination, Media, Picture, Site};
use crate::egress::Egress;
use crate::settings::ImagesSettings;

/// Brings articles' images, so many at a time over all articles: they are kept in memory from fetch to push.
#[derive(Debug)]
pub struct Images {
    settings: ImagesSettings,
    room: Semaphore,
    preparation: Preparation,
}

impl Images {
    pub fn new(settings: ImagesSettings) -> Self {
        let room = Semaphore::new(settings.in_flight.clamp(1, Semaphore::MAX_PERMITS));
        let preparation = Preparation::new(&settings);
        Self { settings, room, preparation }
    }

    /// Brings what can be brought within the budget.
    pub async fn bring(
        &self,
        article: &Article,
        site: &Site,
        destination: &dyn Destination,
        egress: &Egress,
    ) -> Brought {
        let settings = &self.settings;
        let mut brought = Brought::default();
        let policy = article.images.unwrap_or_else(|| settings.policy());
        let (wanted, surplus) = split(images_of(article), settings.max_count);
        for image in surplus {
            brought.warn(
                "image_left_out",
                &image.url,
                format!("An article can have {} images.", settings.max_count),
            );
        }
        let mut left: Vec<String> = wanted.iter().map(|image| image.url.clone()).collect();
        let work = async {
            let mut bringing = futures::stream::iter(wanted)
                .map(|image| self.bring_one(image, policy, site, destination, egress))
                .buffer_unordered(settings.parallel.max(1));
            while let Some((url, result)) = bringing.next().await {
                left.retain(|it| *it != url);
                brought.take(&url, result);
            }
        };
        if tokio::time::timeout(settings.budget, work).await.is_err() {
            for url in left {
                brought.warn("image_failed", &url, too_slow(settings.budget));
            }
        }
        brought
    }

    async fn bring_one(
        &self,
        image: Wanted,
        policy: ImagePolicy,
        site: &Site,
        destination: &dyn Destination,
        egress: &Egress,
    ) -> (String, Result<(Media, Call), (String, Option<Call>)>) {
        let _room = self.room.acquire().await.expect("invariant: nobody closes it");
        let url = image.url.clone();
        let result = match self.picture(image, policy, egress).await {
            Err(detail) => Err((detail, None)),
            Ok(picture) => {
                let reply = destination.push_media(site, &picture).await;
                match reply.value {
                    Ok(media) => Ok((media, reply.call)),
                    Err(refusal) => Err((refusal.detail, Some(reply.call))),
                }
            }
        };
        (url, result)
    }

    async fn picture(&self, image: Wanted, policy: ImagePolicy, egress: &Egress) -> Result<Picture, String> {
        let Fetched { format, file_name, bytes } = fetch(&image.url, egress, self.settings.max_bytes).await?;
        let prepared = self.preparation.prepare(bytes, format, policy).await;
        let Prepared { sha256, bytes } = prepared.map_err(|unfit| unfit.to_string())?;
        Ok(Picture {
            source_url: image.url,
            alt: image.alt,
            caption: image.caption,
            file_name,
            media_type: format.media_type(),
            sha256,
            bytes,
        })
    }
}

/// What became of an article's images.
#[derive(Debug, Default)]
pub struct Brought {
    pub media: Vec<Media>,
    pub warnings: Vec<Warning>,
    /// The calls to the site, and whether each brought its image.
    pub calls: Vec<(Call, &'static str)>,
}

impl Brought {
    fn take(&mut self, url: &str, result: Result<(Media, Call), (String, Option<Call>)>) {
        match result {
            Ok((media, call)) => {
                self.calls.push((call, if media.known { "known" } else { "taken" }));
                self.media.push(media);
            }
            Err((detail, call)) => {
                self.calls.extend(call.map(|call| (call, "failed")));
                self.warn("image_failed", url, detail);
            }
        }
    }

    fn warn(&mut self, code: &str, subject: &str, detail: String) {
        let part = (code == "image_failed").then_some(Part::Images);
        self.warnings.push(Warning { code: code.to_owned(), subject: subject.to_owned(), detail, part });
    }
}

fn too_slow(budget: Duration) -> String {
    format!("The article's images took longer than {} s.", budget.as_secs())
}

fn split(mut images: Vec<Wanted>, max: usize) -> (Vec<Wanted>, Vec<Wanted>) {
    let surplus = images.split_off(images.len().min(max));
    (images, surplus)
}
