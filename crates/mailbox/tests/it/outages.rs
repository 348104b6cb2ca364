use std::time::Duration;

use testkit::eventually;

use crate::post_office::PostOffice;

#[tokio::test]
async fn broker_connections_that_break_lose_and_double_nothing() {
    let office = PostOffice::open().await;
    office.start_relay();
    office.start_receiver();
    office.post("000").await;
    office.noted(1).await;
    let mut cut = 0;
    for n in 1..=200 {
        office.post(&format!("{n:03}")).await;
        if n % 60 == 0 {
            // The management interface lists connections only some seconds after they were made.
            cut += eventually("connections to cut", async || {
                Some(office.broker_server.cut_connections().await).filter(|&c| c > 0)
            })
            .await;
        }
    }
    assert!(cut >= 3, "{cut} connections were cut");
    assert_eq!(office.noted(201).await, (0..=200).map(|n| format!("{n:03}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn database_connections_that_break_lose_and_double_nothing() {
    let office = PostOffice::open_as("database-outage").await;
    office.start_relay();
    office.start_receiver();
    let mut posted = Vec::new();
    for n in 0..200 {
        let name = format!("{n:03}");
        // A caller whose own commit was cut off can't know; it posts under a new name.
        if let Ok(mut tx) = office.database.begin().await {
            let written = mailbox::post(&mut tx, &crate::post_office::message(&name)).await;
            if written.is_ok() && tx.commit().await.is_ok() {
                posted.push(name);
            }
        }
        if n % 50 == 25 {
            office.database_server.cut_connections("database-outage").await;
        }
    }
    let missing = || async {
        let noted = office.noted_now().await;
        posted.iter().filter(|name| !noted.contains(name)).count()
    };
    eventually("everything posted is noted", async || (missing().await == 0).then_some(())).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut noted = office.noted_now().await;
    noted.dedup();
    assert_eq!(noted.len(), office.noted_now().await.len(), "nothing is noted twice");
    assert!(posted.len() > 150);
}
