use std::f64::consts::TAU;
use std::str::FromStr;
use std::time::Duration;

use tokio::sync::Semaphore;

/// How long an answer takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    Fixed(Duration),
    /// As measured at a real WordPress on two cores: log-normal, half of it within 55 ms, one in a hundred over 250 ms.
    Wordpress,
}

/// A usual number of PHP workers; further requests wait for one.
const PHP_WORKERS: usize = 4;
const MEDIAN_MS: f64 = 55.0;
/// ln(250 / 55) over the 99th percentile of the normal distribution, 2.326.
const SIGMA: f64 = 0.651;

impl FromStr for Pace {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "wordpress" {
            return Ok(Self::Wordpress);
        }
        Ok(Self::Fixed(Duration::from_millis(text.parse()?)))
    }
}

impl Pace {
    fn draw(self) -> Duration {
        match self {
            Self::Fixed(pause) => pause,
            Self::Wordpress => log_normal(rand::random(), rand::random()),
        }
    }
}

/// From two numbers in [0, 1), by Box and Muller.
fn log_normal(first: f64, second: f64) -> Duration {
    let normal = (-2.0 * (1.0 - first).ln()).sqrt() * (TAU * second).cos();
    Duration::from_secs_f64((MEDIAN_MS * (SIGMA * normal).exp() / 1_000.0).min(30.0))
}

/// Every site's PHP workers.
pub struct Desks(Vec<Semaphore>);

impl Desks {
    pub fn new(sites: i64) -> Self {
        Self((0..sites).map(|_| Semaphore::new(PHP_WORKERS)).collect())
    }

    pub async fn wait(&self, site: i64, pace: Pace) {
        let desk = usize::try_from(site - 1).ok().and_then(|place| self.0.get(place));
        let _worker = match desk.filter(|_| pace == Pace::Wordpress) {
            Some(desk) => desk.acquire().await.ok(),
            None => None,
        };
        let pause = pace.draw();
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_within_the_median_and_one_in_a_hundred_far_beyond() {
        let draws = 200_u32;
        let grid = |n: u32| f64::from(n) / f64::from(draws);
        let mut all: Vec<_> = (0..draws)
            .flat_map(|first| (0..draws).map(move |second| log_normal(grid(first), grid(second))))
            .collect();
        all.sort_unstable();
        let near = |place: f64, ms: u64| {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
            let found = all[(all.len() as f64 * place) as usize];
            let expected = Duration::from_millis(ms);
            assert!(found.abs_diff(expected) < expected / 10, "{found:?} is not {expected:?}");
        };
        near(0.5, 55);
        near(0.99, 250);
    }

    #[test]
    fn paces_are_read() {
        assert_eq!("200".parse(), Ok(Pace::Fixed(Duration::from_millis(200))));
        assert_eq!("wordpress".parse(), Ok(Pace::Wordpress));
        assert!("slow".parse::<Pace>().is_err());
    }
}
