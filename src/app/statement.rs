//! One statement: calls inside it first, then what it waits for, then itself.

use super::last::Last;
use super::{App, Outcome, Sink};
use crate::event::{Job, JobStatus, Syscall, What};
use crate::lang::ast::{Action, Arg, Call, Claim, Expr, Statement};
use crate::lang::table::Role;
use crate::session::{Because, NotYet, Promptness, Refusal, SocketId, Step, Value};
use std::borrow::Cow;
use std::sync::Arc;

impl App {
    /// Runs one statement: on both sides of a comparison, while one is on.
    pub(super) fn statement(&mut self, statement: &Statement, sink: Sink<'_>) -> Outcome {
        match &self.comparison {
            Some(_) => self.compared(statement, sink),
            None => self.alone(statement, sink),
        }
    }

    /// Runs one statement in this session.
    pub(super) fn alone(&mut self, statement: &Statement, sink: Sink<'_>) -> Outcome {
        for remark in &statement.remarks {
            self.say(remark.clone(), sink);
        }
        if let Some(side) = statement.side {
            let refusal = Refusal::new(format!(
                "`{}:` names a side of a comparison, and none is on",
                side.word()
            ));
            return self.refused(statement.span, refusal.help("compare tcp udp"), sink);
        }
        self.usual = statement.host.is_some().then(|| self.session.here());
        if let Some(host) = &statement.host
            && !self.session.go(Some(host))
        {
            let refusal = self.no_host(host);
            return self.refused(statement.span, refusal, sink);
        }
        self.caused_by(Some(statement));
        let result = match &statement.action {
            Action::Nothing => Ok(Outcome::default()),
            Action::Value(expr) => self.assignment(statement, expr, sink),
            Action::Call(call) => self.call(statement, call, sink),
            Action::Expect(claim) => {
                self.catch_up(sink);
                self.judge(claim, sink)
            }
            Action::Lab(order) => {
                self.catch_up(sink);
                self.order(order, sink)
            }
        };
        self.caused_by(None);
        if let Some(usual) = self.usual.take() {
            self.session.go(usual.as_deref());
        }
        self.session.forget_hidden();
        for (name, now) in self.session.displaced() {
            self.say(
                format!("`{name}` stands for something else now; the socket before it stays open, as `{now}`."),
                sink,
            );
        }
        match result {
            Ok(outcome) => outcome,
            Err(refusal) => {
                if self.settings.script && refusal.because != Because::Failure {
                    self.failures += 1;
                }
                self.refused(statement.span, refusal, sink)
            }
        }
    }

    fn call(
        &mut self,
        statement: &Statement,
        call: &Call,
        sink: Sink<'_>,
    ) -> Result<Outcome, Refusal> {
        let call = &*self.without_inner_calls(call, sink)?;
        if call.command.role == Role::Shell {
            self.catch_up(sink);
            return self.command(call, statement, sink);
        }
        let typed = crate::lang::canonical(statement).into();
        let failed = self.primitive(call, statement, &typed, sink)?.is_err();
        Ok(Outcome {
            failed,
            ..Outcome::default()
        })
    }

    /// Makes a system call, after waiting for what it needs. The value is an error where the call failed; a call that
    /// sleeps is no failure.
    fn primitive(
        &mut self,
        call: &Call,
        statement: &Statement,
        typed: &Arc<str>,
        sink: Sink<'_>,
    ) -> Result<Result<Value, ()>, Refusal> {
        let mut prepared = loop {
            match self.session.prepare(call) {
                Ok(prepared) => break prepared,
                Err(NotYet::Refused(refusal)) => return Err(refusal),
                Err(NotYet::Pending(job)) => self.await_name(job, sink)?,
            }
        };
        self.settle_failure();
        self.note_arguments(call);
        let mut disturbs = false;
        if let Some(socket) = prepared.socket.and_then(|id| self.session.socket(id)) {
            match (prepared.command, &prepared.promptness) {
                ("close", _) => {
                    self.ledger.unwatch(socket);
                    disturbs = self.session.sleeps_on(socket.id);
                }
                ("connect", Promptness::Unknown) => self.ledger.watch(socket),
                (_, Promptness::When(_, events)) if self.ledger.surely_ready(socket, *events) => {
                    prepared.promptness = Promptness::Ready;
                }
                _ => {}
            }
        }
        if disturbs {
            // One that has got what it slept for does not sleep any more.
            self.hear_the_woken(sink);
        }
        self.call_in_ladder(prepared.command, prepared.socket);
        self.session.set_grace(self.grace(prepared.socket));
        match self
            .session
            .make(prepared, &statement.targets, typed, statement.dialect)?
        {
            Step::Done(done) => {
                let value = done.result.clone();
                self.after(*done, sink);
                Ok(value.map_err(|_| ()))
            }
            Step::Asleep { job, call, socket } => {
                self.last = Last {
                    typed: Arc::clone(typed),
                    job: Some(job),
                    socket,
                    ..Last::default()
                };
                self.asleep(job, call, socket, sink);
                Ok(Ok(Value::None))
            }
        }
    }

    /// A call has fallen asleep.
    fn asleep(&mut self, n: u32, call: Syscall, socket: Option<SocketId>, sink: Sink<'_>) {
        let job = Job {
            n,
            status: JobStatus::Blocked,
            call: self.last.typed.to_string(),
            sleeps_in: format!("{}()", call.command),
        };
        let closes = call.command == "close";
        self.tell(socket, What::Syscall(call), sink);
        self.tell(socket, What::Job(job), sink);
        if let Some(socket) = socket.filter(|_| closes) {
            self.closes(socket);
        }
        self.look_around(socket, sink);
    }

    fn assignment(
        &mut self,
        statement: &Statement,
        expr: &Expr,
        sink: Sink<'_>,
    ) -> Result<Outcome, Refusal> {
        let expr = self.hoisted(expr, sink)?;
        let value = self.settled(|app| app.session.value(&expr), sink)?;
        if statement.targets.is_empty() {
            let shown = self.session.show_of(&expr, &value, statement.dialect);
            self.say(shown, sink);
        } else {
            self.settled(
                |app| app.session.assign_all(&statement.targets, value.clone()),
                sink,
            )?;
        }
        Ok(Outcome::default())
    }

    /// Evaluates, waiting for pending results as often as needed.
    pub(super) fn settled<T>(
        &mut self,
        mut evaluate: impl FnMut(&mut Self) -> Result<T, NotYet>,
        sink: Sink<'_>,
    ) -> Result<T, Refusal> {
        loop {
            match evaluate(self) {
                Ok(value) => return Ok(value),
                Err(NotYet::Refused(refusal)) => return Err(refusal),
                Err(NotYet::Pending(job)) => self.await_name(job, sink)?,
            }
        }
    }

    /// The call with every inner call made and replaced by its result.
    fn without_inner_calls<'a>(
        &mut self,
        call: &'a Call,
        sink: Sink<'_>,
    ) -> Result<Cow<'a, Call>, Refusal> {
        if !call.args.iter().flatten().any(|arg| arg.value.has_calls()) {
            return Ok(Cow::Borrowed(call));
        }
        let mut args = Vec::with_capacity(call.args.len());
        for arg in &call.args {
            args.push(match arg {
                Some(arg) => {
                    let value = self
                        .hoisted(&arg.value, sink)
                        .map_err(|refusal| refusal.at(arg.span))?;
                    Some(Arg {
                        value,
                        span: arg.span,
                    })
                }
                None => None,
            });
        }
        Ok(Cow::Owned(Call {
            command: call.command,
            args,
        }))
    }

    /// An expression with every inner call made and replaced by its result.
    pub(super) fn hoisted(&mut self, expr: &Expr, sink: Sink<'_>) -> Result<Expr, Refusal> {
        if !expr.has_calls() {
            return Ok(expr.clone());
        }
        if let Expr::Call(inner) = expr {
            return self.inner_call(inner, sink);
        }
        let mut parts = Vec::new();
        expr.each_part(&mut |part| parts.push(part.clone()));
        let mut made = Vec::with_capacity(parts.len());
        for part in &parts {
            made.push(self.hoisted(part, sink)?);
        }
        let mut made = made.into_iter();
        let mut rebuilt = expr.clone();
        rebuilt.each_part_mut(&mut |part| {
            if let Some(new) = made.next() {
                *part = new;
            }
        });
        Ok(rebuilt)
    }

    fn inner_call(&mut self, inner: &Call, sink: Sink<'_>) -> Result<Expr, Refusal> {
        let call = self.without_inner_calls(inner, sink)?;
        if call.command.role == Role::Shell {
            return Err(Refusal::new(format!(
                "`{}` gives no value",
                call.command.name
            )));
        }
        let statement = Statement {
            span: crate::lang::ast::Span::default(),
            side: None,
            host: None,
            targets: Vec::new(),
            action: Action::Call(call.clone().into_owned()),
            dialect: crate::lang::ast::Dialect::Python,
            remarks: Vec::new(),
        };
        let typed = crate::lang::canonical(&statement).into();
        let value = self.primitive(&call, &statement, &typed, sink)?;
        let value = match (value, self.last.job) {
            (Err(()), _) => {
                return Err(Refusal::new(format!(
                    "`{typed}` failed, so there is no value to go on with"
                ))
                .because(Because::Failure));
            }
            (Ok(_), Some(job)) => self.result_of(job, sink)?,
            (Ok(value), None) => value,
        };
        Ok(Expr::Name(self.session.keep_hidden(value)))
    }

    /// What a statement claims, with inner calls made.
    pub(super) fn claim_settled(
        &mut self,
        claim: &Claim,
        sink: Sink<'_>,
    ) -> Result<Claim, Refusal> {
        let mut claim = claim.clone();
        for expr in claim.values_mut() {
            let whole = expr.clone();
            *expr = self.hoisted(&whole, sink)?;
        }
        Ok(claim)
    }
}
