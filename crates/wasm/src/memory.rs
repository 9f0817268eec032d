//! The allocator: the standard one, which remembers what it refused. A trap for want of memory can
//! so be told from a bug, because code that cannot go on without memory traps without a word.

use core::sync::atomic::{AtomicU32, Ordering};
use std::alloc::{GlobalAlloc, Layout, System};

use wasm_bindgen::prelude::wasm_bindgen;

/// Size of the last allocation that was refused; 0 if whoever asked for it went on without it.
static REFUSED: AtomicU32 = AtomicU32::new(0);

struct Remembering;

fn remember(ptr: *mut u8, size: usize) -> *mut u8 {
    if ptr.is_null() {
        REFUSED.store(size.clamp(1, u32::MAX as usize) as u32, Ordering::Relaxed);
    }
    ptr
}

// SAFETY: every call is passed on unchanged to the standard allocator, which keeps the contract.
unsafe impl GlobalAlloc for Remembering {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's duties are those of `alloc`.
        remember(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's duties are those of `alloc_zeroed`.
        remember(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, ptr: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller's duties are those of `realloc`.
        remember(unsafe { System.realloc(ptr, layout, size) }, size)
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        // SAFETY: the caller's duties are those of `dealloc`.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Remembering = Remembering;

/// Takes note that a refusal was dealt with.
pub fn forgive() {
    REFUSED.store(0, Ordering::Relaxed);
}

/// Asked after a trap: the bytes for want of which it happened; 0 if there was another reason.
#[wasm_bindgen(js_name = refusedBytes)]
pub fn refused_bytes() -> u32 {
    REFUSED.load(Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gradloom_exec::Buffer;

    #[test]
    fn a_refusal_is_remembered_until_it_is_dealt_with() {
        assert_eq!(refused_bytes(), 0);
        assert!(Buffer::new(usize::MAX / 16).is_err());
        assert_eq!(refused_bytes(), u32::MAX);
        forgive();
        assert_eq!(refused_bytes(), 0);
    }
}
