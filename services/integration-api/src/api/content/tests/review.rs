use serde_json::json;

use super::Desk;

#[actix_web::test]
async fn from_draft_to_approved_and_back() {
    let desk = Desk::new().await;
    let path = desk.content("draft").await;
    assert_eq!(desk.step(&path, "approve").await, (409, "content_is_draft".to_owned()));
    assert_eq!(desk.step(&path, "reject").await, (409, "content_is_draft".to_owned()));
    assert_eq!(desk.step(&path, "submit").await, (200, "review".to_owned()));
    assert_eq!(desk.step(&path, "submit").await, (409, "content_in_review".to_owned()));
    assert_eq!(desk.step(&path, "approve").await, (200, "approved".to_owned()));
    assert_eq!(desk.step(&path, "approve").await, (409, "content_approved".to_owned()));
    let why = json!({"reason": "Too short."});
    let rejected = desk.api.post(&desk.team.editor, &format!("{path}reject/"), why).await;
    assert_eq!((rejected.status.as_u16(), rejected.json()["data"]["status"].as_str()), (200, Some("draft")));
    assert_eq!(rejected.header("etag"), "\"4\"");
    let events = desk.api.get(&desk.team.viewer, &format!("{path}timeline/")).await.json();
    assert_eq!(events["data"][0]["details"]["reason"], "Too short.");
    assert_eq!(
        desk.timeline(&path).await,
        ["content_created", "content_submitted", "content_approved", "content_rejected"]
    );
}

#[actix_web::test]
async fn published_content_takes_no_step_but_may_be_edited() {
    let desk = Desk::new().await;
    let path = desk.content("approved").await;
    assert_eq!(desk.step(&path, "publish").await.0, 202);
    for step in ["submit", "approve", "reject"] {
        assert_eq!(desk.step(&path, step).await, (409, "content_published".to_owned()));
    }
    let edited = desk.api.patch(&desk.team.editor, &path, json!({"title": "Anew"})).await;
    assert_eq!((edited.status.as_u16(), edited.json()["data"]["status"].as_str()), (200, Some("published")));
}
