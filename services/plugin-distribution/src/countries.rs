//! The country of an address, if the settings name a database that knows it (GeoLite2 Country or one like it).

use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use maxminddb::Reader;
use serde::Deserialize;

/// Cheap to clone.
#[derive(Clone, Default)]
pub struct Countries(Option<Arc<Reader<Vec<u8>>>>);

#[derive(Deserialize)]
struct Place<'a> {
    #[serde(borrow)]
    country: Option<Country<'a>>,
}

#[derive(Deserialize)]
struct Country<'a> {
    iso_code: Option<&'a str>,
}

impl Countries {
    /// `None`: nothing is known of any address.
    pub fn open(file: Option<&Path>) -> anyhow::Result<Self> {
        let Some(file) = file else { return Ok(Self::default()) };
        let reader = Reader::open_readfile(file).with_context(|| format!("geoip.file {}", file.display()))?;
        Ok(Self(Some(Arc::new(reader))))
    }

    /// Two letters; empty where it is not known.
    pub fn of(&self, ip: IpAddr) -> String {
        let code = self.0.as_ref().and_then(|reader| {
            let place: Place<'_> = reader.lookup(ip).ok()?.decode().ok()??;
            Some(place.country?.iso_code?.to_owned())
        });
        code.filter(|it| it.len() == 2 && it.bytes().all(|byte| byte.is_ascii_uppercase()))
            .unwrap_or_default()
    }
}
