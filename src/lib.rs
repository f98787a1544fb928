//! socktutor: vimtutor for sockets. A line becomes a statement (`lang`), the statement a system call (`session`),
//! the call events (`event`), the events words (`view`); `app` ties them together.

pub mod app;
pub mod cli;
pub mod errno;
pub mod event;
pub mod explain;
pub mod kernel;
pub mod lab;
pub mod lang;
pub mod lesson;
pub mod packet;
pub mod repl;
pub mod session;
pub mod sys;
pub mod text;
pub mod view;

#[cfg(test)]
#[path = "../tests/support/undisturbed.rs"]
mod undisturbed;
