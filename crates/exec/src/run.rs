//! Walks the table of tasks: every thread runs its part of each task and meets the others at
//! barriers.

use gradloom_kernels::{Io, Part, Raw};

use crate::barrier::Barrier;
use crate::bind::{Bases, Loc};
use crate::pass::Pass;
use crate::plan::Plan;
use crate::tasks::{Call, Task, Work};

/// The most inputs of an op that the executor passes without allocating.
const MAX_INPUTS: usize = 32;

/// Runs one step of `plan` as thread `thread` of `threads`. Returns when this thread's last task is
/// done; the others may still run.
///
/// # Safety
/// `bases` points to buffers as long as the plan says; every thread of the barrier calls this with
/// the same plan and bases; nobody else touches the buffers. `scratch` has `plan.scratch` floats.
pub unsafe fn run_step(
    plan: &Plan,
    bases: &Bases,
    (thread, threads): (usize, usize),
    barrier: &Barrier,
    scratch: &mut [f32],
) {
    for task in &plan.tasks {
        if task.barrier {
            barrier.wait(threads);
        }
        let parts = task.parts.min(threads);
        if thread < parts {
            // SAFETY: by contract; `mark_barriers` keeps conflicting tasks apart.
            unsafe { run_part(task, bases, Part::new(thread, parts), scratch) };
        }
    }
}

/// # Safety
/// As `run_step`.
unsafe fn run_part(task: &Task, bases: &Bases, part: Part, scratch: &mut [f32]) {
    // SAFETY: as the caller's.
    unsafe {
        match &task.work {
            Work::Call(call) => run_call(call, bases, part, scratch),
            Work::Pass(pass) => run_pass(pass, bases, part, scratch),
            Work::Copy { from, to } => {
                core::ptr::copy_nonoverlapping(bases.ptr(*from), bases.ptr(*to), from.len);
            }
        }
    }
}

/// # Safety
/// As `run_step`.
unsafe fn run_pass(pass: &Pass, bases: &Bases, part: Part, scratch: &mut [f32]) {
    let share = part.share(pass.len, 16);
    // SAFETY: shares of different parts are disjoint.
    unsafe {
        pass.prepare(bases, scratch);
        let window = core::ptr::null_mut();
        pass.run(bases, share.start(), share.len(), window, scratch);
    }
}

/// # Safety
/// As `run_step`.
unsafe fn run_call(call: &Call, bases: &Bases, part: Part, scratch: &mut [f32]) {
    let raw = |loc: &Loc| Raw {
        ptr: bases.ptr(*loc),
        len: loc.len,
    };
    let mut inputs = [Raw::EMPTY; MAX_INPUTS];
    assert!(
        call.inputs.len() <= MAX_INPUTS,
        "{} takes too many inputs",
        call.op.name()
    );
    for (raw_input, loc) in inputs.iter_mut().zip(&call.inputs) {
        *raw_input = raw(loc);
    }
    let inputs = &inputs[..call.inputs.len()];
    let (own, rest) = scratch.split_at_mut(call.scratch);
    let (window, rest) = rest.split_at_mut(call.window);
    let window = Raw {
        ptr: window.as_mut_ptr(),
        len: window.len(),
    };
    let mut epilogue;
    let finished: Option<&mut dyn FnMut(usize, usize)> = match &call.epilogue {
        Some(pass) => {
            // SAFETY: the bases are those of the program.
            unsafe { pass.prepare(bases, rest) };
            // SAFETY: the op announces each of its elements once, after it is final.
            epilogue = |start: usize, len: usize| unsafe {
                let first = window.ptr.wrapping_sub(start);
                pass.run(bases, start, len, first, rest);
            };
            Some(&mut epilogue)
        }
        None => None,
    };
    // SAFETY: the plan gives the output a buffer apart from the inputs.
    let mut io = unsafe {
        match call.window {
            0 => Io::new(part, inputs, raw(&call.output), own, finished),
            _ => Io::new(part, inputs, window, own, finished).through_window(),
        }
    };
    call.op.run(&call.input_types, &call.output_type, &mut io);
}
