use tempfile::TempDir;

use super::*;

const LARGE: &[u8] = &[7; 4_000];

fn settings(place: &TempDir, memory_bytes: u64) -> ArtifactsSettings {
    ArtifactsSettings {
        directory: Some(place.path().to_owned()),
        bucket: None,
        memory_bytes,
        patience: Duration::from_secs(10),
    }
}

async fn open(shelf: &Shelf, name: &str, package: &[u8]) -> Result<Package, ShelfError> {
    shelf.open(name, &Digests::of(package).sha256, package.len() as u64).await
}

async fn read(package: Package, range: Range<u64>) -> Result<Vec<u8>, ShelfError> {
    match package {
        Package::Memory(file) => {
            let bytes = file.read().unwrap();
            let [start, end] = [range.start, range.end].map(|place| usize::try_from(place).unwrap());
            Ok(bytes[start..end].to_vec())
        }
        Package::Stored(stored) => {
            let (mut pieces, mut all) = (stored.read(range).await?, Vec::new());
            while let Some(piece) = pieces.recv().await {
                all.extend_from_slice(&piece?);
            }
            Ok(all)
        }
    }
}

#[tokio::test]
async fn gives_back_what_was_put_and_nothing_else() {
    let place = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(&settings(&place, 1_000)).unwrap();
    let name = shelf.put("example", "1.0.0", Bytes::from_static(b"package")).await.unwrap();
    let package = open(&shelf, &name, b"package").await.unwrap();
    assert!(matches!(package, Package::Memory(_)));
    assert_eq!(read(package, 0..7).await.unwrap(), b"package");

    std::fs::write(place.path().join(&name), "tampere").unwrap();
    assert!(open(&shelf, &name, b"package").await.is_ok(), "still in memory");
    let cold = Shelf::new(&settings(&place, 1_000)).unwrap();
    assert!(matches!(open(&cold, &name, b"package").await, Err(ShelfError::Damaged { .. })));
    std::fs::write(place.path().join(&name), "longer than it was").unwrap();
    assert!(matches!(open(&cold, &name, b"package").await, Err(ShelfError::Damaged { .. })));
    std::fs::remove_file(place.path().join(&name)).unwrap();
    assert!(matches!(open(&cold, &name, b"package").await, Err(ShelfError::Missing(_))));
}

#[tokio::test]
async fn what_is_large_comes_from_the_store_for_as_long_as_it_is_the_same() {
    let place = tempfile::tempdir().unwrap();
    let shelf = Shelf::new(&settings(&place, 1_000)).unwrap();
    let name = shelf.put("example", "1.0.0", Bytes::from_static(LARGE)).await.unwrap();
    let package = open(&shelf, &name, LARGE).await.unwrap();
    assert!(matches!(package, Package::Stored(_)));
    assert_eq!(read(package.clone(), 0..4_000).await.unwrap(), LARGE);
    assert_eq!(read(package.clone(), 3_990..4_000).await.unwrap(), [7; 10]);

    std::fs::remove_file(place.path().join(&name)).unwrap();
    std::fs::write(place.path().join(&name), [8; 4_000]).unwrap();
    assert!(matches!(read(package, 0..10).await, Err(ShelfError::Damaged { .. })), "it was checked before");
    assert!(
        matches!(open(&shelf, &name, LARGE).await, Err(ShelfError::Damaged { .. })),
        "it is checked anew"
    );
}

#[tokio::test]
async fn one_place_is_named() {
    let place = tempfile::tempdir().unwrap();
    let nowhere = ArtifactsSettings { directory: None, ..settings(&place, 1_000) };
    assert!(matches!(Shelf::new(&nowhere), Err(ShelfError::Settings(_))));
    let inside_a_file = place.path().join("file");
    std::fs::write(&inside_a_file, "").unwrap();
    let blocked = ArtifactsSettings { directory: Some(inside_a_file), ..settings(&place, 1_000) };
    assert!(matches!(Shelf::new(&blocked), Err(ShelfError::Settings(_))));
}
