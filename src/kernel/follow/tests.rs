use super::*;
use crate::event::Addr;
use crate::kernel::Family;
use TcpState::{
    Close, CloseWait, Closing, Established, FinWait1, FinWait2, LastAck, Listen, SynSent, TimeWait,
};

fn row(state: TcpState, rests: Option<Duration>) -> DiagRow {
    DiagRow {
        proto: Family::Tcp,
        local: Addr::Inet(([127, 0, 0, 1], 1).into()),
        peer: Some(Addr::Inet(([127, 0, 0, 1], 2).into())),
        state: Some(state),
        recvq: 0,
        sendq: 0,
        inode: 0,
        uid: 0,
        v6only: false,
        shut: [false; 2],
        rests,
    }
}

fn follow(state: TcpState) -> Follow {
    let mut way = Way::default();
    way.push(state);
    Follow::new(
        ([127, 0, 0, 1], 1).into(),
        Some(([127, 0, 0, 1], 2).into()),
        way,
        true,
    )
}

fn states(
    told: &[(u64, Change, Option<Follow>)],
) -> Vec<(u64, Option<TcpState>, Option<TcpState>)> {
    told.iter()
        .map(|(id, change, _)| (*id, change.from, change.to))
        .collect()
}

impl Following {
    /// As [`Following::ask`], with answers made up.
    fn ask_by(
        &mut self,
        now: Instant,
        find: &mut dyn FnMut(&Follow) -> io::Result<Option<DiagRow>>,
    ) -> Vec<(u64, Change, Option<Follow>)> {
        let taken = self.take(now);
        let answers = taken.iter().map(|(_, follow)| find(follow)).collect();
        self.learn(taken, answers, now)
    }
}

#[test]
fn time_wait_is_left_alone_until_its_end() {
    let mut following = Following::default();
    let now = Instant::now();
    following.insert(1, follow(FinWait2));
    let rests = Duration::from_secs(42);
    let told = following.ask_by(now, &mut |_| Ok(Some(row(TimeWait, Some(rests)))));
    assert_eq!(states(&told), [(1, Some(FinWait2), Some(TimeWait))]);
    assert_eq!(following.next_look(), Some(now + rests + SHORT));

    let early = now + Duration::from_secs(41);
    assert!(
        following
            .ask_by(early, &mut |_| panic!("asked too early"))
            .is_empty()
    );

    // Should it rest longer than it said, it is asked again, not forgotten.
    let end = now + rests + SHORT;
    let rests = Some(Duration::from_millis(8));
    assert!(
        following
            .ask_by(end, &mut |_| Ok(Some(row(TimeWait, rests))))
            .is_empty()
    );
    let told = following.ask_by(end + Duration::from_secs(1), &mut |_| Ok(None));
    assert_eq!(states(&told), [(1, Some(TimeWait), Some(Close))]);
    assert!(told[0].1.by_network && told[0].1.closed);
    assert_eq!(
        told[0].2.as_ref().unwrap().way.states(),
        [FinWait2, TimeWait, Close]
    );
    assert_eq!(following.next_look(), None);
}

#[test]
fn a_delivery_may_have_ended_a_time_wait() {
    let mut following = Following::default();
    let now = Instant::now();
    let rests = Duration::from_secs(42);
    for id in [1, 2] {
        following.insert(id, follow(FinWait2));
    }
    following.ask_by(now, &mut |_| Ok(Some(row(TimeWait, Some(rests)))));
    let soon = now + Duration::from_secs(2);
    following.hurry(soon);
    let left = rests - Duration::from_secs(2);
    let mut answers = [Ok(None), Ok(Some(row(TimeWait, Some(left))))].into_iter();
    let told = following.ask_by(soon, &mut |_| answers.next().unwrap());
    assert_eq!(states(&told), [(1, Some(TimeWait), Some(Close))]);
    // The other one is left alone again.
    assert_eq!(following.next_look(), Some(now + rests + SHORT));

    // Among many each waits for its end.
    for id in 3..20 {
        following.insert(id, follow(FinWait2));
    }
    following.ask_by(soon, &mut |_| Ok(Some(row(TimeWait, Some(rests)))));
    following.hurry(soon);
    assert!(
        following
            .ask_by(soon, &mut |_| panic!("asked too early"))
            .is_empty()
    );
}

#[test]
fn close_is_the_shells_own_doing_also_when_a_sleeping_call_puts_it_off() {
    for (states, by_network) in [
        (&[Listen, Listen, Close][..], &[false][..]),
        (
            &[Established, Established, FinWait1, FinWait2],
            &[false, true],
        ),
        (
            &[Established, CloseWait, LastAck, Close],
            &[true, false, true],
        ),
        (&[Established, FinWait1, FinWait2], &[false, true]),
        (&[FinWait2, FinWait2, TimeWait], &[true]),
    ] {
        let mut following = Following::default();
        following.insert(1, follow(states[0]));
        let mut told = Vec::new();
        let mut now = Instant::now();
        for state in &states[1..] {
            now += Duration::from_secs(1);
            let answer = (*state != Close).then(|| row(*state, None));
            let changes = following.ask_by(now, &mut |_| Ok(answer.clone()));
            told.extend(changes.into_iter().map(|(_, change, _)| change.by_network));
        }
        assert_eq!(told, by_network, "{states:?}");
    }
}

#[test]
fn a_new_connection_between_the_same_addresses_is_another() {
    for (old, new) in [
        (FinWait2, Established),
        (TimeWait, SynSent),
        (LastAck, FinWait1),
        (Closing, Listen),
    ] {
        let mut following = Following::default();
        following.insert(1, follow(old));
        let told = following.ask_by(Instant::now(), &mut |_| Ok(Some(row(new, None))));
        assert_eq!(states(&told), [(1, Some(old), Some(Close))]);
    }
}

#[test]
fn looks_grow_rarer_while_nothing_changes() {
    let mut following = Following::default();
    let start = Instant::now();
    following.insert(1, follow(FinWait1));
    let (mut now, mut looks) = (start, 0);
    while now < start + Duration::from_secs(20) {
        assert!(
            following
                .ask_by(now, &mut |_| Ok(Some(row(FinWait1, None))))
                .is_empty()
        );
        looks += 1;
        now = following.next_look().unwrap();
    }
    assert!((20..40).contains(&looks), "{looks}");
}

#[test]
fn an_error_says_nothing_of_the_connection() {
    let mut following = Following::default();
    following.insert(1, follow(LastAck));
    let refused = |_: &Follow| Err(io::ErrorKind::PermissionDenied.into());
    assert!(
        following
            .ask_by(Instant::now(), &mut { refused })
            .is_empty()
    );
    assert_eq!(following.get(1).unwrap().state(), LastAck);
}

#[test]
fn many_are_not_asked_for_at_once_and_no_more_than_a_bound_are_kept() {
    let mut following = Following::default();
    let ids = 0..BOUND as u64 + 10;
    ids.clone()
        .for_each(|id| following.insert(id, follow(FinWait2)));
    assert_eq!(following.iter().count(), BOUND);
    assert!(following.get(0).is_none());
    let before = Instant::now().checked_sub(Duration::from_secs(1)).unwrap();
    assert!(
        following
            .ask_by(before, &mut |_| panic!("none is due"))
            .is_empty()
    );
    let later = Instant::now() + SHORT;
    let rests = Some(Duration::from_secs(60));
    assert_eq!(
        following
            .ask_by(later, &mut |_| Ok(Some(row(TimeWait, rests))))
            .len(),
        BOUND
    );
    ids.for_each(|id| following.insert(id + 10_000, follow(FinWait2)));
    following.ask_by(Instant::now() + LONG, &mut |_| {
        Ok(Some(row(TimeWait, rests)))
    });
    assert_eq!(following.resting.len(), BOUND);
}
