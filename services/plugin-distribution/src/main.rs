use std::process::ExitCode;

fn main() -> ExitCode {
    plugin_distribution::cli::main()
}
