//! What the threads of the interactive shell share.

use super::console::Console;
use super::helper::Words;
use super::output::Form;
use crate::app::{App, Interrupt};
use crate::event::Event;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// The application and what stands around it. Locks are taken in the order of the fields.
pub struct Shared {
    app: Mutex<App>,
    form: Mutex<Form>,
    /// What prints above the line that is being typed.
    pub console: Arc<Console>,
    /// The names known now.
    pub words: Words,
    /// How many calls are blocked now: the prompt reads it.
    pub blocked: Arc<AtomicUsize>,
    /// Whether a statement is being executed, in the foreground.
    pub executing: AtomicBool,
    /// Cancels what that statement waits for, and the line where no editor sees the key.
    pub interrupt: Interrupt,
    /// Set when the application has something new to tell.
    pub news: Arc<News>,
}

impl Shared {
    /// Around this application.
    pub fn new(mut app: App, form: Form, console: Arc<Console>, words: Words) -> Arc<Self> {
        let news = Arc::new(News::default());
        let bell = Arc::clone(&news);
        app.on_news(Arc::new(move || bell.ring()));
        Arc::new(Self {
            interrupt: app.interrupt(),
            app: Mutex::new(app),
            form: Mutex::new(form),
            console,
            words,
            blocked: Arc::default(),
            executing: AtomicBool::new(false),
            news,
        })
    }

    /// The application.
    pub fn app(&self) -> MutexGuard<'_, App> {
        lock(&self.app)
    }

    /// How events are shown.
    pub fn form(&self) -> MutexGuard<'_, Form> {
        lock(&self.form)
    }

    /// The event as it is shown.
    pub fn show(&self, event: &Event) -> String {
        self.form().show(event)
    }

    /// Takes over the names that the application knows now.
    pub fn learn_words(&self, app: &App) {
        *lock(&self.words) = app.vocabulary();
    }
}

/// A lock whose owner panicked still guards data that is whole enough to end the session with.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A bell that remembers whether it rang.
#[derive(Default)]
pub struct News {
    rang: Mutex<bool>,
    bell: Condvar,
}

impl News {
    /// Rings. From any thread, at any time.
    pub fn ring(&self) {
        *lock(&self.rang) = true;
        self.bell.notify_one();
    }

    /// Sleeps until it rings.
    pub fn wait(&self) {
        let rang = self.bell.wait_while(lock(&self.rang), |rang| !*rang);
        *rang.unwrap_or_else(PoisonError::into_inner) = false;
    }
}
