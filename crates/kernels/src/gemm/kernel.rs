//! The register tile: 4 rows × 8 columns in eight accumulators, and the loop that moves it down a
//! panel of B. 6 × 8 and 4 × 12 tiles need more registers than V8 leaves (15 of 16), and unrolling
//! k by hand makes the compilers hoist loads until they spill: both were measured slower.

use core::mem::MaybeUninit;

use super::{MR, NR};
use crate::Native;
use crate::lanes::{F32Lanes, Lanes};

/// The sums of one register tile: rows × two vectors.
pub type Acc = [[Native; 2]; MR];

/// Four rows of A, of which element (row, k) can be reached.
pub trait Strip: Copy {
    /// # Safety
    /// The strip is readable for one step more than have been taken.
    unsafe fn splat(&self, row: usize) -> Native;
    fn step(&mut self);
}

/// The elements of a row lie one after the other.
#[derive(Clone, Copy)]
pub struct RowStrip(pub [*const f32; MR]);

/// The elements of a column lie one after the other, columns `.1` apart.
#[derive(Clone, Copy)]
pub struct ColumnStrip(pub *const f32, pub usize);

impl Strip for RowStrip {
    #[inline(always)]
    unsafe fn splat(&self, row: usize) -> Native {
        // SAFETY: by the contract.
        unsafe { Native::load_splat(self.0[row]) }
    }

    #[inline(always)]
    fn step(&mut self) {
        self.0 = self.0.map(|p| p.wrapping_add(1));
    }
}

impl Strip for ColumnStrip {
    #[inline(always)]
    unsafe fn splat(&self, row: usize) -> Native {
        // SAFETY: by the contract.
        unsafe { Native::load_splat(self.0.add(row)) }
    }

    #[inline(always)]
    fn step(&mut self) {
        self.0 = self.0.wrapping_add(self.1);
    }
}

/// `NR` columns of B: element (k, column) is `b[k * ld + column]`.
#[derive(Clone, Copy)]
pub struct Panel<'a> {
    b: &'a [f32],
    ld: usize,
    depth: usize,
}

impl<'a> Panel<'a> {
    pub fn new(b: &'a [f32], ld: usize, depth: usize) -> Panel<'a> {
        assert!(depth > 0 && (depth - 1) * ld + NR <= b.len());
        Panel { b, ld, depth }
    }

    pub fn depth(&self) -> usize {
        self.depth
    }

    /// `acc[r][c] = a[r][0] b[0][c] + a[r][1] b[1][c] + …`, in this order.
    ///
    /// # Safety
    /// The strip is readable for `depth` steps.
    #[inline(always)]
    pub unsafe fn times<S: Strip>(self, mut a: S) -> Acc {
        let mut b = self.b.as_ptr();
        // SAFETY: step k < depth reads NR elements from k * ld on: `new` asserted that they exist.
        let load = |b: *const f32| unsafe { [Native::load(b), Native::load(b.add(4))] };
        let first = load(b);
        let mut acc: Acc = core::array::from_fn(|r| {
            // SAFETY: no step has been taken.
            let x = unsafe { a.splat(r) };
            [x.mul(first[0]), x.mul(first[1])]
        });
        for _ in 1..self.depth {
            a.step();
            b = b.wrapping_add(self.ld);
            let b = load(b);
            for (r, acc) in acc.iter_mut().enumerate() {
                // SAFETY: fewer than depth steps have been taken.
                let x = unsafe { a.splat(r) };
                *acc = [x.mul_add(b[0], acc[0]), x.mul_add(b[1], acc[1])];
            }
        }
        acc
    }
}

/// Where sums go: rows × columns of the output, `stride` apart, written or added to.
#[derive(Clone, Copy)]
pub struct Target {
    pub c: *mut f32,
    pub stride: usize,
    pub rows: usize,
    pub cols: usize,
    pub add: bool,
}

/// A register tile in memory.
type Edge = [f32; MR * NR];

impl Target {
    /// Puts the sums of `tile(row, rows)` at each strip of up to `MR` rows from `row` on, as far as
    /// the target reaches. At the edges they go through a whole tile of memory.
    ///
    /// # Safety
    /// `rows × cols` elements of the output may be read and written.
    #[inline(always)]
    pub unsafe fn fill(self, tile: impl Fn(usize, usize) -> Acc) {
        let whole = if self.cols >= NR {
            self.rows / MR * MR
        } else {
            0
        };
        let mut c = self.c;
        for row in (0..whole).step_by(MR) {
            // SAFETY: as this function: a whole tile of the output.
            unsafe { put(tile(row, MR), c, self.stride, self.add) };
            c = c.wrapping_add(MR * self.stride);
        }
        for row in (whole..self.rows).step_by(MR) {
            let rows = (self.rows - row).min(MR);
            // SAFETY: as this function.
            unsafe { self.fill_edge(row, tile(row, rows)) };
        }
    }

    /// # Safety
    /// As `fill`, `row < rows`.
    #[inline(never)]
    unsafe fn fill_edge(&self, row: usize, acc: Acc) {
        let mut edge = MaybeUninit::<Edge>::uninit();
        // SAFETY: as this function; the edge is written before it is read, and `put` writes all
        // of it.
        unsafe {
            if self.add {
                self.read_edge(row, &mut edge);
            }
            put(acc, edge.as_mut_ptr().cast(), NR, self.add);
            self.write_edge(row, edge.assume_init_ref());
        }
    }

    /// The part of a tile that exists, and zeros.
    ///
    /// # Safety
    /// As `fill`, `row < rows`.
    #[inline(never)]
    unsafe fn read_edge(&self, row: usize, edge: &mut MaybeUninit<Edge>) {
        edge.write(core::array::from_fn(|i| {
            let (r, j) = (row + i / NR, i % NR);
            let inside = r < self.rows && j < self.cols;
            // SAFETY: row r and column j exist.
            if inside {
                unsafe { *self.c.add(r * self.stride + j) }
            } else {
                0.0
            }
        }));
    }

    /// # Safety
    /// As `fill`, `row < rows`.
    #[inline(never)]
    unsafe fn write_edge(&self, row: usize, edge: &Edge) {
        for (r, edge) in edge.chunks_exact(NR).enumerate().take(self.rows - row) {
            let c = self.c.wrapping_add((row + r) * self.stride);
            // SAFETY: `cols` elements of row `row + r < rows`.
            let c = unsafe { core::slice::from_raw_parts_mut(c, self.cols) };
            Native::from_slice(edge).write_rest(&mut c[..self.cols.min(4)]);
            if self.cols > 4 {
                Native::from_slice(&edge[4..]).write_rest(&mut c[4..]);
            }
        }
    }
}

/// # Safety
/// `NR` elements of each of `MR` rows from `p` on may be read and written.
#[inline(always)]
unsafe fn put(acc: Acc, mut p: *mut f32, stride: usize, add: bool) {
    for sums in acc {
        // SAFETY: by the contract.
        unsafe {
            if add {
                Native::load(p).add(sums[0]).store(p);
                Native::load(p.add(4)).add(sums[1]).store(p.add(4));
            } else {
                sums[0].store(p);
                sums[1].store(p.add(4));
            }
        }
        p = p.wrapping_add(stride);
    }
}
