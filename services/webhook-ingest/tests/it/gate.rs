use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use url::Url;

/// A way to a server that can be shut, or left open with nothing passing.
pub struct Gate {
    pub address: SocketAddr,
    state: watch::Sender<State>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Open,
    /// Connections break; new ones too.
    Shut,
    /// Connections stay, and nothing gets through.
    Frozen,
}

impl Gate {
    /// In front of the server of this URL.
    pub async fn before(url: &str) -> Self {
        let url = Url::parse(url).unwrap();
        let server = (url.host_str().unwrap().to_owned(), url.port().unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, seen) = watch::channel(State::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server.clone(), seen.clone()));
            }
        });
        Self { address, state }
    }

    pub fn set(&self, state: State) {
        self.state.send(state).unwrap();
    }

    /// The same URL by this way.
    pub fn url(&self, url: &str) -> String {
        let mut url = Url::parse(url).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        url.set_port(Some(self.address.port())).unwrap();
        url.to_string()
    }
}

async fn pass(client: TcpStream, server: (String, u16), mut state: watch::Receiver<State>) {
    if *state.borrow() == State::Shut {
        return;
    }
    let Ok(server) = TcpStream::connect(server).await else { return };
    let both = [(client.into_split(), server.into_split())];
    for ((client_reads, client_writes), (server_reads, server_writes)) in both {
        let one = tokio::spawn(copy(client_reads, server_writes, state.clone()));
        let other = tokio::spawn(copy(server_reads, client_writes, state.clone()));
        let _ = state.wait_for(|it| *it == State::Shut).await;
        one.abort();
        other.abort();
    }
}

async fn copy(
    from: tokio::net::tcp::OwnedReadHalf,
    to: tokio::net::tcp::OwnedWriteHalf,
    state: watch::Receiver<State>,
) {
    let mut buffer = [0; 16 * 1024];
    loop {
        let Ok(()) = from.readable().await else { return };
        while *state.borrow() == State::Frozen {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let read = match from.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => continue,
            Err(_) => return,
        };
        let mut rest = &buffer[..read];
        while !rest.is_empty() {
            let Ok(()) = to.writable().await else { return };
            match to.try_write(rest) {
                Ok(written) => rest = &rest[written..],
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(_) => return,
            }
        }
    }
}
