pub mod list;
pub mod stream;

mod hub;
mod listener;
mod place;
mod view;

pub use hub::Hub;
pub use view::EventView;

#[cfg(test)]
mod tests;
