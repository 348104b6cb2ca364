use clap::Args;
use database::Database;
use domain::Clock;

use crate::app::NAME;
use crate::artifact::Shelf;
use crate::flows::deprecate::deprecate;
use crate::flows::roll_out::{Change, roll_out};
use crate::flows::withdraw::withdraw;
use crate::flows::{self, Works};
use crate::settings::Settings;
use crate::signing::Signer;

#[derive(Args)]
pub struct Which {
    /// The plugin.
    #[arg(long, value_name = "SLUG")]
    plugin: String,
    /// What it is done with; for `revert`, the version that is replaced.
    #[arg(long)]
    version: String,
}

#[derive(Args)]
pub struct Pause {
    #[command(flatten)]
    which: Which,
    /// For whoever wonders later.
    #[arg(long, default_value = "by an operator")]
    reason: String,
}

#[derive(Args)]
pub struct RollOut {
    #[command(flatten)]
    which: Which,
    /// 0 to 100. The same sites come first, whatever it was before.
    #[arg(long, value_parser = clap::value_parser!(u8).range(..=100))]
    percent: u8,
}

impl Which {
    pub fn asked(&self) -> flows::Which<'_> {
        flows::Which { slug: &self.plugin, version: &self.version }
    }

    pub async fn withdraw(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        let signer = Signer::new(&settings.release)?;
        let changed = withdraw(&works(settings, clock)?, &signer, self.asked()).await?;
        self.tell("withdrawn", changed);
        Ok(())
    }

    pub async fn deprecate(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        let changed = deprecate(&works(settings, clock)?, self.asked()).await?;
        self.tell("deprecated", changed);
        Ok(())
    }

    pub async fn resume(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        self.change(settings, clock, Change::Resume, "resumed").await
    }

    async fn change(
        &self,
        settings: &Settings,
        clock: &Clock,
        change: Change<'_>,
        done: &str,
    ) -> anyhow::Result<()> {
        let changed = roll_out(&works(settings, clock)?, self.asked(), change).await?;
        self.tell(done, changed);
        Ok(())
    }

    fn tell(&self, done: &str, changed: bool) {
        let done = if changed { done } else { "unchanged: it is so already" };
        tracing::info!(slug = self.plugin, version = self.version, "{done}");
    }
}

impl Pause {
    pub async fn run(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        self.which.change(settings, clock, Change::Pause { reason: &self.reason }, "paused").await
    }
}

impl RollOut {
    pub async fn run(self, settings: &Settings, clock: &Clock) -> anyhow::Result<()> {
        self.which.change(settings, clock, Change::Percent(self.percent), "rolled out").await
    }
}

/// What a verb works with, made for this run.
pub fn works(settings: &Settings, clock: &Clock) -> anyhow::Result<Works> {
    Ok(Works {
        database: Database::new(&settings.database, NAME),
        shelf: Shelf::new(&settings.artifacts)?,
        clock: clock.clone(),
        php: settings.release.php.clone(),
    })
}
