//! The interleavings of two and three threads up to a number of preemptions (of closing, all): nobody
//! passes a barrier early, sees old numbers, or sleeps for ever.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use gradloom_exec::{Barrier, Gate, Word, set_spins};
use gradloom_threads::{Deaf, Hasty, Held, Sound, Terminated, Weak};
use loom::cell::UnsafeCell;
use std::sync::Arc;
use loom::thread;

/// Runs `model` in all interleavings with at most `preemptions` switches away from a thread that
/// could go on, and prints their number.
fn explore(name: &str, preemptions: Option<usize>, model: impl Fn() + Sync + Send + 'static) {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    // The number of looks before sleep is one for all.
    let _held = LOCK.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let runs = std::sync::Arc::new(AtomicUsize::new(0));
    let counted = runs.clone();
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = preemptions;
    builder.max_branches = 20_000;
    set_spins(1);
    builder.check(move || {
        counted.fetch_add(1, SeqCst);
        model();
    });
    println!("{name}: {} interleavings", runs.load(SeqCst));
}

/// Runs `body(i)` on threads 1.. and `body(0)` here; all have ended when it returns.
fn together(threads: usize, body: impl Fn(usize) + Clone + Send + Sync + 'static) {
    let others = 1..threads;
    let others = others.map(|i| {
        let body = body.clone();
        thread::spawn(move || body(i))
    });
    let others: Vec<_> = others.collect();
    body(0);
    others.into_iter().for_each(|thread| thread.join().unwrap());
}

/// Numbers of the arena: who reads and writes them at the same time is found out.
struct Cells(Vec<UnsafeCell<u32>>);

// SAFETY: loom checks each access.
unsafe impl Sync for Cells {}
// SAFETY: as above.
unsafe impl Send for Cells {}

impl Cells {
    fn new(n: usize) -> Cells {
        Cells((0..n).map(|_| UnsafeCell::new(0)).collect())
    }

    fn set(&self, at: usize, value: u32) {
        // SAFETY: loom checks that nobody else has it.
        self.0[at].with_mut(|cell| unsafe { *cell = value });
    }

    fn get(&self, at: usize) -> u32 {
        // SAFETY: loom checks that nobody writes it.
        self.0[at].with(|cell| unsafe { *cell })
    }
}

/// Each writes its own number, and after the barrier reads those of all; again and again.
fn barrier<W: Word + Default + Send + Sync + 'static>(threads: usize, rounds: u32) {
    let shared = Arc::new((Barrier::<W>::default(), Cells::new(threads)));
    together(threads, move |me| {
        let (barrier, cells) = &*shared;
        for round in 1..=rounds {
            cells.set(me, round);
            barrier.wait(threads);
            (0..threads).for_each(|other| assert_eq!(cells.get(other), round));
            barrier.wait(threads);
        }
    });
}

#[test]
fn two_threads_meet_again_and_again() {
    explore("barrier, 2 threads, 1 round", Some(5), || barrier::<Sound>(2, 1));
    explore("barrier, 2 threads, 2 rounds", Some(3), || barrier::<Sound>(2, 2));
}

#[test]
fn three_threads_meet_again() {
    explore("barrier, 3 threads", Some(2), || barrier::<Sound>(3, 1));
}

/// The leader posts jobs, helpers do them, all meet at the end of each; then the gate closes.
fn jobs<W: Word + Default + Send + Sync + 'static>(threads: usize, count: u32) {
    let shared = Arc::new((Gate::<W>::default(), Barrier::<W>::default(), Cells::new(1 + threads)));
    together(threads, move |me| {
        let (gate, barrier, cells) = &*shared;
        let work = |me: usize| {
            cells.set(1 + me, 10 * cells.get(0));
            barrier.wait(threads);
        };
        if me > 0 {
            let (mut seen, mut done) = (0, 0);
            while let Some(job) = gate.pass(seen) {
                seen = job;
                if Gate::<W>::admits(job, me as u32) {
                    work(me);
                    done += 1;
                }
            }
            assert_eq!(done, count, "each job is done once");
            return;
        }
        for job in 1..=count {
            cells.set(0, job);
            gate.open(threads as u32);
            work(0);
            (0..threads).for_each(|i| assert_eq!(cells.get(1 + i), 10 * job));
        }
        gate.close();
    });
}

#[test]
fn a_helper_does_each_job_once_and_returns_when_the_gate_closes() {
    explore("gate, 2 threads, 2 jobs", Some(3), || jobs::<Sound>(2, 2));
}

#[test]
fn two_helpers_do_a_job() {
    explore("gate, 3 threads, 1 job", Some(2), || jobs::<Sound>(3, 1));
}

#[test]
fn helpers_that_sleep_or_come_late_return_when_the_gate_closes() {
    explore("closing, 3 threads", None, || {
        let gate = Arc::new(Gate::<Sound>::default());
        together(3, move |me| match me {
            0 => gate.close(),
            _ => assert_eq!(gate.pass(0), None),
        });
    });
}

/// As the steps of a run: thread 0 looks at the flag after each, all hear its verdict.
#[test]
fn an_abort_ends_the_run_of_all_threads_after_the_same_step() {
    explore("abort, 2 threads and the page", Some(3), || {
        let words: [Sound; 2] = Default::default();
        let shared = Arc::new((Barrier::<Sound>::default(), words, Cells::new(2)));
        let page = shared.clone();
        let page = thread::spawn(move || page.1[0].store(1));
        let all = shared.clone();
        together(2, move |me| {
            let (barrier, [abort, verdict], cells) = &*all;
            for step in 1..=2 {
                barrier.wait(2);
                if me == 0 && abort.load() != 0 {
                    verdict.store(1);
                }
                barrier.wait(2);
                cells.set(me, step);
                if verdict.load() != 0 {
                    return;
                }
            }
        });
        page.join().unwrap();
        assert_eq!(shared.2.get(0), shared.2.get(1), "steps of the two threads");
    });
}

/// One of three never comes, as after `worker.terminate()`: the others wait until they are
/// terminated too, and do not pass.
#[test]
fn nobody_passes_a_barrier_that_a_dead_thread_does_not_reach() {
    explore("death, 3 threads", Some(3), || {
        let words: [Held; 3] = Default::default();
        let barrier = Arc::new(Barrier::of(words.clone()));
        let members = (0..2).map(|_| {
            let barrier = barrier.clone();
            thread::spawn(move || {
                let met = AssertUnwindSafe(|| barrier.wait(3));
                let end = catch_unwind(met).expect_err("passed without the dead thread");
                assert!(end.is::<Terminated>());
            })
        });
        let members: Vec<_> = members.collect();
        words.iter().for_each(|word| word.terminate());
        members.into_iter().for_each(|member| member.join().unwrap());
    });
}

// The models above would pass if they could not fail. So the same ones on words that are wrong:

#[test]
#[should_panic(expected = "deadlock")]
fn a_dropped_notify_is_found_at_the_barrier() {
    explore("", None, || barrier::<Deaf>(2, 1));
}

#[test]
#[should_panic(expected = "deadlock")]
fn a_dropped_notify_is_found_at_the_gate() {
    explore("", Some(3), || jobs::<Deaf>(2, 1));
}

#[test]
#[should_panic(expected = "deadlock")]
fn sleep_without_a_last_look_is_found() {
    explore("", None, || barrier::<Hasty>(2, 1));
}

/// Acquire and release are not enough: the last to come sees nobody asleep, and the sleeper the old
/// generation.
#[test]
#[should_panic(expected = "deadlock")]
fn a_weaker_ordering_is_found() {
    explore("", None, || barrier::<Weak>(2, 1));
}
