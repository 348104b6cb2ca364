use domain::content::ImagePolicy;
use domain::content::TextFormat;
use rstest::rstest;

use super::*;

fn message() -> UpdateContent {
    UpdateContent {
        operation_id: Uuid::now_v7().to_string(),
        account_id: 1,
        site_id: 2,
        content_id: 3,
        article: Some(publishing::Article {
            title: "Bread".to_owned(),
            status: "publish".to_owned(),
            ..Default::default()
        }),
        external_id: "77".to_owned(),
        ..UpdateContent::default()
    }
}

#[test]
fn absent_fields_have_their_meaning() {
    let order = read_update(message()).unwrap();
    let Task::Update(Written { article, .. }, seen) = order.task else { panic!("no update") };
    assert_eq!((article.post_type.as_str(), article.date), ("post", None));
    assert!(article.meta.is_empty() && article.featured_image.is_none() && article.parent.is_none());
    assert_eq!(article.text_format, TextFormat::Classic);
    assert_eq!(article.images, None);
    assert_eq!((seen.post.as_str(), seen.revision.as_str()), ("77", ""));
}

#[test]
fn an_article_may_say_how_its_images_are_prepared() {
    let mut message = message();
    let policy = publishing::ImagePolicy { keep_location: true, max_edge_px: 1200 };
    message.article.as_mut().unwrap().image_policy = Some(policy);
    let Task::Update(Written { article, .. }, _) = read_update(message).unwrap().task else {
        panic!("no update")
    };
    assert_eq!(article.images, Some(ImagePolicy { keep_location: true, max_edge_px: 1200 }));
}

type Change = fn(&mut UpdateContent);

#[rstest]
#[case(|m: &mut UpdateContent| m.operation_id.clear(), "operation_id is not valid")]
#[case(|m: &mut UpdateContent| m.content_id = 0, "content_id is not valid")]
#[case(|m: &mut UpdateContent| m.article = None, "article is not valid")]
#[case(|m: &mut UpdateContent| m.article.as_mut().unwrap().status = "live".to_owned(), "article.status")]
#[case(|m: &mut UpdateContent| m.article.as_mut().unwrap().meta_json = "[]".to_owned(), "article.meta_json")]
#[case(|m: &mut UpdateContent| m.article.as_mut().unwrap().missing_terms = "guess".to_owned(), "article.missing_terms")]
#[case(|m: &mut UpdateContent| m.article.as_mut().unwrap().text_format = "braille".to_owned(), "article.text_format")]
#[case(|m: &mut UpdateContent| m.article.as_mut().unwrap().fields = vec![publishing::CustomField { via: "ftp".to_owned(), ..Default::default() }], "article.fields.via")]
#[case(|m: &mut UpdateContent| m.external_id = "../7".to_owned(), "external_id is not valid")]
#[case(|m: &mut UpdateContent| m.external_id = "0".to_owned(), "external_id is not valid")]
fn what_never_can_be_read_is_named(#[case] change: Change, #[case] expected: &str) {
    let mut message = message();
    change(&mut message);
    let error = read_update(message).unwrap_err().to_string();
    assert!(error.starts_with(expected), "{error}");
}

#[rstest]
#[case("unpublish", true)]
#[case("trash", true)]
#[case("restore", true)]
#[case("delete", true)]
#[case("publish", false)]
#[case("update", false)]
#[case("", false)]
fn moves(#[case] name: &str, #[case] fine: bool) {
    let message = MovePost {
        operation_id: Uuid::now_v7().to_string(),
        account_id: 1,
        site_id: 2,
        content_id: 3,
        external_id: "77".to_owned(),
        r#move: name.to_owned(),
        ..MovePost::default()
    };
    assert_eq!(read_move(&message).is_ok(), fine);
}
