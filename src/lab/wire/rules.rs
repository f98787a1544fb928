//! What the wire does to packets on their way: loss, delay, a limited rate. Random choices come from a seed.

use std::time::Duration;

/// How packets are disturbed.
#[derive(Debug, Default)]
pub(super) struct Rules {
    /// Packets stay on the wire until they are stepped.
    pub hold: bool,
    /// Retransmissions of a held packet are counted there, and not held themselves.
    pub fold: bool,
    /// How many of the next packets are dropped.
    pub drop_next: u32,
    /// Every packet is dropped: the wire is cut.
    pub cut: bool,
    pub loss: Option<Loss>,
    /// How long each packet is on its way.
    pub delay: Duration,
    /// Bits per second that each host can put on the wire.
    pub rate: Option<u64>,
}

/// Random loss.
#[derive(Debug)]
pub(super) struct Loss {
    percent: f64,
    seed: u64,
    random: fastrand::Rng,
}

/// Why the wire drops a packet as it comes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Drop {
    /// By `loss`, at this many percent.
    Lost(f64),
    /// By `drop next`.
    Asked,
    /// The wire is cut.
    Cut,
}

impl Rules {
    /// Loses this share of the packets, by this seed.
    pub fn lose(&mut self, percent: f64, seed: u64) {
        self.loss = (percent > 0.0).then(|| Loss {
            percent,
            seed,
            random: fastrand::Rng::with_seed(seed),
        });
    }

    /// Undoes all disturbances; what is held stays held.
    pub fn clear(&mut self) {
        *self = Self {
            hold: self.hold,
            fold: self.fold,
            ..Self::default()
        };
    }

    /// Whether the packet that comes now is dropped.
    pub fn drops(&mut self) -> Option<Drop> {
        // The dice are thrown whatever else happens to it: the same seed loses the first and the fourth, say, every time.
        let lost = self.loss.as_mut().and_then(|loss| {
            let lost = loss.random.f64() * 100.0 < loss.percent;
            lost.then_some(Drop::Lost(loss.percent))
        });
        if self.cut {
            return Some(Drop::Cut);
        }
        if self.drop_next > 0 {
            self.drop_next -= 1;
            return Some(Drop::Asked);
        }
        lost
    }

    /// Whether packets are on their way for a while.
    pub fn slow(&self) -> bool {
        !self.delay.is_zero() || self.rate.is_some()
    }

    /// How long it takes to put this many bytes on the wire.
    pub fn serialization(&self, bytes: usize) -> Duration {
        self.rate.map_or(Duration::ZERO, |rate| {
            Duration::from_secs_f64(bytes as f64 * 8.0 / rate.max(1) as f64)
        })
    }

    /// What the wire does, in words that follow "the wire": `holds every packet, loses 30% (seed 7)`.
    pub fn words(&self) -> String {
        let mut words = vec![match self.hold {
            true => "holds every packet".to_owned(),
            false => "flows".to_owned(),
        }];
        if self.cut {
            words.push("is cut, so that every packet is dropped".to_owned());
        }
        match self.drop_next {
            0 => {}
            1 => words.push("drops the next packet".to_owned()),
            n => words.push(format!("drops the next {n} packets")),
        }
        if let Some(loss) = &self.loss {
            words.push(format!("loses {}% (seed {})", loss.percent, loss.seed));
        }
        if !self.delay.is_zero() {
            let ms = self.delay.as_secs_f64() * 1000.0;
            words.push(format!("delays each packet by {ms} ms"));
        }
        if let Some(rate) = self.rate {
            words.push(format!("carries {rate} bits a second each way"));
        }
        words.join(", ")
    }
}
