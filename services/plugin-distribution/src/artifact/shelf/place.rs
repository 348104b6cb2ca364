use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, ObjectStore};
use secrets::ExposeSecret;

use super::ShelfError;
use crate::settings::{ArtifactsSettings, BucketSettings};

/// The one place that the settings name.
pub fn open(settings: &ArtifactsSettings) -> Result<Box<dyn ObjectStore>, ShelfError> {
    match (&settings.directory, &settings.bucket) {
        (Some(directory), None) => {
            let fault = |error: &dyn std::fmt::Display| {
                ShelfError::Settings(format!("directory {} can't be used: {error}", directory.display()))
            };
            std::fs::create_dir_all(directory).map_err(|error| fault(&error))?;
            let store = LocalFileSystem::new_with_prefix(directory).map_err(|error| fault(&error))?;
            // A row says that the package is there, so it has to be, whatever happens to the machine.
            Ok(Box::new(store.with_fsync(true)))
        }
        (None, Some(settings)) => bucket(settings),
        (None, None) => {
            Err(ShelfError::Settings("set directory, or bucket for an S3-compatible store".to_owned()))
        }
        (Some(_), Some(_)) => Err(ShelfError::Settings("set directory or bucket, not both".to_owned())),
    }
}

fn bucket(settings: &BucketSettings) -> Result<Box<dyn ObjectStore>, ShelfError> {
    let mut builder = AmazonS3Builder::new()
        .with_bucket_name(&settings.name)
        .with_region(&settings.region)
        .with_access_key_id(settings.access_key_id.expose_secret())
        .with_secret_access_key(settings.secret_access_key.expose_secret())
        .with_virtual_hosted_style_request(!settings.path_style)
        .with_client_options(ClientOptions::new().with_allow_http(settings.allow_http));
    if let Some(endpoint) = &settings.endpoint {
        builder = builder.with_endpoint(endpoint);
    }
    let store = builder.build().map_err(|error| ShelfError::Settings(format!("bucket: {error}")))?;
    Ok(Box::new(PrefixStore::new(store, settings.prefix.as_str())))
}
