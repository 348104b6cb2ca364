use std::process::ExitCode;

fn main() -> ExitCode {
    integration_api::cli::main()
}
