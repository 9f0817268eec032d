//! The words of the pool as loom knows them: sequentially consistent, as WebAssembly's are, with its
//! wait and notify. Beside them, words that are wrong on purpose, which loom must find out.

use gradloom_exec::Word;
use loom::sync::atomic::{AtomicU32, Ordering::AcqRel, Ordering::Acquire, Ordering::Release, fence};
use loom::sync::{Condvar, Mutex};
use std::sync::Arc;

/// What happens to a word that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flaw {
    None,
    /// Accesses are ordered like acquire and release only.
    Weak,
    /// Nobody is ever woken.
    Deaf,
    /// Sleep does not look at the word again.
    Hasty,
}

/// A sleeper whose worker was terminated unwinds with this.
#[derive(Debug)]
pub struct Terminated;

#[derive(Debug)]
pub struct Model<const FLAW: u8 = 0> {
    value: AtomicU32,
    /// Whether the workers that sleep here were terminated.
    terminated: Mutex<bool>,
    bell: Condvar,
}

pub type Sound = Model<0>;
pub type Weak = Model<1>;
pub type Deaf = Model<2>;
pub type Hasty = Model<3>;

impl<const FLAW: u8> Model<FLAW> {
    const FLAW: Flaw = [Flaw::None, Flaw::Weak, Flaw::Deaf, Flaw::Hasty][FLAW as usize];

    /// loom takes a sequentially consistent access for an acquiring or releasing one, but knows
    /// fences; between two of them an access is what it should be.
    fn ordered<T>(&self, access: impl FnOnce() -> T) -> T {
        if Self::FLAW == Flaw::Weak {
            return access();
        }
        fence(loom::sync::atomic::Ordering::SeqCst);
        let seen = access();
        fence(loom::sync::atomic::Ordering::SeqCst);
        seen
    }

    /// `worker.terminate()` for all who sleep here, and all who come.
    pub fn terminate(&self) {
        *self.terminated.lock().unwrap() = true;
        self.bell.notify_all();
    }
}

impl<const FLAW: u8> Default for Model<FLAW> {
    fn default() -> Self {
        Model {
            value: AtomicU32::new(0),
            terminated: Mutex::new(false),
            bell: Condvar::new(),
        }
    }
}

impl<const FLAW: u8> Word for Model<FLAW> {
    fn load(&self) -> u32 {
        self.ordered(|| self.value.load(Acquire))
    }

    fn store(&self, value: u32) {
        self.ordered(|| self.value.store(value, Release));
    }

    fn add(&self, more: u32) -> u32 {
        self.ordered(|| self.value.fetch_add(more, AcqRel))
    }

    fn sub(&self, less: u32) -> u32 {
        self.ordered(|| self.value.fetch_sub(less, AcqRel))
    }

    /// `memory.atomic.wait32`: looks and falls asleep in one.
    fn sleep(&self, value: u32) {
        let mut terminated = self.terminated.lock().unwrap();
        if *terminated {
            drop(terminated);
            std::panic::resume_unwind(Box::new(Terminated));
        }
        if Self::FLAW != Flaw::Hasty && self.load() != value {
            return;
        }
        terminated = self.bell.wait(terminated).unwrap();
        let dead = *terminated;
        drop(terminated);
        if dead {
            std::panic::resume_unwind(Box::new(Terminated));
        }
    }

    /// `memory.atomic.notify`.
    fn wake_all(&self) {
        if Self::FLAW != Flaw::Deaf {
            let _held = self.terminated.lock().unwrap();
            self.bell.notify_all();
        }
    }
}

/// A word that the test keeps a hand on, to terminate its sleepers.
#[derive(Clone, Debug, Default)]
pub struct Held(Arc<Sound>);

impl Held {
    pub fn terminate(&self) {
        self.0.terminate();
    }
}

impl Word for Held {
    fn load(&self) -> u32 {
        self.0.load()
    }

    fn store(&self, value: u32) {
        self.0.store(value);
    }

    fn add(&self, more: u32) -> u32 {
        self.0.add(more)
    }

    fn sub(&self, less: u32) -> u32 {
        self.0.sub(less)
    }

    fn sleep(&self, value: u32) {
        self.0.sleep(value);
    }

    fn wake_all(&self) {
        self.0.wake_all();
    }
}
