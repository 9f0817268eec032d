//! Places buffers with known lifetimes in one block of memory: best fit over the free gaps, in the
//! order of the tasks. Lengths and offsets are in floats.

/// Every buffer starts on a cache line.
const ALIGN: usize = 16;

/// Gaps between live buffers, as (offset, length), sorted by offset.
#[derive(Debug, Default)]
pub struct Arena {
    gaps: Vec<(usize, usize)>,
    len: usize,
}

impl Arena {
    /// Floats needed in all.
    pub fn len(&self) -> usize {
        self.len
    }

    pub fn place(&mut self, len: usize) -> usize {
        let need = len.max(1).next_multiple_of(ALIGN);
        let fits = self
            .gaps
            .iter()
            .enumerate()
            .filter(|(_, gap)| gap.1 >= need);
        match fits.min_by_key(|(_, gap)| gap.1).map(|(at, _)| at) {
            Some(at) => self.take(at, need),
            None => self.grow(need),
        }
    }

    fn take(&mut self, at: usize, need: usize) -> usize {
        let (offset, len) = self.gaps[at];
        if len == need {
            self.gaps.remove(at);
        } else {
            self.gaps[at] = (offset + need, len - need);
        }
        offset
    }

    /// Extends the block; a gap at its end becomes part of the buffer.
    fn grow(&mut self, need: usize) -> usize {
        let offset = match self.gaps.last() {
            Some(&(offset, len)) if offset.saturating_add(len) == self.len => {
                self.gaps.pop();
                offset
            }
            _ => self.len,
        };
        // Where 32 bits do not reach, no memory does: the block is then refused for its size.
        self.len = offset.saturating_add(need);
        offset
    }

    pub fn free(&mut self, offset: usize, len: usize) {
        let len = len.max(1).next_multiple_of(ALIGN);
        let at = self.gaps.partition_point(|gap| gap.0 < offset);
        self.gaps.insert(at, (offset, len));
        self.join(at);
        if at > 0 {
            self.join(at - 1);
        }
    }

    /// Joins gap `at` with the one behind it when they touch.
    fn join(&mut self, at: usize) {
        if let [a, b] = self.gaps[at..].iter().take(2).copied().collect::<Vec<_>>()[..]
            && a.0.saturating_add(a.1) == b.0
        {
            self.gaps[at].1 += b.1;
            self.gaps.remove(at + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn live_buffers_never_overlap_and_gaps_are_used_again() {
        let mut arena = Arena::default();
        let a = arena.place(16);
        let b = arena.place(32);
        let c = arena.place(16);
        arena.free(b, 32);
        assert_eq!(arena.place(17), b);
        arena.free(a, 16);
        arena.free(c, 16);
        assert_eq!(arena.place(10), a);
        assert_eq!(arena.len(), 64);
    }

    #[test]
    fn touching_gaps_become_one() {
        let mut arena = Arena::default();
        let places: Vec<usize> = (0..3).map(|_| arena.place(16)).collect();
        for at in [0, 2, 1] {
            arena.free(places[at], 16);
        }
        assert_eq!(arena.place(48), 0);
        assert_eq!(arena.len(), 48);
    }
}
