//! Numbers in, numbers out: lanes, math functions, loops, products, random numbers. Knows no graph.
//! A kernel works on slices; what a slice means is the business of the op that calls it.

pub mod attention;
pub mod chunk;
pub mod conv;
pub mod fused;
pub mod gemm;
pub mod index;
pub mod io;
pub mod lanes;
pub mod linalg;
pub mod math;
pub mod normalize;
pub mod pool;
pub mod portable;
pub mod random;
pub mod recurrent;
pub mod reduce;
#[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
mod relaxed;
pub mod rows;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub mod simd128;
pub mod sort;
pub mod window;

pub use chunk::{Chunk, Formula};
pub use conv::Conv;
pub use fused::Fused;
pub use gemm::Gemm;
pub use io::{Io, Part, Raw, Share, Tile};
pub use lanes::{F32Lanes, Lanes};
pub use portable::{D1, P4};

/// The lanes that this build computes with.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub type Native = simd128::W4;
/// The lanes that this build computes with.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub type Native = P4;
