//! The states a socket took.

use crate::event::TcpState;

/// How many states are remembered.
const BOUND: usize = 31;

/// The last states a socket was seen in, the present one last. A fixed size, so that a socket costs no allocation.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    len: u8,
    states: [TcpState; BOUND],
}

impl Default for Way {
    fn default() -> Self {
        Self {
            len: 0,
            states: [TcpState::Close; BOUND],
        }
    }
}

impl Way {
    /// Adds a state, and forgets the oldest where there is no room.
    pub(super) fn push(&mut self, state: TcpState) {
        if usize::from(self.len) == BOUND {
            self.states.rotate_left(1);
        } else {
            self.len += 1;
        }
        self.states[usize::from(self.len) - 1] = state;
    }

    pub(super) fn states(&self) -> &[TcpState] {
        &self.states[..self.len.into()]
    }

    pub(super) fn last(&self) -> Option<TcpState> {
        self.states().last().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_are_forgotten() {
        let mut way = Way::default();
        assert_eq!(way.last(), None);
        way.push(TcpState::Close);
        for _ in 0..BOUND {
            way.push(TcpState::SynSent);
        }
        way.push(TcpState::Established);
        assert_eq!(way.states().len(), BOUND);
        assert_eq!(way.states()[0], TcpState::SynSent);
        assert_eq!(way.last(), Some(TcpState::Established));
    }
}
