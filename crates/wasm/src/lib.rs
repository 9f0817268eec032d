//! The boundary to JavaScript: describe graphs, keep sessions, run steps, join the pool. No tensor
//! math and no planning happens here.

mod error;
mod graph;
mod memory;
mod pool;
mod session;
mod state;

use wasm_bindgen::prelude::wasm_bindgen;

/// Seeded permutation of `0..n` for the shuffle of an epoch.
#[wasm_bindgen]
pub fn permutation(n: u32, seed_lo: u32, seed_hi: u32, epoch: u32) -> Vec<i32> {
    let order = gradloom_kernels::random::permutation(n, [seed_lo, seed_hi], epoch);
    order.into_iter().map(|i| i as i32).collect()
}

/// x to the power y: the module's own code, so the same bits in every engine. Likewise below.
#[wasm_bindgen]
pub fn pow(x: f64, y: f64) -> f64 {
    x.powf(y)
}

#[wasm_bindgen]
pub fn exp(x: f64) -> f64 {
    x.exp()
}

#[wasm_bindgen]
pub fn log(x: f64) -> f64 {
    x.ln()
}

#[wasm_bindgen]
pub fn cos(x: f64) -> f64 {
    x.cos()
}

/// Names of all ops.
#[wasm_bindgen(js_name = opNames)]
pub fn op_names() -> Vec<String> {
    gradloom_ops::REGISTRY.names().map(String::from).collect()
}

#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

/// Bytes of the module's memory.
#[wasm_bindgen(js_name = memoryBytes)]
pub fn memory_bytes() -> f64 {
    #[cfg(target_arch = "wasm32")]
    let pages = core::arch::wasm32::memory_size(0);
    #[cfg(not(target_arch = "wasm32"))]
    let pages = 0usize;
    pages as f64 * 65536.0
}
