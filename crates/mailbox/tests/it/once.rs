use messaging::{Outgoing, Sent};

use crate::post_office::{PostOffice, message};

#[tokio::test]
async fn a_committed_message_arrives_and_a_rolled_back_one_does_not() {
    let office = PostOffice::open().await;
    office.start_relay();
    office.start_receiver();
    let mut tx = office.database.begin().await.unwrap();
    mailbox::post(&mut tx, &message("never")).await.unwrap();
    tx.roll_back().await;
    office.post("a").await;
    assert_eq!(office.noted(1).await, ["a"]);
    assert_eq!(mailbox::picture(&office.database).await.unwrap(), "");
}

#[tokio::test]
async fn the_same_message_twice_is_applied_once() {
    let office = PostOffice::open().await;
    office.start_receiver();
    let publisher = office.broker.publisher().await.unwrap();
    let twice = outgoing("a");
    let sent = publisher.publish(&[twice.clone(), twice.clone(), outgoing("b"), twice]).await.unwrap();
    assert_eq!(sent, vec![Sent::Confirmed; 4]);
    assert_eq!(office.noted(2).await, ["a", "b"]);
}

#[tokio::test]
async fn two_relays_send_every_message_once() {
    let office = PostOffice::open().await;
    let names: Vec<String> = (0..300).map(|n| format!("{n:03}")).collect();
    let messages: Vec<_> = names.iter().map(|name| message(name)).collect();
    let mut tx = office.database.begin().await.unwrap();
    mailbox::post_all(&mut tx, &messages).await.unwrap();
    tx.commit().await.unwrap();
    office.start_relay();
    office.start_relay();
    office.start_receiver();
    assert_eq!(office.noted(300).await, names);
    assert_eq!(office.count("outbox").await, 0);
    assert_eq!(office.count("inbox").await, 300);
}

#[tokio::test]
async fn a_message_no_queue_takes_is_refused_and_the_others_are_not() {
    let office = PostOffice::open().await;
    let publisher = office.broker.publisher().await.unwrap();
    let mut lost = outgoing("lost");
    lost.routing_key = "nobody.listens".to_owned();
    let sent = publisher.publish(&[outgoing("a"), lost, outgoing("b")]).await.unwrap();
    assert_eq!(sent[0], Sent::Confirmed);
    assert!(matches!(&sent[1], Sent::Refused(reason) if reason.contains("NO_ROUTE")), "{sent:?}");
    assert_eq!(sent[2], Sent::Confirmed);
}

fn outgoing(delivery_id: &str) -> Outgoing {
    Outgoing::of(&message(delivery_id))
}

#[tokio::test]
async fn large_messages_go_out_a_few_at_a_time() {
    let office = PostOffice::open().await;
    let large = "x".repeat(3 << 20);
    let messages: Vec<_> = (0..8).map(|n| message(&format!("{n}{large}"))).collect();
    let mut tx = office.database.begin().await.unwrap();
    mailbox::post_all(&mut tx, &messages).await.unwrap();
    tx.commit().await.unwrap();
    office.start_relay();
    office.start_receiver();
    let noted: Vec<String> = office.noted(8).await.iter().map(|it| it[..1].to_owned()).collect();
    assert_eq!(noted, ["0", "1", "2", "3", "4", "5", "6", "7"]);
}

#[tokio::test]
async fn large_messages_arrive_whole() {
    let office = PostOffice::open().await;
    let names: Vec<String> = ["a", "b", "c"].map(|letter| letter.repeat(5 << 20)).to_vec();
    for name in &names {
        office.post(name).await;
    }
    office.start_relay();
    office.start_receiver();
    assert!(office.noted(3).await == names, "they are not what was sent");
}
