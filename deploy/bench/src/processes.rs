//! What the programs of a run use of the machine, from `/proc`.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context;

/// A program with all its children, known by the pid file of its start.
pub struct Program {
    pub name: &'static str,
    pid: u32,
}

/// Times in `/proc` are hundredths of seconds, on every Linux.
pub const TICK: Duration = Duration::from_millis(10);

impl Program {
    pub fn started(name: &'static str, file: &str, run: &Path) -> anyhow::Result<Self> {
        let path = run.join(format!("{file}.pid"));
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        let pid = text.split_whitespace().next().and_then(|pid| pid.parse().ok());
        Ok(Self { name, pid: pid.with_context(|| format!("{} names no process", path.display()))? })
    }

    pub fn ourselves() -> Self {
        Self { name: "driver", pid: std::process::id() }
    }

    /// Processor time so far, that of children who are gone included.
    pub fn processor_time(&self) -> anyhow::Result<Duration> {
        let ticks: u64 = self.family()?.values().map(|it| it.ticks).sum();
        Ok(TICK * u32::try_from(ticks)?)
    }

    /// Lets it and its children run on these processors only, like `0-3`; children to come do as their parents.
    pub fn run_on(&self, processors: &str) -> anyhow::Result<()> {
        for pid in self.family()?.into_keys() {
            let pid = pid.to_string();
            let arguments = ["--all-tasks", "--cpu-list", "--pid", processors, &pid];
            let output =
                Command::new("taskset").args(arguments).output().context("taskset can't be started")?;
            // Some end meanwhile.
            anyhow::ensure!(
                output.status.success() || !Path::new("/proc").join(&pid).exists(),
                "{} can't be moved: {}",
                self.name,
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(())
    }

    /// With all its children.
    fn family(&self) -> anyhow::Result<HashMap<u32, Process>> {
        let mut all = processes()?;
        let (mut family, mut next) = (HashMap::new(), vec![self.pid]);
        while let Some(pid) = next.pop() {
            if let Some(process) = all.remove(&pid) {
                family.insert(pid, process);
                next.extend(all.iter().filter(|(_, other)| other.parent == pid).map(|(pid, _)| *pid));
            }
        }
        Ok(family)
    }

    /// The most memory it ever had, in KiB.
    pub fn most_memory(&self) -> anyhow::Result<u64> {
        self.status("VmHWM:")
    }

    /// The memory it has, in KiB.
    pub fn memory(&self) -> anyhow::Result<u64> {
        self.status("VmRSS:")
    }

    fn status(&self, what: &str) -> anyhow::Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid))?;
        let line = status.lines().find_map(|line| line.strip_prefix(what)).context("no such line")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }
}

struct Process {
    parent: u32,
    ticks: u64,
}

fn processes() -> anyhow::Result<HashMap<u32, Process>> {
    let mut all = HashMap::new();
    for entry in fs::read_dir("/proc")? {
        let path: PathBuf = entry?.path();
        let pid = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
        // One that ends meanwhile is counted with its parent.
        if let Some(pid) = pid
            && let Ok(stat) = fs::read_to_string(path.join("stat"))
            && let Some(process) = read(&stat)
        {
            all.insert(pid, process);
        }
    }
    Ok(all)
}

/// A program's name stands in brackets and may hold anything; the numbers come after it.
fn read(stat: &str) -> Option<Process> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let number = |place: usize| fields.get(place)?.parse::<u64>().ok();
    // utime, stime, and the same of children who are gone.
    let ticks = (11..=14).map(number).sum::<Option<u64>>()?;
    Some(Process { parent: u32::try_from(number(1)?).ok()?, ticks })
}

/// What all processors did since they started, in [`TICK`]s.
#[derive(Debug)]
pub struct Machine {
    pub all: u64,
    /// Not idle; what was stolen is in it.
    pub busy: u64,
    /// Somebody wanted them here, and the host gave them to another machine.
    pub stolen: u64,
}

pub fn machine() -> anyhow::Result<Machine> {
    let stat = fs::read_to_string("/proc/stat")?;
    let first = stat.lines().next().unwrap_or_default();
    let times: Vec<u64> = first.split_whitespace().skip(1).filter_map(|text| text.parse().ok()).collect();
    // user nice system idle iowait irq softirq steal; guests' time is in user already.
    let all: u64 = times.iter().take(8).sum();
    let idle: u64 = times.iter().skip(3).take(2).sum();
    Ok(Machine { all, busy: all - idle, stolen: times.get(7).copied().unwrap_or_default() })
}

/// How many programs wanted a processor, over the last minute.
pub fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split_whitespace().next().unwrap_or("?").to_owned()
}

pub fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_hold_brackets() {
        let process = read("7 (a) b) (c) S 3 7 7 0 -1 0 0 0 0 0 10 20 30 40 20 0 1").unwrap();
        assert_eq!((process.parent, process.ticks), (3, 100));
    }

    #[test]
    fn our_own_work_is_seen() {
        let before = Program::ourselves().processor_time().unwrap();
        let begun = std::time::Instant::now();
        while begun.elapsed() < TICK * 10 {}
        assert!(Program::ourselves().processor_time().unwrap() > before);
        assert!(Program::ourselves().most_memory().unwrap() > 0);
    }

    #[test]
    fn all_threads_of_a_program_are_moved_and_brought_back() {
        let (ourselves, all) = (Program::ourselves(), processors());
        let (ask, asked) = std::sync::mpsc::channel();
        let (say, said) = std::sync::mpsc::channel();
        std::thread::spawn(move || asked.iter().try_for_each(|()| say.send(processors())));
        for (list, expected) in [("0".to_owned(), 1), (format!("0-{}", all - 1), all)] {
            ourselves.run_on(&list).unwrap();
            ask.send(()).unwrap();
            assert_eq!((processors(), said.recv().unwrap()), (expected, expected));
        }
    }
}
