//! Numbers out of a run.

use std::time::Duration;

use crate::processes::{self, Machine, Program};

/// The value that this part of a sorted list does not exceed.
pub fn percentile(sorted: &[Duration], part: f64) -> Duration {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    let place = (sorted.len() as f64 * part).ceil() as usize;
    sorted.get(place.saturating_sub(1)).copied().unwrap_or_default()
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    match sorted.as_slice() {
        [] => 0.0,
        all if all.len() % 2 == 1 => all[all.len() / 2],
        all => f64::midpoint(all[all.len() / 2 - 1], all[all.len() / 2]),
    }
}

/// What programs used between two moments.
pub struct Meter<'a> {
    programs: &'a [Program],
    before: Vec<Duration>,
    machine: Machine,
}

/// Processor time by program, and which part of all processors' time was used, 0 to 1: by anybody, by programs of other people, and, in both,
/// by other machines on the same host.
#[derive(Clone, Debug, Default)]
pub struct Used {
    pub by_program: Vec<(&'static str, Duration)>,
    pub busy: f64,
    pub by_others: f64,
    pub stolen: f64,
}

impl<'a> Meter<'a> {
    pub fn start(programs: &'a [Program]) -> anyhow::Result<Self> {
        let before = programs.iter().map(Program::processor_time).collect::<anyhow::Result<_>>()?;
        Ok(Self { programs, before, machine: processes::machine()? })
    }

    pub fn read(&self) -> anyhow::Result<Used> {
        let mut by_program = Vec::new();
        for (program, before) in self.programs.iter().zip(&self.before) {
            by_program.push((program.name, program.processor_time()?.saturating_sub(*before)));
        }
        let now = processes::machine()?;
        let all = (now.all - self.machine.all).max(1) as f64;
        let part = |of: fn(&Machine) -> u64| of(&now).saturating_sub(of(&self.machine)) as f64 / all;
        let (busy, stolen) = (part(|it| it.busy), part(|it| it.stolen));
        let ours: Duration = by_program.iter().map(|(_, time)| *time).sum();
        let by_others = (busy - ours.as_secs_f64() / (processes::TICK.as_secs_f64() * all)).max(0.0);
        Ok(Used { by_program, busy, by_others, stolen })
    }
}

impl Used {
    /// Microseconds of processor time per piece of work.
    pub fn per_piece(&self, program: &str, pieces: usize) -> f64 {
        let used = self.by_program.iter().find(|(name, _)| *name == program);
        used.map_or(0.0, |(_, time)| time.as_secs_f64() * 1e6 / pieces.max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(0.5, 50)]
    #[case(0.95, 95)]
    #[case(0.99, 99)]
    #[case(1.0, 100)]
    fn percentiles(#[case] part: f64, #[case] expected: u64) {
        let sorted: Vec<_> = (1..=100).map(Duration::from_millis).collect();
        assert_eq!(percentile(&sorted, part), Duration::from_millis(expected));
    }

    #[test]
    fn of_little_and_of_nothing() {
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
        assert_eq!(percentile(&[Duration::from_millis(7)], 0.99), Duration::from_millis(7));
        let medians = [median(&[]), median(&[3.0, 1.0, 2.0]), median(&[4.0, 1.0])];
        assert_eq!(medians.map(|median| median.to_string()), ["0", "2", "2.5"]);
    }
}
