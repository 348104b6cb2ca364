//! Files that go out without being copied by this process.
//!
//! What is given out often lies in a [`SealedFile`], memory that nobody can change any more. A response hands it to its connection
//! ([`SendFile`]), and the connection has the kernel send the file's pages behind the response's head, as `sendfile(2)` does.

mod body;
mod connection;
mod file;

pub use body::SendFile;
pub use connection::Connection;
pub use file::SealedFile;

pub(crate) use connection::Lane;
