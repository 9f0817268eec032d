//! `GraphBuilder`: the graph crate's builder under JavaScript names and types.

use gradloom_graph::{Builder, Dtype, Shape, Type, gradients, pull_back, wire};
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::{JsResult, graph_error};

#[wasm_bindgen]
pub struct GraphBuilder {
    builder: Builder,
}

pub fn type_of(op: &str, dtype: u8, shape: &[u32]) -> JsResult<Type> {
    let dims = shape.iter().map(|&d| d as usize).collect();
    let shape = Shape::checked(op, dims).map_err(graph_error)?;
    Ok(Type {
        shape,
        dtype: if dtype == 0 { Dtype::F32 } else { Dtype::I32 },
    })
}

fn ids(nodes: &[u32]) -> Vec<usize> {
    nodes.iter().map(|&id| id as usize).collect()
}

#[wasm_bindgen]
impl GraphBuilder {
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> GraphBuilder {
        GraphBuilder {
            builder: Builder::new(&gradloom_ops::REGISTRY),
        }
    }

    pub fn input(&mut self, name: &str, dtype: u8, shape: &[u32]) -> JsResult<u32> {
        let ty = type_of("input", dtype, shape)?;
        Ok(self.builder.input(name, ty).map_err(graph_error)? as u32)
    }

    pub fn state(&mut self, key: u32, dtype: u8, shape: &[u32]) -> JsResult<u32> {
        let ty = type_of("state", dtype, shape)?;
        Ok(self.builder.state(key, ty).map_err(graph_error)? as u32)
    }

    pub fn fill(&mut self, value: f32, shape: &[u32]) -> JsResult<u32> {
        let ty = type_of("fill", 0, shape)?;
        Ok(self.builder.fill(value, ty.shape) as u32)
    }

    #[wasm_bindgen(js_name = constantF32)]
    pub fn constant_f32(&mut self, data: &[f32], shape: &[u32]) -> JsResult<u32> {
        let bits: Vec<u32> = data.iter().map(|x| x.to_bits()).collect();
        self.constant(&bits, 0, shape)
    }

    #[wasm_bindgen(js_name = constantI32)]
    pub fn constant_i32(&mut self, data: &[i32], shape: &[u32]) -> JsResult<u32> {
        let bits: Vec<u32> = data.iter().map(|&x| x as u32).collect();
        self.constant(&bits, 1, shape)
    }

    fn constant(&mut self, bits: &[u32], dtype: u8, shape: &[u32]) -> JsResult<u32> {
        let ty = type_of("constant", dtype, shape)?;
        Ok(self.builder.constant(bits, ty).map_err(graph_error)? as u32)
    }

    pub fn apply(&mut self, op: &str, inputs: &[u32], attrs: &[f64]) -> JsResult<u32> {
        let id = self.builder.apply_named(op, &ids(inputs), attrs);
        Ok(id.map_err(graph_error)? as u32)
    }

    pub fn shape(&self, node: u32) -> Vec<u32> {
        self.builder
            .shape(node as usize)
            .dims()
            .iter()
            .map(|&d| d as u32)
            .collect()
    }

    pub fn dtype(&self, node: u32) -> u8 {
        matches!(self.builder.dtype(node as usize), Dtype::I32) as u8
    }

    pub fn gradients(&mut self, loss: u32, wrt: &[u32]) -> JsResult<Vec<u32>> {
        let grads = gradients(&mut self.builder, loss as usize, &ids(wrt)).map_err(graph_error)?;
        Ok(grads.into_iter().map(|id| id as u32).collect())
    }

    /// Gradients of `wrt` where each of `seeds` has the one beside it in `grads`; `u32::MAX` where
    /// there is none.
    #[wasm_bindgen(js_name = pullBack)]
    pub fn pull_back(&mut self, seeds: &[u32], grads: &[u32], wrt: &[u32]) -> JsResult<Vec<u32>> {
        let seeds: Vec<_> = ids(seeds).into_iter().zip(ids(grads)).collect();
        let found = pull_back(&mut self.builder, &seeds, &ids(wrt)).map_err(graph_error)?;
        let id = |grad: Option<usize>| grad.map_or(u32::MAX, |id| id as u32);
        Ok(found.into_iter().map(id).collect())
    }

    pub fn apart(&mut self, node: u32) -> JsResult<u32> {
        Ok(self.builder.apart(node as usize).map_err(graph_error)? as u32)
    }

    pub fn output(&mut self, name: &str, node: u32) -> JsResult<()> {
        self.builder
            .output(name, node as usize)
            .map_err(graph_error)
    }

    pub fn assign(&mut self, key: u32, node: u32) -> JsResult<()> {
        self.builder.assign(key, node as usize).map_err(graph_error)
    }

    /// Floating-point operations of one run.
    pub fn flops(&self) -> f64 {
        self.builder.graph().pruned().flops() as f64
    }

    pub fn wire(&self) -> JsResult<Vec<u8>> {
        let graph = self.builder.graph().pruned();
        graph.verify().map_err(graph_error)?;
        Ok(wire::encode(&graph))
    }

    pub fn print(&self) -> String {
        self.builder.graph().pruned().to_string()
    }
}
