//! The same in other versions of WordPress and PHP: the screen, the upgrader, a refusal, and that the site stays connected.

use e2e::Lie;

use super::{INSTALLED, NEXT, Updating};

async fn is_updated(name: &str, options: &[&str], wordpress: &str) {
    let updating = Updating::start(name, options).await;
    assert!(updating.site.version().starts_with(wordpress), "{}", updating.site.version());
    if let Some(place) = options.iter().position(|it| *it == "--php") {
        let found = updating.browser.get("").await.powered_by;
        assert!(found.starts_with(&format!("PHP/{}.", options[place + 1])), "{found}");
    }
    updating.distribution.release(NEXT).await;
    updating.half_a_day_passes();
    let screen = updating.browser.get("wp-admin/update-core.php").await;
    let offer = format!("You have version {INSTALLED} installed. Update to {NEXT}.");
    screen.says(&offer);

    updating.distribution.middleman.lies(Lie::package(|bytes| bytes.into_iter().rev().collect()));
    let refused = updating.update_from_the_list().await;
    let shown = refused["data"]["errorMessage"].as_str().unwrap_or_default();
    assert!(shown.contains("is not the one that was signed"), "{refused}");
    assert_eq!((updating.site.plugin_version().as_str(), updating.visit().await), (INSTALLED, 200));

    updating.distribution.middleman.is_honest();
    let done = updating.update_from_the_list().await;
    assert_eq!(done["success"], true, "{done}");
    assert_eq!(updating.visit().await, 200);
    updating.is_connected_with(NEXT).await;
    updating.site.down();
}

macro_rules! versions {
    ($($name:ident: $site:literal, $options:expr, $wordpress:literal;)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                is_updated($site, &$options, $wordpress).await;
            }
        )*
    };
}

versions! {
    wordpress_6_2: "wordpress-6.2", ["--wordpress", "6.2"], "6.2.";
    wordpress_6_3: "wordpress-6.3", ["--wordpress", "6.3"], "6.3.";
    wordpress_6_4: "wordpress-6.4", ["--wordpress", "6.4"], "6.4.";
    wordpress_6_5: "wordpress-6.5", ["--wordpress", "6.5"], "6.5.";
    wordpress_6_6: "wordpress-6.6", ["--wordpress", "6.6"], "6.6-";
    wordpress_6_7: "wordpress-6.7", ["--wordpress", "6.7"], "6.7-";
    php_7_4: "php-7.4", ["--wordpress", "6.2", "--php", "7.4"], "6.2.";
    php_8_4: "php-8.4", ["--wordpress", "6.7", "--php", "8.4"], "6.7-";
}
