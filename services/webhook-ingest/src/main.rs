use std::process::ExitCode;

fn main() -> ExitCode {
    webhook_ingest::cli::main()
}
