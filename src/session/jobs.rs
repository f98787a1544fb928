//! Calls on threads of their own: each may sleep as long as it likes, and is woken by a signal.

use super::prepared::Performed;
use crate::sys::{call, worker};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// How long to go on looking for a call whose thread does not sleep, but has not returned either.
const GRACE_BUSY: Duration = Duration::from_millis(400);

/// How long between two signals to a thread that has not returned: the first may come just before it sleeps.
const NUDGE: Duration = Duration::from_millis(5);

/// How long a call is signaled that does not wake.
const STUBBORN: Duration = Duration::from_secs(2);

/// How often a waiting main thread looks whether Ctrl-C was pressed.
const GLANCE: Duration = Duration::from_millis(10);

/// Called when there is news that nobody waits for.
pub type News = Arc<dyn Fn() + Send + Sync>;

/// Ctrl-C, as a flag that any thread may set: the one that takes the signal does.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<Pressed>);

#[derive(Debug, Default)]
struct Pressed {
    pressed: AtomicBool,
    /// How often it was pressed.
    presses: AtomicUsize,
    /// The thread that makes a call itself (`pthread_t`), while it does; 0 otherwise.
    calling: AtomicUsize,
}

impl Interrupt {
    /// Ctrl-C was pressed.
    pub fn fire(&self) {
        self.0.presses.fetch_add(1, Ordering::AcqRel);
        self.0.pressed.store(true, Ordering::Release);
        let calling = self.0.calling.load(Ordering::Acquire);
        if calling != 0 {
            call::interrupt(calling);
        }
    }

    /// Makes a call on this thread. It should return at once; should it sleep all the same, Ctrl-C wakes it.
    pub fn while_calling<T>(&self, call: impl FnOnce() -> T) -> T {
        self.0.calling.store(call::this_thread(), Ordering::Release);
        let result = call();
        self.0.calling.store(0, Ordering::Release);
        result
    }

    /// How often it was pressed, whoever has asked.
    pub fn presses(&self) -> usize {
        self.0.presses.load(Ordering::Acquire)
    }

    /// Whether it was pressed since the last time this was asked.
    pub fn take(&self) -> bool {
        self.0.pressed.swap(false, Ordering::AcqRel)
    }
}

/// A call that is ready to be made.
pub(super) type Work = Box<dyn FnOnce() -> Performed + Send>;

/// A thread that makes one call after the other.
struct Worker {
    work: Sender<(u32, Work)>,
    /// The number of the call that it has begun: until then it sleeps for want of work.
    begun: Arc<AtomicU32>,
    thread: usize,
    task: i32,
}

/// The threads, and what they have brought back.
pub struct Jobs {
    idle: Vec<Worker>,
    busy: BTreeMap<u32, Worker>,
    results: Receiver<(u32, Performed)>,
    send: Sender<(u32, Performed)>,
    news: Arc<Mutex<Option<News>>>,
    last: u32,
    /// How long a call may take before it is called blocked: long enough for anything that only needs this machine.
    pub grace: Duration,
    interrupt: Interrupt,
    returned: Arc<AtomicUsize>,
}

/// How a call on a thread of its own went.
pub enum Outcome {
    /// It returned within the grace.
    Returned(Performed),
    /// It sleeps; this is the job's number.
    Sleeps(u32),
}

/// How a wait ended.
#[derive(Debug)]
pub enum Waited {
    /// The job returned.
    Returned(u32, Box<Performed>),
    /// Nothing returned in time.
    TimedOut,
    /// Ctrl-C.
    Interrupted,
}

impl Jobs {
    /// None yet.
    pub fn new() -> Self {
        worker::install_wake_handler();
        let (send, results) = channel();
        Self {
            idle: Vec::new(),
            busy: BTreeMap::new(),
            results,
            send,
            news: Arc::default(),
            last: 0,
            grace: Duration::from_millis(60),
            interrupt: Interrupt::default(),
            returned: Arc::default(),
        }
    }

    /// Ctrl-C's flag.
    pub fn interrupt_flag(&self) -> Interrupt {
        self.interrupt.clone()
    }

    /// Listens to this flag from now on.
    pub fn set_interrupt(&mut self, interrupt: Interrupt) {
        self.interrupt = interrupt;
    }

    /// What to call when a job returns.
    pub fn on_news(&mut self, news: News) {
        if let Ok(mut slot) = self.news.lock() {
            *slot = Some(news);
        }
    }

    /// The number of the job that began last; 0 before the first.
    pub fn last(&self) -> u32 {
        self.last
    }

    /// Whether a result waits to be collected.
    pub fn has_results(&self) -> bool {
        self.returned.load(Ordering::Acquire) > 0
    }

    /// Makes a call on a thread of its own and gives it a short while.
    ///
    /// # Errors
    /// Where the system gives no more threads.
    pub fn start(&mut self, work: Work) -> std::io::Result<Outcome> {
        let idle = match self.idle.pop() {
            Some(idle) => idle,
            None => self.hire()?,
        };
        // A number is used up only by a call that sleeps; until then it is the next one's.
        let number = self.last + 1;
        if idle.work.send((number, work)).is_err() {
            return Err(std::io::Error::other("a worker thread is gone"));
        }
        self.busy.insert(number, idle);
        match self.grace(number) {
            Some(performed) => Ok(Outcome::Returned(performed)),
            None => {
                self.last = number;
                Ok(Outcome::Sleeps(number))
            }
        }
    }

    /// Waits until the call returns, or its thread has slept for a while. Results of other jobs are kept in order.
    fn grace(&mut self, number: u32) -> Option<Performed> {
        let began = Instant::now();
        let glance = GLANCE.min(self.grace / 4);
        let mut others = Vec::new();
        let found = loop {
            let spent = began.elapsed();
            let slept_enough = spent >= self.grace && self.may_sleep(number);
            if slept_enough || spent >= self.grace.max(GRACE_BUSY) {
                break None;
            }
            self.pass_on_ctrl_c(number);
            match self.results.recv_timeout(glance) {
                Ok((n, performed)) if n == number => break Some(performed),
                Ok(other) => others.push(other),
                Err(_) => {}
            }
        };
        for other in others {
            // The receiver is ours: it cannot be gone.
            let _ = self.send.send(other);
        }
        if found.is_some() {
            self.rest(number);
        }
        found
    }

    /// Whether a call's thread has begun the call and sleeps, or the system does not tell.
    pub fn may_sleep(&self, number: u32) -> bool {
        self.busy.get(&number).is_some_and(|worker| {
            worker.begun.load(Ordering::Acquire) == number
                && worker::sleeps(worker.task) != Some(false)
        })
    }

    /// Ctrl-C within the grace wakes the call; its EINTR then arrives like any result.
    fn pass_on_ctrl_c(&self, number: u32) {
        if self.interrupt.take()
            && let Some(busy) = self.busy.get(&number)
        {
            call::interrupt(busy.thread);
        }
    }

    /// The thread has nothing to do.
    fn rest(&mut self, number: u32) {
        self.returned.fetch_sub(1, Ordering::AcqRel);
        if let Some(worker) = self.busy.remove(&number) {
            self.idle.push(worker);
        }
    }

    fn hire(&mut self) -> std::io::Result<Worker> {
        let (work, orders) = channel::<(u32, Work)>();
        let (hello, ready) = channel();
        let results = self.send.clone();
        let news = Arc::clone(&self.news);
        let returned = Arc::clone(&self.returned);
        let begun = Arc::new(AtomicU32::new(0));
        let begins = Arc::clone(&begun);
        worker::start("call", move || {
            worker::block_signals();
            if hello
                .send((call::this_thread(), worker::thread_id()))
                .is_err()
            {
                return;
            }
            for (number, work) in orders {
                begins.store(number, Ordering::Release);
                let performed = work();
                begins.store(0, Ordering::Release);
                returned.fetch_add(1, Ordering::AcqRel);
                if results.send((number, performed)).is_err() {
                    return;
                }
                let told = news.lock().ok().and_then(|news| news.clone());
                if let Some(told) = told {
                    told();
                }
            }
        })?;
        let (thread, task) = ready.recv().map_err(std::io::Error::other)?;
        Ok(Worker {
            work,
            begun,
            thread,
            task,
        })
    }

    /// The results that have arrived.
    pub fn collect(&mut self) -> Vec<(u32, Performed)> {
        let results: Vec<_> = self.results.try_iter().collect();
        for (number, _) in &results {
            self.rest(*number);
        }
        results
    }

    /// Waits for the next result of any job.
    pub fn wait(&mut self, deadline: Instant) -> Waited {
        loop {
            if self.interrupt.take() {
                return Waited::Interrupted;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.results.recv_timeout(left.min(GLANCE)) {
                Ok((number, performed)) => {
                    self.rest(number);
                    return Waited::Returned(number, Box::new(performed));
                }
                Err(RecvTimeoutError::Timeout) if left.is_zero() => return Waited::TimedOut,
                Err(_) => {}
            }
        }
    }

    /// Wakes a sleeping call with a signal, until it has returned. It returns EINTR, or its result where that came
    /// first. `None` where it does not wake, or there is no such job.
    pub fn cancel(&mut self, number: u32) -> Option<Performed> {
        let thread = self.busy.get(&number)?.thread;
        let mut others = Vec::new();
        let deadline = Instant::now() + STUBBORN;
        let found = loop {
            call::interrupt(thread);
            match self.results.recv_timeout(NUDGE) {
                Ok((n, performed)) if n == number => break Some(performed),
                Ok(other) => others.push(other),
                Err(RecvTimeoutError::Timeout) if Instant::now() < deadline => {}
                Err(_) => break None,
            }
        };
        for other in others {
            // The receiver is ours: it cannot be gone.
            let _ = self.send.send(other);
        }
        if found.is_some() {
            self.rest(number);
        }
        found
    }
}

impl Default for Jobs {
    fn default() -> Self {
        Self::new()
    }
}
