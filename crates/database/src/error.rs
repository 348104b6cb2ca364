use diesel::result::{DatabaseErrorKind, Error as QueryError};

/// What can go wrong between us and PostgreSQL.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("the database can't be reached")]
    Unreachable(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("no database connection became free in time")]
    PoolExhausted,
    #[error("the query failed")]
    Query(#[from] QueryError),
}

impl DatabaseError {
    /// Whether the same call may well succeed a little later.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::PoolExhausted => true,
            Self::Query(error) => query_is_transient(error),
        }
    }

    /// The violated constraint's name, which a door turns into a refusal.
    pub fn constraint(&self) -> Option<&str> {
        match self {
            Self::Query(QueryError::DatabaseError(_, info)) => info.constraint_name(),
            _ => None,
        }
    }
}

/// Whether anything in the error's chain says that PostgreSQL is away or overloaded for now.
pub fn is_transient(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source()).any(|error| {
        error.downcast_ref::<DatabaseError>().is_some_and(DatabaseError::is_transient)
            || error.downcast_ref::<QueryError>().is_some_and(query_is_transient)
    })
}

/// Connection lost, server shutting down, statement cut off, deadlock or serialization failure.
fn query_is_transient(error: &QueryError) -> bool {
    match error {
        QueryError::BrokenTransactionManager
        | QueryError::DatabaseError(
            DatabaseErrorKind::SerializationFailure
            | DatabaseErrorKind::ClosedConnection
            | DatabaseErrorKind::UnableToSendCommand,
            _,
        ) => true,
        QueryError::DatabaseError(_, info) => TRANSIENT.iter().any(|text| info.message().contains(text)),
        _ => false,
    }
}

/// Diesel keeps the message but not the SQLSTATE of these.
const TRANSIENT: [&str; 13] = [
    "connection closed",
    "error communicating with the server",
    "terminating connection",
    "the database system is",
    "canceling statement due to",
    "deadlock detected",
    "remaining connection slots",
    "too many clients",
    "Connection reset",
    "No space left on device",
    "could not extend file",
    "read-only transaction",
    "does not exist",
];
