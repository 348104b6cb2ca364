/// A version of WordPress or PHP as its first three numbers: `6.5`, `8.2.21-1~deb12`. What is missing or no number counts as 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Numbers([u32; 3]);

impl Numbers {
    pub fn of(version: &str) -> Self {
        let mut numbers = [0; 3];
        for (number, part) in numbers.iter_mut().zip(version.split('.')) {
            let digits = part.bytes().take_while(u8::is_ascii_digit);
            // More digits than a number holds make it as high as it goes.
            *number = digits
                .fold(0_u32, |sum, digit| sum.saturating_mul(10).saturating_add(u32::from(digit - b'0')));
        }
        Self(numbers)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::Numbers;

    #[rstest]
    #[case("6.10", "6.9", true)]
    #[case("5.6", "5.6.0", true)]
    #[case("8.2.21-1~deb12", "7.4", true)]
    #[case("7.3.33", "7.4", false)]
    #[case("", "7.4", false)]
    #[case("7.4", "", true)]
    #[case("99999999999999999999", "7.4", true)]
    fn compares_number_by_number(#[case] has: &str, #[case] needs: &str, #[case] is_enough: bool) {
        assert_eq!(Numbers::of(has) >= Numbers::of(needs), is_enough);
    }
}
