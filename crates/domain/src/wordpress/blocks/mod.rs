//! An article's HTML as the markup of WordPress' block editor.
//!
//! `delimiters` finds the blocks a text has already; what stands between them is read into a `tree` by `parse`, as a browser would, and
//! `flow` makes a block of every part. A block's markup is what its `save()` in WordPress prints for its attributes, or the editor calls it
//! invalid; so a part that says more than its block can carry stays as it is, in a block of HTML.

mod delimiters;

mod tree;

mod nesting;

mod parse;

mod builder;

mod print;

mod flow;

mod phrasing;

mod code;

mod containers;

mod list;

mod figure;

mod image;

mod table;

mod media;

mod separator;

mod attributes;

mod markup;

#[cfg(test)]
mod tests;

use delimiters::Part;

/// Blocks that are there stay as they are, so that doing it twice changes nothing. No text is lost.
pub fn to_blocks(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + html.len() / 2);
    for part in delimiters::parts(html) {
        match part {
            Part::Block(markup) => {
                markup::separate(&mut out, 0);
                out.push_str(&markup);
            }
            Part::Between(html) => flow::write_blocks(html, &parse::parse(html), &mut out, 0),
        }
    }
    out
}
