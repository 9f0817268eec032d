//! A graph as bytes, the only parser of foreign bytes in the core. Little-endian; nothing is
//! trusted: counts are checked against what is left, types are derived again, and `verify` runs at
//! the end.
//!
//! ```text
//! "GLG1"  node count u32, nodes, output count u32, outputs, assign count u32, assigns
//! node    tag u8 (0 input, 1 state, 2 fill, 3 const, 4 op)
//!         0..=3: dtype u8, rank u8, dims u32…   then name | key u32 | bits u32 | bits u32…
//!         4: name, attr count u16, attrs f64…, input count u16, inputs u32…
//! name    length u16, UTF-8        output  name, node u32        assign  key u32, node u32
//! ```

use crate::builder::Builder;
use crate::error::{GraphError, Result};
use crate::node::{Assign, Graph, Node, Source};
use crate::op::Registry;
use crate::shape::{Dtype, MAX_RANK, Shape, Type};

const MAGIC: &[u8; 4] = b"GLG1";

pub fn encode(graph: &Graph) -> Vec<u8> {
    let mut out = Writer(MAGIC.to_vec());
    out.u32(graph.nodes.len());
    graph.nodes.iter().for_each(|node| out.node(node));
    out.u32(graph.outputs.len());
    for (name, id) in &graph.outputs {
        out.name(name);
        out.u32(*id);
    }
    out.u32(graph.assigns.len());
    for assign in &graph.assigns {
        out.u32(assign.key as usize);
        out.u32(assign.value);
    }
    out.0
}

struct Writer(Vec<u8>);

impl Writer {
    fn u16(&mut self, x: usize) {
        self.0.extend((x as u16).to_le_bytes());
    }

    fn u32(&mut self, x: usize) {
        self.0.extend((x as u32).to_le_bytes());
    }

    fn name(&mut self, name: &str) {
        self.u16(name.len());
        self.0.extend(name.as_bytes());
    }

    fn ty(&mut self, tag: u8, ty: &Type) {
        self.0.extend([
            tag,
            matches!(ty.dtype, Dtype::I32) as u8,
            ty.shape.rank() as u8,
        ]);
        ty.shape.dims().iter().for_each(|&d| self.u32(d));
    }

    fn node(&mut self, node: &Node) {
        match &node.source {
            Source::Input { name } => {
                self.ty(0, &node.ty);
                self.name(name);
            }
            Source::State { key } => {
                self.ty(1, &node.ty);
                self.u32(*key as usize);
            }
            Source::Fill { bits } => {
                self.ty(2, &node.ty);
                self.u32(*bits as usize);
            }
            Source::Const { bits } => {
                self.ty(3, &node.ty);
                bits.iter().for_each(|&b| self.u32(b as usize));
            }
            Source::Op { op, inputs } => {
                self.0.push(4);
                self.name(op.name());
                let attrs = op.attrs();
                self.u16(attrs.len());
                attrs.iter().for_each(|a| self.0.extend(a.to_le_bytes()));
                self.u16(inputs.len());
                inputs.iter().for_each(|&i| self.u32(i));
            }
        }
    }
}

/// Reads what `encode` wrote, or says what is wrong with it.
pub fn decode(bytes: &[u8], registry: &'static Registry) -> Result<Graph> {
    let mut r = Reader { bytes };
    if r.take(4)? != MAGIC {
        return Err(GraphError::wire("it does not start with GLG1"));
    }
    let mut b = Parsed {
        registry,
        graph: Graph::default(),
    };
    for _ in 0..r.count(4)? {
        b.read_node(&mut r)?;
    }
    for _ in 0..r.count(6)? {
        let name = r.name()?;
        b.graph.outputs.push((name, r.u32()? as usize));
    }
    for _ in 0..r.count(8)? {
        b.graph.assigns.push(Assign {
            key: r.u32()?,
            value: r.u32()? as usize,
        });
    }
    if !r.bytes.is_empty() {
        return Err(GraphError::wire(format!(
            "{} bytes after the end",
            r.bytes.len()
        )));
    }
    b.graph.verify()?;
    Ok(b.graph)
}

struct Parsed {
    registry: &'static Registry,
    graph: Graph,
}

impl Parsed {
    fn read_node(&mut self, r: &mut Reader<'_>) -> Result<()> {
        let node = match r.u8()? {
            4 => self.read_op(r)?,
            tag @ 0..=3 => read_leaf(tag, r)?,
            tag => return Err(GraphError::wire(format!("unknown node tag {tag}"))),
        };
        self.graph.nodes.push(node);
        Ok(())
    }

    fn read_op(&self, r: &mut Reader<'_>) -> Result<Node> {
        let name = r.name()?;
        let n = r.u16()? as usize;
        let attrs: Vec<f64> = r.take(n * 8)?.chunks_exact(8).map(f64_le).collect();
        let n = r.u16()? as usize;
        let inputs: Vec<usize> = r
            .take(n * 4)?
            .chunks_exact(4)
            .map(|c| u32_le(c) as usize)
            .collect();
        if let Some(i) = inputs.iter().find(|&&i| i >= self.graph.nodes.len()) {
            return Err(GraphError::wire(format!(
                "an op reads node {i} before it exists"
            )));
        }
        let op = self.registry.decode(&name, &attrs)?;
        let ty = op.ty(&self.graph.types(&inputs))?;
        Ok(Node {
            source: Source::Op { op, inputs },
            ty,
        })
    }
}

fn read_leaf(tag: u8, r: &mut Reader<'_>) -> Result<Node> {
    let ty = r.ty()?;
    let source = match tag {
        0 => Source::Input { name: r.name()? },
        1 => Source::State { key: r.u32()? },
        2 => Source::Fill { bits: r.u32()? },
        _ => {
            let bytes = r.take(ty.bytes())?;
            Source::Const {
                bits: bytes.chunks_exact(4).map(u32_le).collect(),
            }
        }
    };
    Ok(Node { source, ty })
}

fn u32_le(bytes: &[u8]) -> u32 {
    u32::from_le_bytes(bytes.try_into().expect("four bytes"))
}

fn f64_le(bytes: &[u8]) -> f64 {
    f64::from_le_bytes(bytes.try_into().expect("eight bytes"))
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8]> {
        let cut = self.bytes.split_at_checked(n);
        let (head, tail) = cut.ok_or_else(|| GraphError::wire("it is cut short"))?;
        self.bytes = tail;
        Ok(head)
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(self.take(1)?[0])
    }

    fn u16(&mut self) -> Result<u16> {
        let b = self.take(2)?;
        Ok(u16::from_le_bytes([b[0], b[1]]))
    }

    fn u32(&mut self) -> Result<u32> {
        Ok(u32_le(self.take(4)?))
    }

    /// A count of things that take at least `least` bytes each: refused when that cannot be.
    fn count(&mut self, least: usize) -> Result<usize> {
        let n = self.u32()? as usize;
        if n > self.bytes.len() / least {
            return Err(GraphError::wire(format!(
                "a count of {n} is more than the bytes left"
            )));
        }
        Ok(n)
    }

    fn name(&mut self) -> Result<String> {
        let n = self.u16()? as usize;
        let name = core::str::from_utf8(self.take(n)?);
        Ok(name
            .map_err(|_| GraphError::wire("a name is not UTF-8"))?
            .into())
    }

    fn ty(&mut self) -> Result<Type> {
        let dtype = match self.u8()? {
            0 => Dtype::F32,
            1 => Dtype::I32,
            d => return Err(GraphError::wire(format!("unknown dtype {d}"))),
        };
        let rank = self.u8()? as usize;
        if rank > MAX_RANK {
            return Err(GraphError::wire(format!(
                "rank {rank} is over the limit {MAX_RANK}"
            )));
        }
        let dims = (0..rank)
            .map(|_| Ok(self.u32()? as usize))
            .collect::<Result<Vec<_>>>()?;
        Ok(Type {
            shape: Shape::checked("wire", dims)?,
            dtype,
        })
    }
}

impl Builder {
    /// The finished graph without dead nodes, as bytes.
    pub fn to_wire(&self) -> Vec<u8> {
        encode(&self.graph().pruned())
    }
}
