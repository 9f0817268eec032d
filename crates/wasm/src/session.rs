//! `Session`: states, programs, one arena, and running steps. Everything a program touches is
//! checked before the first thread starts.

use std::collections::HashMap;
use std::sync::atomic::AtomicU32;

use gradloom_exec::{Buffer, plan};
use gradloom_graph::wire;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{JsResult, error, graph_error, memory_error};
use crate::graph::type_of;
use crate::pool::{Job, Stop, threads};
use crate::state::{Loaded, State, States};

#[wasm_bindgen]
pub struct Session {
    states: States,
    programs: HashMap<u32, Loaded>,
    last_program: u32,
    arena: Buffer,
    scratch: Vec<Buffer>,
    stop: Stop,
}

fn no_program(id: u32) -> JsValue {
    error(
        "argument",
        &format!("there is no program {id} in this session"),
    )
}

#[wasm_bindgen]
impl Session {
    #[wasm_bindgen(constructor)]
    pub fn new() -> JsResult<Session> {
        Ok(Session {
            states: States::new(),
            programs: HashMap::new(),
            last_program: 0,
            arena: Buffer::new(0).map_err(|e| memory_error("session", e))?,
            scratch: Vec::new(),
            stop: Stop::Done,
        })
    }

    /// Allocates state `key`, zero-filled; a known state of the same type is kept.
    pub fn define(&mut self, key: u32, dtype: u8, shape: &[u32]) -> JsResult<()> {
        let ty = type_of("state", dtype, shape)?;
        if self.states.get(&key).is_some_and(|s| s.ty == ty) {
            return Ok(());
        }
        let buffer = Buffer::new(ty.shape.size())
            .map_err(|e| memory_error(&format!("a variable of type {ty}"), e))?;
        self.states.insert(key, State { ty, buffer });
        Ok(())
    }

    #[wasm_bindgen(js_name = drop)]
    pub fn drop_state(&mut self, key: u32) {
        self.states.remove(&key);
    }

    fn state(&self, key: u32) -> JsResult<&State> {
        let missing = || {
            error(
                "argument",
                &format!("there is no variable {key} in this session"),
            )
        };
        self.states.get(&key).ok_or_else(missing)
    }

    pub fn pointer(&self, key: u32) -> JsResult<u32> {
        Ok(self.state(key)?.buffer.ptr() as usize as u32)
    }

    /// Elements of state `key`.
    pub fn size(&self, key: u32) -> JsResult<u32> {
        Ok(self.state(key)?.ty.shape.size() as u32)
    }

    /// Verifies and plans a program for `threads` threads; returns its id.
    pub fn load(&mut self, bytes: &[u8], threads: u32) -> JsResult<u32> {
        let graph = wire::decode(bytes, &gradloom_ops::REGISTRY).map_err(graph_error)?;
        let plan = plan(&graph, threads.max(1) as usize);
        for slot in &plan.states {
            let state = self.state(slot.key)?;
            if state.ty != slot.ty {
                let (key, has, wants) = (slot.key, &state.ty, &slot.ty);
                let message = format!("variable {key} is {has}, but the program takes {wants}");
                return Err(error("shape", &message));
            }
        }
        let what = format!(
            "the plan of a program ({} bytes of intermediate values)",
            plan.arena as u64 * 4
        );
        let out = |e| memory_error(&what, e);
        self.arena.reserve(plan.arena).map_err(out)?;
        self.reserve_scratch(plan.threads, plan.scratch)
            .map_err(out)?;
        let loaded = Loaded::new(plan).map_err(out)?;
        self.last_program += 1;
        self.programs.insert(self.last_program, loaded);
        Ok(self.last_program)
    }

    fn reserve_scratch(
        &mut self,
        threads: usize,
        len: usize,
    ) -> Result<(), gradloom_exec::OutOfMemory> {
        let most = self
            .scratch
            .iter()
            .map(Buffer::len)
            .max()
            .unwrap_or(0)
            .max(len);
        while self.scratch.len() < threads {
            self.scratch.push(Buffer::new(most)?);
        }
        self.scratch.iter_mut().try_for_each(|s| s.reserve(most))
    }

    pub fn unload(&mut self, program: u32) {
        self.programs.remove(&program);
    }

    fn program(&self, id: u32) -> JsResult<&Loaded> {
        self.programs.get(&id).ok_or_else(|| no_program(id))
    }

    /// The plan as a printed table.
    pub fn plan(&self, program: u32) -> JsResult<String> {
        Ok(self.program(program)?.plan.to_string())
    }

    #[wasm_bindgen(js_name = arenaBytes)]
    pub fn arena_bytes(&self, program: u32) -> JsResult<f64> {
        Ok(self.program(program)?.plan.arena as f64 * 4.0)
    }

    pub fn inputs(&self, program: u32) -> JsResult<Vec<String>> {
        Ok(self
            .program(program)?
            .plan
            .inputs
            .iter()
            .map(|s| s.name.clone())
            .collect())
    }

    pub fn outputs(&self, program: u32) -> JsResult<Vec<String>> {
        Ok(self
            .program(program)?
            .plan
            .outputs
            .iter()
            .map(|s| s.name.clone())
            .collect())
    }

    #[wasm_bindgen(js_name = inputSize)]
    pub fn input_size(&self, program: u32, slot: u32) -> JsResult<u32> {
        Ok(self.program(program)?.input_size(slot as usize) as u32)
    }

    #[wasm_bindgen(js_name = outputSize)]
    pub fn output_size(&self, program: u32, slot: u32) -> JsResult<u32> {
        Ok(self.program(program)?.output_size(slot as usize) as u32)
    }

    /// Room for `steps` steps of input `slot`; returns where to write.
    pub fn feed(&mut self, program: u32, slot: u32, steps: u32) -> JsResult<u32> {
        let loaded = self
            .programs
            .get_mut(&program)
            .ok_or_else(|| no_program(program))?;
        let size = loaded
            .input_size(slot as usize)
            .saturating_mul(steps as usize);
        let feed = &mut loaded.feeds[slot as usize];
        feed.buffer
            .reserve(size)
            .map_err(|e| memory_error("the data of a run", e))?;
        feed.steps = steps as usize;
        Ok(feed.buffer.ptr() as usize as u32)
    }

    /// Where the records of output `slot` start.
    pub fn fetched(&self, program: u32, slot: u32) -> JsResult<u32> {
        Ok(self.program(program)?.records[slot as usize].ptr() as usize as u32)
    }

    /// Runs `programs` one after the other, for steps `first..first + steps`; returns the steps
    /// done.
    pub fn run(&mut self, programs: &[u32], first: u32, steps: u32, guard: bool) -> JsResult<u32> {
        let (first, steps) = (first as usize, steps as usize);
        for id in programs {
            let loaded = self.programs.get_mut(id).ok_or_else(|| no_program(*id))?;
            loaded
                .reserve_records(first + steps)
                .map_err(|e| memory_error("records", e))?;
            check_feeds(loaded, first + steps)?;
        }
        let programs: Vec<&Loaded> = programs.iter().map(|id| &self.programs[id]).collect();
        for slot in programs.iter().flat_map(|p| &p.plan.states) {
            self.state(slot.key)?;
        }
        let useful = programs.iter().map(|p| p.plan.threads).max().unwrap_or(1);
        let job = Job {
            programs,
            states: &self.states,
            arena: &self.arena,
            scratch: &self.scratch,
            first,
            steps,
            threads: useful.min(threads()),
            guard,
            verdict: AtomicU32::new(0),
            done: AtomicU32::new(0),
        };
        let (done, stop) = job.run();
        self.stop = stop;
        Ok(done as u32)
    }

    /// Why the last run ended: 0 done, 1 aborted, 2 not finite.
    #[wasm_bindgen(js_name = stopReason)]
    pub fn stop_reason(&self) -> u32 {
        self.stop as u32
    }

    /// Bytes that the session holds.
    pub fn bytes(&self) -> f64 {
        let states = self.states.values().map(|s| s.buffer.len() * 4);
        let programs = self.programs.values().map(Loaded::bytes);
        let scratch = self.scratch.iter().map(|s| s.len() * 4);
        (states.chain(programs).chain(scratch).sum::<usize>() + self.arena.len() * 4) as f64
    }
}

fn check_feeds(loaded: &Loaded, end: usize) -> JsResult<()> {
    for (slot, feed) in loaded.plan.inputs.iter().zip(&loaded.feeds) {
        if feed.steps != 1 && feed.steps < end {
            let (name, has) = (&slot.name, feed.steps);
            let message = format!("input '{name}' was fed for {has} steps, but {end} are to run");
            return Err(error("argument", &message));
        }
    }
    Ok(())
}
