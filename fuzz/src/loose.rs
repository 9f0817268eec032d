//! A graph's bytes taken apart without any check, so that parts can be changed and put together
//! again: what comes out is well-formed bytes, hardly ever a valid graph. Layout: `graph::wire`.

/// Where the numbers of a node come from.
#[derive(Clone, Debug)]
pub enum Body {
    /// Tag 0..=3; dtype, dims, and what follows them.
    Leaf {
        tag: u8,
        dtype: u8,
        dims: Vec<u32>,
        rest: Vec<u8>,
    },
    Op {
        name: Vec<u8>,
        attrs: Vec<f64>,
        inputs: Vec<u32>,
    },
}

#[derive(Clone, Debug, Default)]
pub struct Loose {
    pub nodes: Vec<Body>,
    pub outputs: Vec<(Vec<u8>, u32)>,
    pub assigns: Vec<(u32, u32)>,
}

struct Cut<'a>(&'a [u8]);

impl<'a> Cut<'a> {
    fn take(&mut self, n: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.0.split_at_checked(n)?;
        self.0 = tail;
        Some(head)
    }

    fn u8(&mut self) -> Option<u8> {
        Some(self.take(1)?[0])
    }

    fn u16(&mut self) -> Option<usize> {
        Some(usize::from(u16::from_le_bytes(
            self.take(2)?.try_into().ok()?,
        )))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        let n = self.u16()?;
        Some(self.take(n)?.to_vec())
    }

    fn u32s(&mut self, n: usize) -> Option<Vec<u32>> {
        (0..n.min(self.0.len())).map(|_| self.u32()).collect()
    }

    fn body(&mut self) -> Option<Body> {
        let tag = self.u8()?;
        if tag == 4 {
            let name = self.name()?;
            let n = self.u16()?;
            let attrs = self.take(n * 8)?.chunks_exact(8);
            let attrs = attrs.map(|c| f64::from_le_bytes(c.try_into().expect("eight bytes")));
            let attrs = attrs.collect();
            let n = self.u16()?;
            return Some(Body::Op {
                name,
                attrs,
                inputs: self.u32s(n)?,
            });
        }
        let dtype = self.u8()?;
        let rank = usize::from(self.u8()?);
        let dims = self.u32s(rank)?;
        let size = dims
            .iter()
            .try_fold(4usize, |n, &d| n.checked_mul(d as usize))?;
        let rest = match tag {
            0 => {
                let name = self.name()?;
                [(name.len() as u16).to_le_bytes().to_vec(), name].concat()
            }
            1 | 2 => self.take(4)?.to_vec(),
            _ => self.take(size)?.to_vec(),
        };
        Some(Body::Leaf {
            tag,
            dtype,
            dims,
            rest,
        })
    }
}

impl Loose {
    pub fn parse(bytes: &[u8]) -> Option<Loose> {
        let mut cut = Cut(bytes.strip_prefix(b"GLG1")?);
        let mut loose = Loose::default();
        for _ in 0..cut.u32()? {
            loose.nodes.push(cut.body()?);
        }
        for _ in 0..cut.u32()? {
            loose.outputs.push((cut.name()?, cut.u32()?));
        }
        for _ in 0..cut.u32()? {
            loose.assigns.push((cut.u32()?, cut.u32()?));
        }
        Some(loose)
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut out = b"GLG1".to_vec();
        let count = |out: &mut Vec<u8>, n: usize| out.extend((n as u32).to_le_bytes());
        count(&mut out, self.nodes.len());
        self.nodes.iter().for_each(|node| node.write(&mut out));
        count(&mut out, self.outputs.len());
        for (name, id) in &self.outputs {
            write_name(&mut out, name);
            out.extend(id.to_le_bytes());
        }
        count(&mut out, self.assigns.len());
        for (key, id) in &self.assigns {
            out.extend(key.to_le_bytes());
            out.extend(id.to_le_bytes());
        }
        out
    }
}

fn write_name(out: &mut Vec<u8>, name: &[u8]) {
    out.extend((name.len() as u16).to_le_bytes());
    out.extend(name);
}

impl Body {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Body::Leaf {
                tag,
                dtype,
                dims,
                rest,
            } => {
                out.extend([*tag, *dtype, dims.len() as u8]);
                dims.iter().for_each(|d| out.extend(d.to_le_bytes()));
                out.extend(rest);
            }
            Body::Op {
                name,
                attrs,
                inputs,
            } => {
                out.push(4);
                write_name(out, name);
                out.extend((attrs.len() as u16).to_le_bytes());
                attrs.iter().for_each(|a| out.extend(a.to_le_bytes()));
                out.extend((inputs.len() as u16).to_le_bytes());
                inputs.iter().for_each(|i| out.extend(i.to_le_bytes()));
            }
        }
    }
}
