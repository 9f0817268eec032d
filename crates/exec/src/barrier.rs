//! Where threads meet: a barrier in a step, a gate before a job. Both spin for a while, then sleep.
//! Generic over the word they share, so that loom explores this very code (`fuzz/threads`). Sense
//! is a generation number (Hensgen, Finkel, Manber 1988, "Two algorithms for barrier
//! synchronization").

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// A word that threads share and sleep on. All accesses are sequentially consistent: WebAssembly
/// has no others, and who sleeps and who wakes each write one word and then read the other's.
pub trait Word {
    fn load(&self) -> u32;
    fn store(&self, value: u32);
    /// What was there before.
    fn add(&self, more: u32) -> u32;
    fn sub(&self, less: u32) -> u32;
    /// Sleeps while it is `value`; may return early.
    fn sleep(&self, value: u32);
    fn wake_all(&self);
}

/// How often a thread looks at a word before it goes to sleep. Waking takes tens of microseconds,
/// longer than most waits within a step; but where threads outnumber cores, who spins keeps another
/// from working.
static SPINS: AtomicU32 = AtomicU32::new(50);

pub fn set_spins(spins: u32) {
    SPINS.store(spins, SeqCst);
}

#[derive(Debug, Default)]
pub struct Barrier<W = AtomicU32> {
    arrived: W,
    generation: W,
    asleep: W,
}

impl Barrier {
    pub const fn new() -> Barrier {
        Barrier {
            arrived: AtomicU32::new(0),
            generation: AtomicU32::new(0),
            asleep: AtomicU32::new(0),
        }
    }
}

impl<W: Word> Barrier<W> {
    /// A barrier on words that hold 0.
    pub fn of([arrived, generation, asleep]: [W; 3]) -> Barrier<W> {
        Barrier {
            arrived,
            generation,
            asleep,
        }
    }

    /// Returns when `threads` threads have called it. What they wrote before is seen by all after.
    pub fn wait(&self, threads: usize) {
        if threads == 1 {
            return;
        }
        let generation = self.generation.load();
        if self.arrived.add(1) + 1 == threads as u32 {
            self.arrived.store(0);
            self.generation.store(generation.wrapping_add(1));
            if self.asleep.load() > 0 {
                self.generation.wake_all();
            }
            return;
        }
        wait_while(&self.generation, generation, &self.asleep);
    }
}

/// Where helpers wait for jobs. One leader opens it, for one job at a time.
#[derive(Debug, Default)]
pub struct Gate<W = AtomicU32> {
    /// Low byte: threads that take part in the current job. The rest counts the jobs.
    word: W,
    asleep: W,
    closed: W,
}

impl Gate {
    pub const fn new() -> Gate {
        Gate {
            word: AtomicU32::new(0),
            asleep: AtomicU32::new(0),
            closed: AtomicU32::new(0),
        }
    }
}

impl<W: Word> Gate<W> {
    /// Lets helpers `1..threads` through; they see what was written before. The job must not end
    /// before they have: the leader meets them at a barrier.
    pub fn open(&self, threads: u32) {
        self.post(threads);
        if self.asleep.load() > 0 {
            self.word.wake_all();
        }
    }

    fn post(&self, threads: u32) {
        let count = self.word.load() >> 8;
        self.word.store((count.wrapping_add(1) << 8) | threads);
    }

    /// Waits for a job other than `seen` (0 at first): the job, or `None` when the gate is closed.
    pub fn pass(&self, seen: u32) -> Option<u32> {
        wait_while(&self.word, seen, &self.asleep);
        let job = self.word.load();
        (self.closed.load() == 0).then_some(job)
    }

    /// Whether thread `index` takes part in `job`.
    pub fn admits(job: u32, index: u32) -> bool {
        index < job & 0xff
    }

    /// Lets all helpers return, those that sleep and those that come later.
    pub fn close(&self) {
        self.closed.store(1);
        self.post(0);
        self.word.wake_all();
    }

    /// For a pool that starts; the helpers of the last one have returned.
    pub fn reopen(&self) {
        self.closed.store(0);
    }
}

/// Spins, then sleeps, while `word` is `value`. Whoever changes it wakes when `asleep` is not 0.
fn wait_while<W: Word>(word: &W, value: u32, asleep: &W) {
    for _ in 0..SPINS.load(SeqCst) {
        if word.load() != value {
            return;
        }
        core::hint::spin_loop();
    }
    asleep.add(1);
    while word.load() == value {
        word.sleep(value);
    }
    asleep.sub(1);
}

impl Word for AtomicU32 {
    #[inline]
    fn load(&self) -> u32 {
        AtomicU32::load(self, SeqCst)
    }

    #[inline]
    fn store(&self, value: u32) {
        AtomicU32::store(self, value, SeqCst);
    }

    #[inline]
    fn add(&self, more: u32) -> u32 {
        self.fetch_add(more, SeqCst)
    }

    #[inline]
    fn sub(&self, less: u32) -> u32 {
        self.fetch_sub(less, SeqCst)
    }

    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    fn sleep(&self, value: u32) {
        let word = self.as_ptr().cast();
        // SAFETY: the pointer comes from a reference to a live, aligned word in shared memory.
        unsafe { core::arch::wasm32::memory_atomic_wait32(word, value as i32, -1) };
    }

    #[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
    fn wake_all(&self) {
        let word = self.as_ptr().cast();
        // SAFETY: as above.
        unsafe { core::arch::wasm32::memory_atomic_notify(word, u32::MAX) };
    }

    #[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
    fn sleep(&self, _: u32) {
        std::thread::yield_now();
    }

    #[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
    fn wake_all(&self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_passes_before_all_have_come() {
        let (barrier, count) = (Barrier::new(), AtomicU32::new(0));
        std::thread::scope(|s| {
            for _ in 0..3 {
                s.spawn(|| {
                    for round in 1..=200 {
                        count.fetch_add(1, SeqCst);
                        barrier.wait(3);
                        assert_eq!(count.load(SeqCst), 3 * round);
                        barrier.wait(3);
                    }
                });
            }
        });
    }
}
