use std::time::{Duration, Instant};

use contracts::PublishReport;
use contracts::publishing::Image;
use testkit::{Behaviour, FakeSite};

use crate::world::{SITE, World, order};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nnot much of an image, but it says it is one";
const GIF: &[u8] = b"GIF89a and nothing else";

fn with_images(site: &FakeSite, content_id: i64) -> contracts::publishing::PublishContent {
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
    site.host("/f.png", PNG);
    site.host("/g.gif", GIF);
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
    site.host("/f.png", [PNG, &vec![0; 200_000]].concat());
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
        site.host(&path, [PNG, &[content]].concat());
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
