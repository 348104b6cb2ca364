use std::net::Ipv4Addr;
use std::thread::JoinHandle;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use secrets::{ExposeSecret, Secret};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use url::Url;

/// The way to a server, which a test can cut: what is open breaks, and nothing new gets through until it is mended.
pub struct Wire {
    whole: watch::Sender<bool>,
    url: Url,
    end: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
}

impl Wire {
    /// To the server of this URL.
    pub fn to(server: &Secret) -> Self {
        let mut url: Url = server.expose_secret().parse().unwrap();
        let address = format!("{}:{}", url.host_str().unwrap(), url.port().expect("a URL with a port"));
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        url.set_port(Some(listener.local_addr().unwrap().port())).unwrap();
        url.set_host(Some("127.0.0.1")).unwrap();
        let (whole, is_whole) = watch::channel(true);
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let listener = TcpListener::from_std(listener).unwrap();
                tokio::select! {
                    () = carry(&listener, &address, &is_whole) => {}
                    _ = ended => {}
                }
            });
        });
        Self { whole, url, end: Some((end, thread)) }
    }

    /// The server by this wire.
    pub fn url(&self) -> Secret {
        self.url.to_string().into()
    }

    pub fn cut(&self) {
        self.whole.send_replace(false);
    }

    pub fn mend(&self) {
        self.whole.send_replace(true);
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if let Some((end, thread)) = self.end.take() {
            let _ = end.send(());
            let _ = thread.join();
        }
    }
}

async fn carry(listener: &TcpListener, server: &str, is_whole: &watch::Receiver<bool>) {
    let mut open = FuturesUnordered::new();
    loop {
        tokio::select! {
            Ok((client, _)) = listener.accept() => open.push(carry_one(client, server, is_whole.clone())),
            Some(()) = open.next() => {}
        }
    }
}

async fn carry_one(mut client: TcpStream, server: &str, mut is_whole: watch::Receiver<bool>) {
    if !*is_whole.borrow() {
        return;
    }
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut client, &mut server) => {}
        _ = is_whole.wait_for(|whole| !whole) => {}
    }
}
