//! Runs a plan on native threads, each walking the whole table, with buffers of exactly the sizes
//! that the plan asks for: an address sanitizer sees what goes beyond, a thread sanitizer what races.

use gradloom_exec::{Barrier, Base, Bases, Buffer, Plan, Values, run_step};

fn buffer(bits: &[u32]) -> Buffer {
    let mut buffer = Buffer::new(bits.len()).expect("memory for a test");
    let floats = buffer.as_mut_slice().iter_mut();
    floats.zip(bits).for_each(|(x, &w)| *x = f32::from_bits(w));
    buffer
}

fn bits(buffer: &Buffer) -> Vec<u32> {
    buffer.as_slice().iter().map(|x| x.to_bits()).collect()
}

struct Shared<'a>(&'a Bases);
// SAFETY: the threads only read the table; its pointers outlive the scope.
unsafe impl Sync for Shared<'_> {}

fn point(bases: &mut Bases, buffers: &[Buffer], base: fn(usize) -> Base) {
    for (i, buffer) in buffers.iter().enumerate() {
        bases.set(base(i), buffer.ptr());
    }
}

/// One step: reads inputs and states of `values`, and leaves outputs and states there.
pub fn run_threads(plan: &Plan, threads: usize, values: &mut Values) {
    let of = |slots: usize, make: &dyn Fn(usize) -> Buffer| -> Vec<Buffer> {
        (0..slots).map(make).collect()
    };
    let inputs = of(plan.inputs.len(), &|i| {
        buffer(&values.inputs[&plan.inputs[i].name])
    });
    let states = of(plan.states.len(), &|i| {
        buffer(&values.states[&plan.states[i].key])
    });
    let empty = |i: usize| Buffer::new(plan.outputs[i].ty.shape.size()).expect("memory for a test");
    let outputs = of(plan.outputs.len(), &empty);
    let consts = of(plan.consts.len(), &|i| {
        plan.consts[i].buffer().expect("memory for a test")
    });
    let arena = Buffer::new(plan.arena).expect("memory for a test");
    let mut bases = Bases::new(plan.layout());
    bases.set(Base::Arena, arena.ptr());
    point(&mut bases, &inputs, Base::Input);
    point(&mut bases, &outputs, Base::Output);
    point(&mut bases, &states, Base::State);
    point(&mut bases, &consts, Base::Const);
    walk(plan, threads, &bases);
    let named = plan.outputs.iter().zip(&outputs);
    values.outputs = named
        .map(|(slot, b)| (slot.name.clone(), bits(b)))
        .collect();
    let keyed = plan.states.iter().zip(&states);
    values
        .states
        .extend(keyed.map(|(slot, b)| (slot.key, bits(b))));
}

fn walk(plan: &Plan, threads: usize, bases: &Bases) {
    let (barrier, bases) = (Barrier::new(), Shared(bases));
    let thread = |index: usize| {
        let bases = &bases;
        let mut scratch = vec![f32::NAN; plan.scratch];
        // SAFETY: buffers have the plan's sizes; all threads run the same plan.
        unsafe { run_step(plan, bases.0, (index, threads), &barrier, &mut scratch) };
    };
    std::thread::scope(|scope| {
        let thread = &thread;
        (1..threads).for_each(|index| _ = scope.spawn(move || thread(index)));
        thread(0);
    });
}
