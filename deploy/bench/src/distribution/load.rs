//! `wrk`, over kept connections. Requests are made beforehand: many sites, each with an address of its own behind the load balancer.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

pub struct Load<'a> {
    /// Where the script for wrk goes.
    pub place: &'a Path,
    pub seconds: u32,
    pub connections: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    Check,
    Download,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    pub requests: usize,
    pub per_second: f64,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Load<'_> {
    pub fn put(&self, ask: Ask, url: &str, seconds: u32) -> anyhow::Result<Measured> {
        let script = self.place.join("wrk.lua");
        std::fs::write(&script, script_for(ask))?;
        let output = Command::new("wrk")
            .args(["--threads", "2", "--latency", "--connections", &self.connections.to_string()])
            .args(["--duration", &format!("{seconds}s"), "--script"])
            .arg(&script)
            .arg(url)
            .output()
            .context("wrk")?;
        let text = String::from_utf8_lossy(&output.stdout);
        ensure!(output.status.success(), "wrk failed: {}", String::from_utf8_lossy(&output.stderr));
        read(&text).with_context(|| format!("wrk said of {url}: {text}"))
    }
}

fn script_for(ask: Ask) -> &'static str {
    match ask {
        Ask::Check => include_str!("check.lua"),
        Ask::Download => include_str!("download.lua"),
    }
}

/// Anything but a good answer ends the run.
fn read(text: &str) -> anyhow::Result<Measured> {
    for bad in ["Non-2xx", "Socket errors"] {
        ensure!(!text.contains(bad), "not every request was answered well");
    }
    let word = |line: &str, place: usize| {
        let found = text.lines().map(str::trim).find(|it| it.contains(line));
        found
            .and_then(|it| it.split_whitespace().nth(place))
            .map(str::to_owned)
            .with_context(|| format!("no {line}"))
    };
    Ok(Measured {
        requests: word("requests in", 0)?.parse()?,
        per_second: word("Requests/sec:", 1)?.parse()?,
        p50_ms: milliseconds(&word("50%", 1)?)?,
        p99_ms: milliseconds(&word("99%", 1)?)?,
    })
}

fn milliseconds(text: &str) -> anyhow::Result<f64> {
    let units = [("us", 0.001), ("ms", 1.0), ("s", 1_000.0)];
    let (unit, factor) = units.into_iter().find(|(unit, _)| text.ends_with(unit)).context("no unit")?;
    Ok(text.trim_end_matches(unit).parse::<f64>()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "Running 5s test @ http://127.0.0.1:1/\n  Thread Stats   Avg      Stdev     Max   +/- Stdev\n    Latency     1.05ms  300.00us   9.81ms   90.00%\n  Latency Distribution\n     50%  812.00us\n     75%    1.20ms\n     90%    1.50ms\n     99%    1.02s\n  300123 requests in 5.01s, 60.00MB read\nRequests/sec:  59904.79\nTransfer/sec:     11.98MB\n";

    #[test]
    fn wrk_is_understood() {
        let expected = Measured { requests: 300_123, per_second: 59_904.79, p50_ms: 0.812, p99_ms: 1_020.0 };
        assert_eq!(read(SAID).unwrap(), expected);
        assert!(read(&format!("{SAID}  Non-2xx or 3xx responses: 7\n")).is_err());
        assert!(read("").is_err());
    }
}
