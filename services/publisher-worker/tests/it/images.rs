use std::time::{Duration, Instant};

use contracts::PublishReport;
use contracts::publishing::{Image, ImagePolicy, PublishContent};
use image::{ImageDecoder, ImageFormat, codecs::jpeg::JpegDecoder};
use testkit::{Behaviour, FakeSite, photo};

use crate::world::{SITE, World, order};

fn with_images(site: &FakeSite, content_id: i64) -> PublishContent {
    let mut order = order(SITE, content_id);
    let article = order.article.as_mut().unwrap();
    article.featured_image =
        Some(Image { url: site.url("/f.png"), alt: "A loaf".to_owned(), caption: "Fresh".to_owned() });
    article.content_html = format!(
        "<p>A</p><img src=\"{}\" alt=\"G\"><img src=\"{}\"><img src=\"{}\">",
        site.url("/moved.gif"),
        site.url("/missing.jpg"),
        site.url("/f.png")
    );
    article.gallery_images = vec![Image { url: site.url("/page.html"), ..Image::default() }];
    order
}

#[tokio::test]
async fn images_go_to_the_library_once_and_a_failed_one_is_a_warning() {
    let world = World::new().await;
    let site = world.site();
    site.host("/f.png", photo::png(4, 3, 1));
    site.host("/g.gif", photo::gif(4, 3));
    site.redirect("/moved.gif", "/g.gif");
    site.host("/page.html", "<html>not an image</html>");
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;

    world.say(with_images(&site, 1)).await;
    world.report().await;
    let PublishReport::Published(published) = world.report().await else { panic!("not published") };
    let mut warnings: Vec<_> =
        published.warnings.iter().map(|w| (w.code.as_str(), w.subject.clone())).collect();
    warnings.sort();
    let (missing, page) = (site.url("/missing.jpg"), site.url("/page.html"));
    assert_eq!(warnings, [("image_failed", missing), ("image_failed", page)]);
    assert_eq!((site.images(), site.count("POST media")), (2, 2));
    let mut media: Vec<_> = site.last_payload()["media"].as_array().unwrap().clone();
    media.sort_by_key(|entry| entry["source_url"].to_string());
    assert_eq!(media[0]["source_url"], site.url("/f.png"));
    assert_eq!((media[0]["alt"].as_str(), media[0]["caption"].as_str()), (Some("A loaf"), Some("Fresh")));
    assert_eq!(media[1]["source_url"], site.url("/moved.gif"));
    assert!(
        media
            .iter()
            .all(|entry| entry["attachment_id"].is_i64() && entry["sha256"].as_str().unwrap().len() == 64)
    );

    world.say(with_images(&site, 2)).await;
    world.jobs_are(2, "done").await;
    assert_eq!((site.images(), site.count("POST media")), (2, 2), "the same bytes are not brought again");
}

#[tokio::test]
async fn too_large_an_image_is_not_read_to_its_end() {
    let world = World::new().await;
    let site = world.site();
    site.host("/f.png", [photo::png(4, 3, 1), vec![0; 200_000]].concat());
    let _worker = world.worker_with(&[("IMAGES__MAX_BYTES", "100000")]);
    world.connect(SITE, &site.rest_url()).await;
    let mut order = order(SITE, 1);
    order.article.as_mut().unwrap().featured_image =
        Some(Image { url: site.url("/f.png"), ..Image::default() });
    world.say(order).await;
    world.report().await;
    let PublishReport::Published(published) = world.report().await else { panic!("not published") };
    assert_eq!(published.warnings.len(), 1);
    assert!(published.warnings[0].detail.contains("MiB"), "{}", published.warnings[0].detail);
}

#[tokio::test]
async fn so_many_images_are_in_memory_whatever_the_articles() {
    const PAUSE: Duration = Duration::from_millis(250);
    let world = World::new().await;
    let site = world.site();
    site.always("media", Behaviour::SlowToAnswer(PAUSE));
    let one = [("IMAGES__IN_FLIGHT", "1"), ("IMAGES__BUDGET", "20s"), ("JOBS__PER_SITE", "4")];
    let _worker = world.worker_with(&one);
    world.connect(SITE, &site.rest_url()).await;
    let orders = (1..=4_u8).map(|content| {
        let path = format!("/{content}.png");
        site.host(&path, photo::png(content.into(), 1, 1));
        let mut order = order(SITE, content.into());
        order.article.as_mut().unwrap().featured_image =
            Some(Image { url: site.url(&path), ..Image::default() });
        order
    });
    let begun = Instant::now();
    world.say_all(orders.collect()).await;
    world.jobs_are(4, "done").await;
    assert!(begun.elapsed() >= 4 * PAUSE, "one after the other: {:?}", begun.elapsed());
    assert_eq!(site.images(), 4);
}

/// An order with this featured image.
fn showing(image: String, content_id: i64) -> PublishContent {
    let mut order = order(SITE, content_id);
    order.article.as_mut().unwrap().featured_image = Some(Image { url: image, ..Image::default() });
    order
}

fn size_and_profile(jpeg: &[u8]) -> ((u32, u32), Option<Vec<u8>>) {
    let mut decoder = JpegDecoder::new(std::io::Cursor::new(jpeg)).unwrap();
    (decoder.dimensions(), decoder.icc_profile().unwrap())
}

#[tokio::test]
async fn a_large_photo_arrives_smaller_upright_and_without_its_place() {
    let world = World::new().await;
    let site = world.site();
    // 4000 × 3000 by a camera that was held upright.
    let photo = photo::jpeg(3000, 4000, 6);
    assert!(photo::tells_the_place(&photo));
    site.host("/photo.jpg", photo);
    let _worker = world.worker_with(&[("IMAGES__BUDGET", "60s"), ("EGRESS__TIMEOUT", "10s")]);
    world.connect(SITE, &site.rest_url()).await;
    world.say(showing(site.url("/photo.jpg"), 1)).await;
    world.reports_until("published").await;
    let [sent] = &site.uploads()[..] else { panic!("it is sent once") };
    assert_eq!(size_and_profile(sent), ((2560, 1920), Some(photo::PROFILE.to_owned())));
    assert_eq!(photo::red_corner(sent, ImageFormat::Jpeg), (true, false), "as the camera was held");
    assert!(!photo::tells_the_place(sent));
}

#[tokio::test]
async fn an_article_may_say_how_its_images_are_prepared() {
    let world = World::new().await;
    let site = world.site();
    site.host("/photo.jpg", photo::jpeg(400, 300, 1));
    let _worker = world.worker_with(&[("IMAGES__BUDGET", "20s"), ("IMAGES__MAX_EDGE", "200")]);
    world.connect(SITE, &site.rest_url()).await;
    for content in 1..=2 {
        world.say(showing(site.url("/photo.jpg"), content)).await;
        world.reports_until("published").await;
    }
    let [by_settings] = &site.uploads()[..] else { panic!("it is sent once, whatever the articles") };
    assert_eq!(size_and_profile(by_settings).0, (200, 150));
    assert!(!photo::tells_the_place(by_settings));

    let mut order = showing(site.url("/photo.jpg"), 3);
    let policy = ImagePolicy { keep_location: true, max_edge_px: 320 };
    order.article.as_mut().unwrap().image_policy = Some(policy);
    world.say(order).await;
    world.reports_until("published").await;
    let [_, by_article] = &site.uploads()[..] else { panic!("another policy is another file") };
    assert_eq!(size_and_profile(by_article).0, (320, 240));
    assert!(photo::tells_the_place(by_article));
}

#[tokio::test]
async fn a_small_file_that_would_be_an_enormous_picture_is_a_warning() {
    let world = World::new().await;
    let site = world.site();
    let mut bomb = photo::png(4, 3, 1);
    bomb[16..24].copy_from_slice(&[50_000_u32.to_be_bytes(); 2].concat());
    site.host("/bomb.png", bomb);
    let _worker = world.worker();
    world.connect(SITE, &site.rest_url()).await;
    world.say(showing(site.url("/bomb.png"), 1)).await;
    world.report().await;
    let PublishReport::Published(published) = world.report().await else { panic!("not published") };
    let [warning] = &published.warnings[..] else { panic!("{:?}", published.warnings) };
    assert_eq!((warning.code.as_str(), warning.part.as_str()), ("image_failed", "images"));
    assert!(warning.detail.contains("50000 × 50000"), "{}", warning.detail);
    assert_eq!(site.images(), 0);
}
