use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use super::Source;

/// What a machine can tell is wrong with a source, before sites get it.
#[derive(Debug, thiserror::Error)]
pub enum LintError {
    #[error(
        "PHP can't be run as {0}, and nothing is released that it has not read: install it, or name it in `release.php`"
    )]
    NoPhp(PathBuf, #[source] std::io::Error),
    #[error("{file}: {said}")]
    Syntax { file: String, said: String },
    #[error("{0}: what stands before `<?php` would be sent to every visitor")]
    Output(String),
    #[error("readme.txt: the stable tag {0} is not the version {1}")]
    StableTag(String, String),
}

/// Fails with the first fault, in the order of the files' names.
pub fn lint(source: &Source, php: &Path) -> Result<(), LintError> {
    let (tag, version) = (&source.readme.stable_tag, &source.header.version);
    if !tag.is_empty() && tag != version {
        return Err(LintError::StableTag(tag.clone(), version.clone()));
    }
    let scripts: Vec<_> = source.files.iter().filter(|(place, _)| is_php(place)).collect();
    if let Some((place, _)) = scripts.iter().find(|(_, text)| !text.starts_with(b"<?php")) {
        return Err(LintError::Output((*place).clone()));
    }
    let at_once = thread::available_parallelism().map_or(1, usize::from);
    for some in scripts.chunks(at_once) {
        thread::scope(|scope| {
            let readings: Vec<_> =
                some.iter().map(|(place, text)| scope.spawn(|| parse(php, place, text))).collect();
            readings.into_iter().try_for_each(|reading| {
                reading.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
        })?;
    }
    Ok(())
}

fn is_php(place: &str) -> bool {
    Path::new(place).extension().is_some_and(|it| it.eq_ignore_ascii_case("php"))
}

/// Has PHP read a file without running it, and without its configuration.
fn parse(php: &Path, place: &str, text: &[u8]) -> Result<(), LintError> {
    let unable = |error| LintError::NoPhp(php.to_owned(), error);
    let mut command = Command::new(php);
    command.args(["-n", "-d", "display_errors=stderr", "-d", "log_errors=0", "-l"]);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = piped.spawn().map_err(unable)?;
    let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text));
    let output = child.wait_with_output().map_err(unable)?;
    if output.status.success() {
        return written.map_err(unable);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().find(|line| !line.trim().is_empty()).unwrap_or("PHP refuses it");
    let said = first.trim_start_matches("PHP ").replace(" in Standard input code", "");
    Err(LintError::Syntax { file: place.to_owned(), said })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::artifact::package::tests::example;

    fn linted(place: &str, text: &str) -> Result<(), LintError> {
        let mut source = Source::read(&example().path().join("example")).unwrap();
        source.files.insert(place.to_owned(), text.into());
        lint(&source, Path::new("php"))
    }

    #[rstest]
    #[case("inc/b.php", "<?php function b( int $a ): int { return $a; }")]
    #[case("assets/b.js", "<?php (")]
    fn sound_sources_pass(#[case] place: &str, #[case] text: &str) {
        linted(place, text).unwrap();
    }

    #[rstest]
    #[case(
        "<?php\nfunction b( {",
        "inc/b.php: Parse error: syntax error, unexpected token \"{\"",
        "on line 2"
    )]
    #[case("<?php\nbreak;", "inc/b.php: Fatal error: 'break' not in the 'loop'", "on line 2")]
    #[case("\u{feff}<?php\n", "inc/b.php: what stands before `<?php`", "")]
    #[case("\n<?php\n", "inc/b.php: what stands before `<?php`", "")]
    fn faults_are_told_with_their_file(#[case] text: &str, #[case] begins: &str, #[case] holds: &str) {
        let said = linted("inc/b.php", text).unwrap_err().to_string();
        assert!(said.starts_with(begins) && said.contains(holds), "{said}");
    }

    #[test]
    fn a_readme_for_another_version_is_a_fault() {
        let mut source = Source::read(&example().path().join("example")).unwrap();
        source.readme.stable_tag = "1.0.1".to_owned();
        let said = lint(&source, Path::new("php")).unwrap_err().to_string();
        assert_eq!(said, "readme.txt: the stable tag 1.0.1 is not the version 1.0.0");
    }

    #[test]
    fn without_php_nothing_passes() {
        let source = Source::read(&example().path().join("example")).unwrap();
        let said = lint(&source, Path::new("/nowhere/php")).unwrap_err().to_string();
        assert!(said.starts_with("PHP can't be run as /nowhere/php"), "{said}");
    }
}
