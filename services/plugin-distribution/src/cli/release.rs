use std::path::PathBuf;

use clap::Args;
use domain::Clock;

use super::versions::{Which, works};
use crate::artifact::Source;
use crate::flows;
use crate::flows::release::{Place, Released, Terms, release_source, release_stored};
use crate::flows::revert::{Reversion, revert};
use crate::settings::Settings;
use crate::signing::Signer;

#[derive(Args)]
pub struct Release {
    /// The plugin's folder, or a ZIP of it.
    #[arg(long, required_unless_present_all = ["plugin", "version"], conflicts_with_all = ["plugin", "version"])]
    source: Option<PathBuf>,
    /// Instead of a source: the plugin of a version that is on the shelf, such as one that was uploaded, or a beta.
    #[arg(long, requires = "version", value_name = "SLUG")]
    plugin: Option<String>,
    /// And the version.
    #[arg(long, requires = "plugin")]
    version: Option<String>,
    /// Only for sites that want early versions. Release the same source without it to offer it to all.
    #[arg(long)]
    beta: bool,
    /// Replace a release of the same version that has other bytes. Never where sites may have installed it.
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    start: Start,
}

/// How a release begins.
#[derive(Args)]
pub struct Start {
    /// Offer it to this share of all sites at first; all, if nothing is said. What is released already keeps its own.
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(..=100))]
    rollout: Option<u8>,
    /// Sign with a key that no released package carries: sites have to be updated by hand.
    #[arg(long)]
    new_key: bool,
}

#[derive(Args)]
pub struct Revert {
    #[command(flatten)]
    which: Which,
    /// The version whose code goes out again.
    #[arg(long, value_name = "VERSION")]
    to: String,
    /// Its new number, higher than the latest.
    #[arg(long = "as", value_name = "VERSION")]
    new: String,
    #[command(flatten)]
    start: Start,
}

impl Release {
    pub async fn run(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        let signer = Signer::new(&settings.release)?;
        let Self { beta, overwrite, start, .. } = self;
        let place = if overwrite { Place::Overwriting } else { Place::Any };
        let terms = Terms { beta, place, ..start.terms() };
        let works = works(settings, clock)?;
        let released = match (&self.source, &self.plugin, &self.version) {
            (Some(source), ..) => release_source(&works, &signer, Source::read(source)?, terms).await?,
            (None, Some(slug), Some(version)) => {
                release_stored(&works, &signer, flows::Which { slug, version }, terms).await?
            }
            (None, ..) => anyhow::bail!("name a --source, or a --plugin and its --version"),
        };
        tell(&released);
        Ok(())
    }
}

impl Revert {
    pub async fn run(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        let signer = Signer::new(&settings.release)?;
        let reversion = Reversion { replaced: self.which.asked(), to: &self.to, new: &self.new };
        tell(&revert(&works(settings, clock)?, &signer, reversion, self.start.terms()).await?);
        Ok(())
    }
}

impl Start {
    fn terms(&self) -> Terms {
        Terms { rollout: self.rollout, new_key: self.new_key, ..Terms::default() }
    }
}

fn tell(released: &Released) {
    let Released { slug, version, status, sha256, rollout_percent, before } = released;
    let done = if *before { "released before, with the same bytes and these terms" } else { "released" };
    tracing::info!(slug, version, %status, sha256, rollout_percent, "{done}");
}
