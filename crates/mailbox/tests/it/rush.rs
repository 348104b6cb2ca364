use std::time::Duration;

use mailbox::Rush;

use crate::post_office::PostOffice;

#[tokio::test]
async fn a_relay_rests_while_there_is_more_urgent_work() {
    let office = PostOffice::open().await;
    let rush = Rush::default();
    office.start_relay_after(rush.clone(), 60_000);
    office.start_receiver();
    office.post("a").await;
    assert_eq!(office.noted(1).await, ["a"], "it works");
    rush.set(true);
    office.post("b").await;
    // Five of its polls, and it is woken by the message besides.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!((office.count("outbox").await, office.noted_now().await.len()), (1, 1), "it rests");
    rush.set(false);
    assert_eq!(office.noted(2).await, ["a", "b"]);
}

#[tokio::test]
async fn a_rush_that_does_not_end_is_not_waited_for() {
    let office = PostOffice::open().await;
    let rush = Rush::default();
    rush.set(true);
    office.start_relay_after(rush, 100);
    office.start_receiver();
    office.post("a").await;
    assert_eq!(office.noted(1).await, ["a"]);
}
