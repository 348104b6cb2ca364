use std::ffi::OsStr;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use diesel_async::{AsyncConnection, AsyncPgConnection};
use tempfile::TempDir;
use uuid::Uuid;

use crate::eventually;

/// A PostgreSQL of its own, which a test may crash. It waits for the disk as a server in earnest does. Gone with this value.
pub struct OwnPostgres {
    directory: TempDir,
    port: u16,
    url: String,
    server: Child,
}

impl OwnPostgres {
    pub async fn start() -> Self {
        let directory = TempDir::with_prefix("igny8-postgres-").unwrap();
        let password = Uuid::now_v7().simple().to_string();
        make_cluster(directory.path(), &password);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let url = format!("postgres://igny8:{password}@127.0.0.1:{port}/postgres");
        let server = serve(directory.path(), port);
        let this = Self { directory, port, url, server };
        this.answers().await;
        this
    }

    /// A superuser's.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Nothing in its memory survives; what it wrote does, flushed or not, as the machine goes on. Then it starts again.
    pub async fn crash(&mut self) {
        self.kill();
        self.server = serve(self.directory.path(), self.port);
        self.answers().await;
    }

    async fn answers(&self) {
        eventually("PostgreSQL answers", async || AsyncPgConnection::establish(&self.url).await.ok()).await;
    }

    /// All its processes, none of which has time to tidy up. The first is held meanwhile, so that it makes no new one.
    fn kill(&mut self) {
        let server = self.server.id();
        signal("-STOP", &[server.to_string()]);
        let children = std::fs::read_to_string(format!("/proc/{server}/task/{server}/children")).unwrap();
        let all: Vec<String> =
            children.split_whitespace().map(str::to_owned).chain([server.to_string()]).collect();
        signal("-KILL", &all);
        self.server.wait().unwrap();
    }
}

impl Drop for OwnPostgres {
    fn drop(&mut self) {
        self.kill();
    }
}

fn make_cluster(directory: &Path, password: &str) {
    let password_file = directory.join("password");
    std::fs::write(&password_file, password).unwrap();
    if is_root() {
        run(Command::new("chown").args(["-R", "postgres:"]).arg(directory));
    }
    let mut initdb = postgres("initdb");
    initdb.arg("-D").arg(data(directory)).arg("--pwfile").arg(&password_file);
    initdb.args(["--username=igny8", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]);
    run(&mut initdb);
}

fn serve(directory: &Path, port: u16) -> Child {
    let log = std::fs::File::options().create(true).append(true).open(directory.join("log")).unwrap();
    let mut command = postgres("postgres");
    command.arg("-D").arg(data(directory)).arg("-p").arg(port.to_string());
    command.args(["-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="]);
    command.stdin(Stdio::null()).stdout(log.try_clone().unwrap()).stderr(log).spawn().unwrap()
}

fn data(directory: &Path) -> PathBuf {
    directory.join("data")
}

/// One of PostgreSQL's programs, which don't run as root: then as the user that its package made.
fn postgres(name: &str) -> Command {
    let program = programs().join(name);
    let mut command = if is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").env("LC_ALL", "C.UTF-8");
    command
}

/// Where the newest server's are: Debian keeps several side by side, and none of them in the path.
fn programs() -> PathBuf {
    let version = |path: &PathBuf| path.file_name().and_then(OsStr::to_str)?.parse::<u32>().ok();
    let installed = std::fs::read_dir("/usr/lib/postgresql").expect("no PostgreSQL: see scripts/install");
    let newest = installed.filter_map(|it| Some(it.ok()?.path())).max_by_key(version);
    newest.expect("no PostgreSQL: see scripts/install").join("bin")
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").unwrap()) == 0
}

fn signal(which: &str, processes: &[String]) {
    // One may have ended by itself.
    let _ = Command::new("kill").arg(which).args(processes).stderr(Stdio::null()).status();
}

fn run(command: &mut Command) {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert!(status.success(), "{command:?}: {}", String::from_utf8_lossy(&stderr));
}
