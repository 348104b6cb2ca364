//! Figures as people read them.

use std::fmt::Write as _;
use std::time::Duration;

/// Columns as wide as their widest cell; the first one to the left, the rest to the right.
#[derive(Default)]
pub struct Table(Vec<Vec<String>>);

impl Table {
    pub fn row<T: Into<String>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.0.push(cells.into_iter().map(Into::into).collect());
    }

    pub fn to_text(&self) -> String {
        let columns = self.0.iter().map(Vec::len).max().unwrap_or_default();
        let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let width =
            |column| self.0.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or_default();
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut text = String::new();
        for row in &self.0 {
            let mut line = String::new();
            for (column, width) in widths.iter().enumerate() {
                let cell = cell(row, column);
                let _ = match column {
                    0 => write!(line, "  {cell:<width$}"),
                    _ => write!(line, "   {cell:>width$}"),
                };
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }
}

/// Whole numbers, thousands apart.
pub fn whole(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

pub fn milliseconds(duration: Duration) -> String {
    whole(duration.as_secs_f64() * 1_000.0)
}

pub fn ratio(ours: f64, other: f64) -> String {
    if other > 0.0 { format!("{:.2}", ours / other) } else { "-".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let mut table = Table::default();
        table.row(["", "ours", "alone"]);
        table.row(["calls", "1,000", "10"]);
        assert_eq!(table.to_text(), "           ours   alone\n  calls   1,000      10\n");
    }

    #[test]
    fn numbers_for_people() {
        assert_eq!([0.4, 999.6, 1_234_567.0].map(whole), ["0", "1,000", "1,234,567"]);
        assert_eq!(milliseconds(Duration::from_micros(12_600)), "13");
        assert_eq!([ratio(1.0, 4.0), ratio(1.0, 0.0)], ["0.25", "-"]);
    }
}
