//! Text to [`Statement`]: one meaning, three surface dialects, the tables of commands, options and constants,
//! and diagnostics that point at the place. Pure: nothing here looks at the machine.

pub mod ast;
pub mod constants;
pub mod options;
pub mod state;
pub mod table;

pub use ast::{Action, Statement};
