//! socktutor: vimtutor for sockets. A line becomes a statement (`lang`), the statement a system call (`session`),
//! the call events (`event`), the events words (`view`); `app` ties them together.

pub mod errno;
pub mod event;
pub mod lang;
pub mod lesson;
pub mod sys;
pub mod text;
