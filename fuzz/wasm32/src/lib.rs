//! `check` for a caller in JavaScript: bytes are written to `room`, a panic is told and traps.

use std::sync::Mutex;

use gradloom_fuzz::{Tape, check, program};

static BYTES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[link(wasm_import_module = "fuzz")]
unsafe extern "C" {
    fn tell(text: *const u8, length: usize);
}

/// Where the next `length` bytes are to be written.
#[unsafe(no_mangle)]
pub extern "C" fn room(length: usize) -> *mut u8 {
    std::panic::set_hook(Box::new(|info| {
        let text = info.to_string();
        // SAFETY: the caller copies the text before it returns.
        unsafe { tell(text.as_ptr(), text.len()) };
    }));
    let mut bytes = BYTES.lock().expect("one thread");
    bytes.resize(length, 0);
    bytes.as_mut_ptr()
}

/// 0 refused, 1 planned, 2 ran. The bytes are a graph, or a tape that describes one.
#[unsafe(no_mangle)]
pub extern "C" fn check_room(is_tape: bool) -> u32 {
    let bytes = BYTES.lock().expect("one thread").clone();
    let graph = if is_tape { program(&mut Tape(&bytes)) } else { bytes };
    check(&graph) as u32
}
