//! The mailbox tables are the same in all four schemas.

const SCHEMAS: [&str; 4] = ["integration", "plugin", "publisher", "webhook"];

#[test]
fn the_migration_is_the_same_everywhere() {
    for file in ["up.sql", "down.sql"] {
        let texts = SCHEMAS.map(|schema| {
            let root = env!("CARGO_MANIFEST_DIR");
            std::fs::read_to_string(format!(
                "{root}/../../migrations/{schema}/2026-11-22-000000_mailbox/{file}"
            ))
            .unwrap()
        });
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "{file} differs between schemas");
    }
}
