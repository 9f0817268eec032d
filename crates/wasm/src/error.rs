//! Errors of the core as JavaScript errors with a `code`.

use gradloom_exec::OutOfMemory;
use gradloom_graph::GraphError;
use wasm_bindgen::JsValue;

pub type JsResult<T> = Result<T, JsValue>;

pub fn error(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    // Setting a property of a fresh error object cannot fail.
    let _ = js_sys::Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}

pub fn graph_error(e: GraphError) -> JsValue {
    error(e.code(), &e.to_string())
}

pub fn memory_error(what: &str, e: OutOfMemory) -> JsValue {
    crate::memory::forgive();
    error("out-of-memory", &format!("{what}: {e}"))
}
