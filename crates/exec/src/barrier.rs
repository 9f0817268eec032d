//! Where threads meet: spin for a while, then sleep until the last one comes. Sense is a generation
//! number (Hensgen, Finkel, Manber 1988, "Two algorithms for barrier synchronization").

use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

/// How often a thread looks at a word before it goes to sleep. Waking takes tens of microseconds,
/// longer than most waits within a step; but where threads outnumber cores, who spins keeps another
/// from working.
static SPINS: AtomicU32 = AtomicU32::new(50);

pub fn set_spins(spins: u32) {
    SPINS.store(spins, SeqCst);
}

#[derive(Debug, Default)]
pub struct Barrier {
    arrived: AtomicU32,
    generation: AtomicU32,
    asleep: AtomicU32,
}

impl Barrier {
    pub const fn new() -> Barrier {
        Barrier {
            arrived: AtomicU32::new(0),
            generation: AtomicU32::new(0),
            asleep: AtomicU32::new(0),
        }
    }

    /// Returns when `threads` threads have called it. What they wrote before is seen by all after.
    pub fn wait(&self, threads: usize) {
        if threads == 1 {
            return;
        }
        let generation = self.generation.load(SeqCst);
        if self.arrived.fetch_add(1, SeqCst) + 1 == threads as u32 {
            self.arrived.store(0, SeqCst);
            self.generation.store(generation.wrapping_add(1), SeqCst);
            if self.asleep.load(SeqCst) > 0 {
                sys::wake_all(&self.generation);
            }
            return;
        }
        wait_while(&self.generation, generation, &self.asleep);
    }
}

/// Spins, then sleeps, while `word` is `value`. Whoever changes it wakes when `asleep` is not 0.
pub fn wait_while(word: &AtomicU32, value: u32, asleep: &AtomicU32) {
    for _ in 0..SPINS.load(SeqCst) {
        if word.load(SeqCst) != value {
            return;
        }
        core::hint::spin_loop();
    }
    asleep.fetch_add(1, SeqCst);
    while word.load(SeqCst) == value {
        sys::sleep(word, value);
    }
    asleep.fetch_sub(1, SeqCst);
}

pub use sys::wake_all;

#[cfg(all(target_arch = "wasm32", target_feature = "atomics"))]
mod sys {
    use core::arch::wasm32::{memory_atomic_notify, memory_atomic_wait32};
    use std::sync::atomic::AtomicU32;

    /// Sleeps while `word` is `value`; may return early.
    pub fn sleep(word: &AtomicU32, value: u32) {
        // SAFETY: the pointer comes from a reference to a live, aligned word in shared memory.
        unsafe { memory_atomic_wait32(word.as_ptr().cast(), value as i32, -1) };
    }

    pub fn wake_all(word: &AtomicU32) {
        // SAFETY: as above.
        unsafe { memory_atomic_notify(word.as_ptr().cast(), u32::MAX) };
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "atomics")))]
mod sys {
    use std::sync::atomic::AtomicU32;

    pub fn sleep(_: &AtomicU32, _: u32) {
        std::thread::yield_now();
    }

    pub fn wake_all(_: &AtomicU32) {}
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
