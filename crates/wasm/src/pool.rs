//! The threads of this module: helpers park in `helperMain` until the leader posts a job, and all
//! walk the same plans. One job at a time; everything they share is in static memory or outlives
//! the job.

use std::sync::atomic::{AtomicPtr, AtomicU32, Ordering::SeqCst};

use gradloom_exec::{Barrier, Buffer, Gate, run_step, set_spins};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::state::{Loaded, States};

static GATE: Gate = Gate::new();
static JOB: AtomicPtr<Job<'static>> = AtomicPtr::new(core::ptr::null_mut());
static BARRIER: Barrier = Barrier::new();
/// Raised and lowered by the caller: 1 ends a run after its current step.
static ABORT: AtomicU32 = AtomicU32::new(0);
static THREADS: AtomicU32 = AtomicU32::new(1);

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    Done = 0,
    Aborted = 1,
    NotFinite = 2,
}

/// Steps `first..first + steps` of a list of programs.
pub struct Job<'a> {
    pub programs: Vec<&'a Loaded>,
    pub states: &'a States,
    pub arena: &'a Buffer,
    /// One buffer for each thread.
    pub scratch: &'a [Buffer],
    pub first: usize,
    pub steps: usize,
    pub threads: usize,
    pub guard: bool,
    /// 0 while running, else 1 + `Stop`.
    pub verdict: AtomicU32,
    pub done: AtomicU32,
}

impl Job<'_> {
    /// Runs the job on `self.threads` threads, this one included, and waits for all.
    pub fn run(&self) -> (usize, Stop) {
        if self.threads > 1 {
            JOB.store(core::ptr::from_ref(self).cast_mut().cast(), SeqCst);
            GATE.open(self.threads as u32);
        }
        self.work(0);
        let stop = match self.verdict.load(SeqCst) {
            2 => Stop::Aborted,
            3 => Stop::NotFinite,
            _ => Stop::Done,
        };
        (self.done.load(SeqCst) as usize, stop)
    }

    fn work(&self, thread: usize) {
        let mut bases: Vec<_> = self
            .programs
            .iter()
            .map(|p| p.bases(self.states, self.arena))
            .collect();
        let buffer = &self.scratch[thread];
        // SAFETY: each thread of the job has a scratch buffer of its own.
        let scratch = unsafe { core::slice::from_raw_parts_mut(buffer.ptr(), buffer.len()) };
        for step in self.first..self.first + self.steps {
            for (program, bases) in self.programs.iter().zip(&mut bases) {
                program.at_step(bases, step);
                // SAFETY: `Session::run` checked feeds, states and records; all threads of the job
                // run the same programs and meet after each.
                unsafe {
                    run_step(
                        &program.plan,
                        bases,
                        (thread, self.threads),
                        &BARRIER,
                        scratch,
                    );
                }
                BARRIER.wait(self.threads);
            }
            if thread == 0 {
                self.judge(step);
            }
            BARRIER.wait(self.threads);
            if self.verdict.load(SeqCst) != 0 {
                return;
            }
        }
    }

    /// After a step: whether to go on.
    fn judge(&self, step: usize) {
        let done = self.done.fetch_add(1, SeqCst) as usize + 1;
        if self.guard && !self.finite(step) {
            self.verdict.store(1 + Stop::NotFinite as u32, SeqCst);
        } else if ABORT.load(SeqCst) != 0 && done < self.steps {
            self.verdict.store(1 + Stop::Aborted as u32, SeqCst);
        }
    }

    /// Whether every output named `loss` of this step is finite.
    fn finite(&self, step: usize) -> bool {
        self.programs.iter().all(|program| {
            let slot = program.plan.outputs.iter().position(|s| s.name == "loss");
            slot.is_none_or(|slot| {
                let n = program.output_size(slot);
                let record = program.records[slot].as_slice();
                record[step * n..(step + 1) * n]
                    .iter()
                    .all(|x| x.is_finite())
            })
        })
    }
}

/// Threads that a session may use, this one included.
pub fn threads() -> usize {
    THREADS.load(SeqCst) as usize
}

/// Looks at a word before sleeping, some hundred microseconds, when every thread has a core.
const PATIENT: u32 = 400_000;
/// The same when threads outnumber cores.
const POLITE: u32 = 2_000;

/// Prepares for `threads` threads, the caller included; helpers `1..threads` may then start.
#[wasm_bindgen(js_name = startPool)]
pub fn start_pool(threads: u32, cores: u32) {
    set_spins(if threads <= cores { PATIENT } else { POLITE });
    GATE.reopen();
    THREADS.store(threads.clamp(1, 255), SeqCst);
}

/// Runs helper thread `index` until `stopPool`.
#[wasm_bindgen(js_name = helperMain)]
pub fn helper_main(index: u32) {
    let mut seen = 0;
    while let Some(job) = GATE.pass(seen) {
        seen = job;
        if Gate::<AtomicU32>::admits(job, index) {
            // SAFETY: the leader posted the job before it opened the gate and waits for this
            // thread at the last barrier of the job.
            unsafe { &*JOB.load(SeqCst) }.work(index as usize);
        }
    }
}

/// Lets all helpers return.
#[wasm_bindgen(js_name = stopPool)]
pub fn stop_pool() {
    THREADS.store(1, SeqCst);
    GATE.close();
}

/// Byte offset of the abort flag; while it holds 1, a run ends after its current step.
#[wasm_bindgen(js_name = abortFlag)]
pub fn abort_flag() -> u32 {
    ABORT.as_ptr() as usize as u32
}
