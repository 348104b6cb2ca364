use testkit::eventually;

use crate::post_office::PostOffice;

#[tokio::test]
async fn what_can_not_be_applied_is_parked_with_its_reason_and_the_rest_goes_on() {
    let office = PostOffice::open().await;
    for delivery in ["a", "poison", "b", "stubborn", "panic", "c"] {
        office.post(delivery).await;
    }
    office.start_relay();
    office.start_receiver();
    assert_eq!(office.noted(3).await, ["a", "b", "c"]);
    let picture = eventually("three parked", async || {
        let picture = mailbox::picture(&office.database).await.unwrap();
        (picture.lines().count() == 3).then_some(picture)
    })
    .await;
    let queue = "dead webhook.delivery_applied igny8.content.v1.DeliveryApplied";
    assert_eq!(
        picture,
        format!(
            "{queue} will never work: this can't be borne\n\
             {queue} may work later: not now\n\
             {queue} may work later: the handler panicked: what is this\n"
        )
    );
}
