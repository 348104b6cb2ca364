//! How database errors answer: away is 503, anything else is unforeseen. Endpoints look for the constraints they expect first.

use database::DatabaseError;

use crate::Problem;

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        if error.is_transient() { Self::unavailable(&error) } else { Self::internal(&error) }
    }
}

impl From<diesel::result::Error> for Problem {
    fn from(error: diesel::result::Error) -> Self {
        DatabaseError::from(error).into()
    }
}
