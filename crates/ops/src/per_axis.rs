//! A short list of numbers, one for each spatial axis, that is copied like a number: attributes of
//! convolutions and poolings.

use core::ops::Deref;

use gradloom_graph::{Attrs, GraphError, Result};
use gradloom_kernels::conv::AXES;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PerAxis {
    rank: usize,
    values: [usize; AXES],
}

impl PerAxis {
    pub fn decode(op: &str, a: &mut Attrs<'_>) -> Result<PerAxis> {
        let rank = a.usize()?;
        if rank > AXES {
            let message = format!("takes at most {AXES} spatial axes, not {rank}");
            return Err(GraphError::shape(op, message));
        }
        let mut list = PerAxis {
            rank,
            ..PerAxis::default()
        };
        for value in &mut list.values[..rank] {
            *value = a.usize()?;
        }
        Ok(list)
    }

    pub fn attrs(&self, to: &mut Vec<f64>) {
        to.push(self.rank as f64);
        to.extend(self.iter().map(|&v| v as f64));
    }
}

impl Deref for PerAxis {
    type Target = [usize];

    fn deref(&self) -> &[usize] {
        &self.values[..self.rank]
    }
}

/// At most as many as there can be axes.
impl From<&[usize]> for PerAxis {
    fn from(list: &[usize]) -> PerAxis {
        let mut values = [0; AXES];
        values[..list.len()].copy_from_slice(list);
        PerAxis {
            rank: list.len(),
            values,
        }
    }
}
