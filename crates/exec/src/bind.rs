//! Memory: aligned buffers, and the table that says where the buffers of a program are in this
//! step.

use core::fmt;
use std::alloc::{Layout as AllocLayout, alloc_zeroed, dealloc};
use std::sync::Arc;

/// The memory for a buffer could not be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutOfMemory {
    pub bytes: usize,
}

impl fmt::Display for OutOfMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} more bytes of memory are not to be had", self.bytes)
    }
}

impl std::error::Error for OutOfMemory {}

/// A zeroed block of floats on a cache line. Threads share it by pointer.
#[derive(Debug)]
pub struct Buffer {
    ptr: *mut f32,
    len: usize,
}

// SAFETY: a `Buffer` owns its memory; who may touch which element when is the plan's business.
unsafe impl Send for Buffer {}
// SAFETY: as above; shared access goes through raw pointers only.
unsafe impl Sync for Buffer {}

impl Buffer {
    fn layout(len: usize) -> Option<AllocLayout> {
        AllocLayout::from_size_align(len.max(1).checked_mul(4)?, 64).ok()
    }

    pub fn new(len: usize) -> Result<Buffer, OutOfMemory> {
        let out = OutOfMemory {
            bytes: len.saturating_mul(4),
        };
        let layout = Buffer::layout(len).ok_or(out)?;
        // SAFETY: the layout has a size of at least four bytes.
        let ptr = unsafe { alloc_zeroed(layout) }.cast::<f32>();
        if ptr.is_null() {
            Err(out)
        } else {
            Ok(Buffer { ptr, len })
        }
    }

    pub fn ptr(&self) -> *mut f32 {
        self.ptr
    }

    pub fn len(&self) -> usize {
        self.len
    }

    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Makes room for `len` floats; what was there is lost when it grows.
    pub fn reserve(&mut self, len: usize) -> Result<(), OutOfMemory> {
        if len > self.len {
            *self = Buffer::new(len)?;
        }
        Ok(())
    }

    pub fn as_slice(&self) -> &[f32] {
        // SAFETY: `ptr` is valid for `len` floats; callers read between runs, when nobody writes.
        unsafe { core::slice::from_raw_parts(self.ptr, self.len) }
    }

    pub fn as_mut_slice(&mut self) -> &mut [f32] {
        // SAFETY: as `as_slice`, and the borrow is exclusive.
        unsafe { core::slice::from_raw_parts_mut(self.ptr, self.len) }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let layout = Buffer::layout(self.len).expect("it was allocated with this layout");
        // SAFETY: allocated in `new` with the same layout.
        unsafe { dealloc(self.ptr.cast(), layout) }
    }
}

/// Literal numbers of a program: their bits, over and over until there are `len`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    pub bits: Arc<[u32]>,
    pub len: usize,
}

impl Literal {
    pub fn buffer(&self) -> Result<Buffer, OutOfMemory> {
        let mut buffer = Buffer::new(self.len)?;
        let numbers = self.bits.iter().cycle();
        for (x, &bits) in buffer.as_mut_slice().iter_mut().zip(numbers) {
            *x = f32::from_bits(bits);
        }
        Ok(buffer)
    }
}

/// What a pointer of the base table belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Base {
    Arena,
    Input(usize),
    Output(usize),
    State(usize),
    Const(usize),
    /// A window of the thread that runs the call: nothing of it lasts.
    Window,
}

/// A buffer of a program: a base and an offset in floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loc {
    pub base: Base,
    pub offset: usize,
    pub len: usize,
}

impl Loc {
    pub fn new(base: Base, len: usize) -> Loc {
        Loc {
            base,
            offset: 0,
            len,
        }
    }

    pub fn overlaps(&self, o: &Loc) -> bool {
        let apart = self.offset + self.len <= o.offset || o.offset + o.len <= self.offset;
        self.base == o.base && !apart
    }
}

/// How many bases of each kind a program has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Layout {
    pub inputs: usize,
    pub outputs: usize,
    pub states: usize,
    pub consts: usize,
}

/// The pointers of one program in one step: arena, inputs, outputs, states, constants.
#[derive(Clone, Debug)]
pub struct Bases {
    layout: Layout,
    ptrs: Vec<*mut f32>,
}

impl Bases {
    pub fn new(layout: Layout) -> Bases {
        let n = 1 + layout.inputs + layout.outputs + layout.states + layout.consts;
        Bases {
            layout,
            ptrs: vec![core::ptr::null_mut(); n],
        }
    }

    fn index(&self, base: Base) -> usize {
        let Layout {
            inputs,
            outputs,
            states,
            ..
        } = self.layout;
        match base {
            Base::Arena => 0,
            Base::Input(i) => 1 + i,
            Base::Output(i) => 1 + inputs + i,
            Base::State(i) => 1 + inputs + outputs + i,
            Base::Const(i) => 1 + inputs + outputs + states + i,
            Base::Window => unreachable!("a window is not a buffer of the program"),
        }
    }

    pub fn set(&mut self, base: Base, ptr: *mut f32) {
        let at = self.index(base);
        self.ptrs[at] = ptr;
    }

    pub fn ptr(&self, loc: Loc) -> *mut f32 {
        // The plan's offsets lie inside the buffers that its `layout` asks for.
        self.ptrs[self.index(loc.base)].wrapping_add(loc.offset)
    }
}
