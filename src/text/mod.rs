//! Text without meaning: escaping, color, wrapping, tables, "did you mean". No domain words.

pub mod escape;
pub mod near;
pub mod quote;
pub mod style;
pub mod table;
pub mod wrap;
