//! The convolution and its two gradients against the definition in f64, over a table of windows;
//! the central differences check each against the other two.

use super::*;
use crate::harness::{Numbers, case, refuses, shape};

/// Sizes and windows of one call.
#[derive(Clone, Debug)]
struct Call {
    batch: usize,
    spatial: Vec<usize>,
    /// Channels of x and y.
    channels: (usize, usize),
    taps: Vec<usize>,
    windows: Windows,
}

/// Stride 1, no dilation, no padding, one group.
fn call(spatial: &[usize], taps: &[usize], channels: (usize, usize)) -> Call {
    let ones = vec![1; taps.len()];
    let zeros = vec![0; taps.len()];
    Call {
        batch: 2,
        spatial: spatial.to_vec(),
        channels,
        taps: taps.to_vec(),
        windows: Windows {
            strides: ones[..].into(),
            dilations: ones[..].into(),
            low: zeros[..].into(),
            high: zeros[..].into(),
            groups: 1,
        },
    }
}

impl Call {
    fn batch(self, batch: usize) -> Call {
        Call { batch, ..self }
    }

    fn strides(mut self, strides: &[usize]) -> Call {
        self.windows.strides = strides.into();
        self
    }

    fn dilations(mut self, dilations: &[usize]) -> Call {
        self.windows.dilations = dilations.into();
        self
    }

    fn padding(mut self, low: &[usize], high: &[usize]) -> Call {
        (self.windows.low, self.windows.high) = (low.into(), high.into());
        self
    }

    fn groups(mut self, groups: usize) -> Call {
        self.windows.groups = groups;
        self
    }

    fn kernel(&self) -> Kernel {
        let [x, w, _] = self.shapes().map(|dims| Type::f32(shape(&dims)));
        conv(&self.windows).kernel(&[x, w]).expect("it fits").0
    }

    fn output(&self) -> Vec<usize> {
        let w = &self.windows;
        let size = |i: usize| {
            let extent = (self.taps[i] - 1) * w.dilations[i] + 1;
            (self.spatial[i] + w.low[i] + w.high[i] - extent) / w.strides[i] + 1
        };
        (0..self.taps.len()).map(size).collect()
    }

    fn shapes(&self) -> [Vec<usize>; 3] {
        let (c, n) = self.channels;
        let tensor = |spatial: &[usize], c: usize| [&[self.batch], spatial, &[c]].concat();
        let w = [&self.taps[..], &[c / self.windows.groups, n]].concat();
        [tensor(&self.spatial, c), w, tensor(&self.output(), n)]
    }

    /// `f(x, w, y)` with the flat indices of each product of the definition.
    fn products(&self, mut f: impl FnMut(usize, usize, usize)) {
        let (w, (c, n), output) = (&self.windows, self.channels, self.output());
        let (inputs, outputs) = (c / w.groups, n / w.groups);
        for (o, t) in
            coordinates(&output).flat_map(|o| coordinates(&self.taps).map(move |t| (o.clone(), t)))
        {
            let at = |i: usize| (o[i] * w.strides[i] + t[i] * w.dilations[i]).checked_sub(w.low[i]);
            let i: Option<Vec<usize>> = (0..t.len()).map(at).collect();
            let Some(i) = i.filter(|i| i.iter().zip(&self.spatial).all(|(i, n)| i < n)) else {
                continue;
            };
            let (i, o, t) = (
                flat(&i, &self.spatial),
                flat(&o, &output),
                flat(&t, &self.taps),
            );
            for image in 0..self.batch {
                let x = (image * self.spatial.iter().product::<usize>() + i) * c;
                let y = (image * output.iter().product::<usize>() + o) * n;
                for j in 0..n {
                    let group = j / outputs;
                    (0..inputs).for_each(|k| {
                        f(x + group * inputs + k, (t * inputs + k) * n + j, y + j);
                    });
                }
            }
        }
    }

    /// Which of x, w and y is computed from the other two, in this order.
    fn reference(&self, made: usize) -> impl Fn(&[Vec<f64>]) -> Vec<f64> + 'static {
        let call = self.clone();
        move |given| {
            let size: usize = call.shapes()[made].iter().product();
            let mut out = vec![0.0; size];
            call.products(|x, w, y| match made {
                0 => out[x] += given[0][y] * given[1][w],
                1 => out[w] += given[0][x] * given[1][y],
                _ => out[y] += given[0][x] * given[1][w],
            });
            out
        }
    }

    fn check(&self) {
        let mut random = Numbers::new(1);
        let [x, w, y] = self.shapes().map(|dims| random.tensor(&dims));
        let tolerance = (1e-6, 2e-5);
        case(
            conv(&self.windows),
            &[x.clone(), w.clone()],
            self.reference(2),
        )
        .within(tolerance.0, tolerance.1)
        .twice()
        .check();
        case(
            transpose(&self.windows, &x.ty.shape),
            &[y.clone(), w.clone()],
            self.reference(0),
        )
        .within(tolerance.0, tolerance.1)
        .check();
        case(
            kernel_grad(&self.windows, &w.ty.shape),
            &[x, y],
            self.reference(1),
        )
        .within(tolerance.0, tolerance.1)
        .check();
    }

    /// Values only: for large calls.
    fn check_values(&self) {
        let mut random = Numbers::new(2);
        let [x, w, y] = self.shapes().map(|dims| random.tensor(&dims));
        case(
            conv(&self.windows),
            &[x.clone(), w.clone()],
            self.reference(2),
        )
        .within(1e-5, 1e-4)
        .check_values();
        let op = transpose(&self.windows, &x.ty.shape);
        case(op, &[y.clone(), w.clone()], self.reference(0))
            .within(1e-5, 1e-4)
            .check_values();
        let op = kernel_grad(&self.windows, &w.ty.shape);
        case(op, &[x, y], self.reference(1))
            .within(1e-5, 2e-4)
            .check_values();
    }
}

fn coordinates(sizes: &[usize]) -> impl Iterator<Item = Vec<usize>> + use<> {
    let sizes = sizes.to_vec();
    (0..sizes.iter().product()).map(move |mut i: usize| {
        let mut at = vec![0; sizes.len()];
        for (at, size) in at.iter_mut().zip(&sizes).rev() {
            (*at, i) = (i % size, i / size);
        }
        at
    })
}

fn flat(at: &[usize], sizes: &[usize]) -> usize {
    at.iter()
        .zip(sizes)
        .fold(0, |flat, (at, size)| flat * size + at)
}

#[test]
fn one_axis() {
    call(&[7], &[3], (2, 3)).check();
    call(&[7], &[3], (4, 8)).padding(&[2], &[0]).check();
    call(&[8], &[2], (3, 2)).strides(&[2]).check();
    call(&[9], &[3], (1, 5))
        .strides(&[3])
        .padding(&[1], &[1])
        .check();
    call(&[9], &[3], (4, 4)).dilations(&[3]).check();
    call(&[5], &[5], (1, 1)).check();
    call(&[1], &[1], (1, 1)).batch(1).check();
    call(&[6], &[1], (3, 2)).strides(&[4]).check();
    call(&[3], &[2], (2, 2)).batch(0).check();
}

#[test]
fn two_axes() {
    call(&[5, 6], &[3, 3], (2, 3)).check();
    call(&[5, 5], &[3, 3], (4, 8))
        .padding(&[1, 1], &[1, 1])
        .check();
    call(&[6, 5], &[3, 2], (3, 4))
        .strides(&[2, 2])
        .padding(&[0, 1], &[1, 0])
        .check();
    call(&[6, 7], &[2, 3], (2, 2)).strides(&[2, 1]).check();
    call(&[7, 6], &[3, 2], (2, 3))
        .dilations(&[2, 3])
        .padding(&[2, 1], &[1, 2])
        .check();
    call(&[7, 8], &[3, 3], (3, 2))
        .strides(&[2, 3])
        .dilations(&[2, 2])
        .padding(&[1, 2], &[2, 1])
        .check();
    call(&[4, 4], &[1, 1], (3, 5)).strides(&[2, 2]).check();
    call(&[3, 3], &[2, 2], (2, 2))
        .padding(&[3, 2], &[2, 3])
        .check();
}

#[test]
fn three_axes() {
    call(&[3, 4, 3], &[2, 2, 2], (2, 3)).check();
    call(&[4, 3, 4], &[2, 3, 2], (2, 2))
        .strides(&[2, 1, 2])
        .padding(&[0, 1, 1], &[1, 1, 0])
        .check();
    call(&[5, 3, 4], &[2, 1, 2], (1, 4))
        .dilations(&[3, 1, 2])
        .check();
}

#[test]
fn groups() {
    call(&[5, 4], &[2, 3], (4, 6)).groups(2).check();
    call(&[6], &[3], (6, 3))
        .groups(3)
        .strides(&[2])
        .padding(&[1], &[1])
        .check();
    call(&[4, 4], &[2, 2], (8, 8))
        .groups(4)
        .dilations(&[2, 1])
        .check();
    call(&[4], &[2], (10, 20)).groups(5).check();
}

#[test]
fn channel_by_channel() {
    call(&[5, 6], &[3, 3], (3, 3)).groups(3).check();
    call(&[6, 5], &[2, 3], (5, 10))
        .groups(5)
        .strides(&[2, 1])
        .padding(&[1, 1], &[0, 1])
        .check();
    call(&[7], &[3], (4, 12)).groups(4).dilations(&[2]).check();
    call(&[3, 3, 3], &[2, 2, 2], (2, 2)).groups(2).check();
    call(&[9], &[3], (21, 21)).groups(21).strides(&[2]).check();
    call(&[20, 19], &[3, 3], (37, 37))
        .groups(37)
        .padding(&[1, 1], &[1, 1])
        .check_values();
}

#[test]
fn larger_than_the_tiles() {
    call(&[13, 12], &[3, 3], (33, 20))
        .padding(&[1, 1], &[1, 1])
        .check_values();
    call(&[23, 24], &[3, 3], (16, 24))
        .strides(&[2, 2])
        .padding(&[0, 1], &[1, 0])
        .batch(3)
        .check_values();
    call(&[17, 33], &[5, 4], (1, 9)).batch(3).check_values();
    call(&[300], &[7], (5, 12))
        .dilations(&[4])
        .padding(&[24], &[0])
        .batch(5)
        .check_values();
    call(&[9, 9], &[3, 3], (48, 40))
        .groups(2)
        .batch(4)
        .check_values();
}

#[test]
fn three_by_three_taps_in_tiles() {
    // Even and odd outputs, images smaller than a tile, padding up to both sides of a kernel.
    for (spatial, low, high) in [
        ([10, 12], [0, 0], [0, 0]),
        ([7, 9], [0, 0], [0, 0]),
        ([8, 11], [1, 1], [1, 1]),
        ([9, 6], [2, 0], [1, 2]),
        ([3, 4], [1, 2], [1, 2]),
        ([40, 3], [0, 0], [0, 0]),
    ] {
        let call = call(&spatial, &[3, 3], (16, 20))
            .padding(&low, &high)
            .batch(6);
        assert!(call.kernel().winograd().is_some(), "{call:?}");
        call.check_values();
    }
    // More tiles than are summed at a time, and more channels than a block of k.
    call(&[24, 26], &[3, 3], (20, 16)).batch(4).check_values();
    call(&[5, 5], &[3, 3], (260, 16))
        .padding(&[1, 1], &[1, 1])
        .batch(3)
        .check_values();
}

#[test]
fn tiles_are_for_what_they_suit() {
    let plain = |channels| call(&[12, 12], &[3, 3], channels);
    let suits = |call: Call| call.kernel().winograd().is_some();
    assert!(suits(plain((16, 16))));
    assert!(!suits(plain((3, 64))) && !suits(plain((64, 10))) && !suits(plain((512, 512))));
    assert!(!suits(plain((32, 32)).strides(&[2, 2])) && !suits(plain((32, 32)).groups(2)));
    assert!(!suits(plain((16, 16)).padding(&[3, 0], &[0, 0])));
    assert!(!suits(call(&[5, 5], &[3, 3], (64, 64))));
}

#[test]
fn the_gradient_of_tiles_is_that_of_the_function() {
    call(&[6, 7], &[3, 3], (16, 16))
        .padding(&[1, 1], &[1, 1])
        .check();
}

#[test]
fn what_does_not_fit_is_refused() {
    let ty = |dims: &[usize]| Type::f32(shape(dims));
    let plain = |call: &Call| conv(&call.windows);
    let op = call(&[4, 4], &[3, 3], (2, 5));
    let x = ty(&[1, 4, 4, 2]);
    refuses(
        plain(&op),
        &[x.clone(), ty(&[3, 3, 3, 5])],
        &["[1, 4, 4, 2]", "[3, 3, 3, 5]", "2 channels"],
    );
    refuses(
        plain(&op),
        &[x.clone(), ty(&[3, 2, 5])],
        &["[3, 2, 5]", "2 axes"],
    );
    refuses(
        plain(&op),
        &[x.clone(), ty(&[5, 1, 2, 5])],
        &["axis 0", "5 taps", "window of 5", "into 4"],
    );
    refuses(
        plain(&op),
        &[x.clone(), ty(&[0, 3, 2, 5])],
        &["0 taps", "may be 0"],
    );
    refuses(
        plain(&op),
        &[ty(&[4, 2]), ty(&[3, 2, 5])],
        &["[4, 2]", "spatial axes"],
    );
    refuses(plain(&op), &[ty(&[1, 4, 2]), ty(&[3, 2, 5])], &["not 1"]);
    refuses(
        plain(&op.clone().groups(2)),
        &[x.clone(), ty(&[3, 3, 1, 5])],
        &["2 and 5 channels", "2 groups"],
    );
    refuses(
        plain(&op.clone().groups(0)),
        &[x.clone(), ty(&[3, 3, 2, 5])],
        &["0 groups"],
    );
    refuses(
        plain(&op.clone().strides(&[0, 1])),
        &[x.clone(), ty(&[3, 3, 2, 5])],
        &["stride 0"],
    );
    refuses(
        plain(&op.clone().padding(&[1 << 40, 0], &[0, 0])),
        &[x.clone(), ty(&[3, 3, 2, 5])],
        &["too large"],
    );
    refuses(
        plain(&op),
        &[Type::i32(shape(&[1, 4, 4, 2])), ty(&[3, 3, 2, 5])],
        &["i32"],
    );
    let back = transpose(&op.windows, &x.shape);
    refuses(
        back,
        &[ty(&[1, 3, 2, 5]), ty(&[3, 3, 2, 5])],
        &["[4, 4]", "[2, 2]"],
    );
    refuses(
        back,
        &[ty(&[1, 2, 2, 4]), ty(&[3, 3, 2, 5])],
        &["4 channels"],
    );
    let grad = kernel_grad(&op.windows, &shape(&[3, 3, 2, 5]));
    refuses(grad, &[x.clone(), ty(&[2, 2, 2, 5])], &["[3, 3]"]);
    refuses(grad, &[x, ty(&[1, 2, 3, 5])], &["[2, 2]"]);
}
