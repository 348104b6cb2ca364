use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::{Problem, codes};

/// What stands in the path: `Path<i64>`, `Path<(i64, Uuid)>` or a struct. Something that can't be an id is not found.
#[derive(Clone, Copy, Debug)]
pub struct Path<T>(pub T);

impl<T> Path<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Path<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let path = actix_web::web::Path::<T>::from_request(request, payload).into_inner();
        ready(
            path.map(|it| Self(it.into_inner()))
                .map_err(|_| Problem::not_found("There is nothing at this address.")),
        )
    }
}

/// The query string, as a struct.
#[derive(Clone, Copy, Debug)]
pub struct Query<T>(pub T);

impl<T> Query<T> {
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: DeserializeOwned> Query<T> {
    pub fn parse(query: &str) -> Result<T, Problem> {
        actix_web::web::Query::from_query(query).map(actix_web::web::Query::into_inner).map_err(|error| {
            let detail = match &error {
                actix_web::error::QueryPayloadError::Deserialize(error) => error.to_string(),
                other => other.to_string(),
            };
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                codes::INVALID_QUERY,
                format!("The query string is not valid: {detail}."),
            )
        })
    }
}

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::parse(request.query_string()).map(Self))
    }
}
