//! The steps of a query across the border: plans as plain objects, values of columns as Arrow IPC.

use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::JsValue;

use super::convert::{to_js, to_js_error};
use crate::{
    aggregate::Answer,
    error::Result,
    frame::{AggregateStep, BatchEncoder, encode_schema},
};

/// `{ plan }`, or `{ answer: { text, table? } }`.
pub(super) fn aggregate_step(step: AggregateStep) -> Result<JsValue, JsValue> {
    let result = Object::new();
    match step {
        AggregateStep::Plan(plan) => Reflect::set(&result, &"plan".into(), &to_js(&plan)?)?,
        AggregateStep::Answer(answer) => {
            let object = Object::new();
            Reflect::set(&object, &"text".into(), &answer.text.as_str().into())?;
            if let Some(table) = encode(&answer).map_err(|error| to_js_error(&error))? {
                Reflect::set(&object, &"table".into(), &Uint8Array::from(table.as_slice()))?;
            }
            Reflect::set(&result, &"answer".into(), &object)?
        }
    };
    Ok(result.into())
}

/// The values of an answer: a schema message and a batch. They are few.
fn encode(Answer { table, .. }: &Answer) -> Result<Option<Vec<u8>>> {
    let Some(batch) = table else { return Ok(None) };
    let schema = batch.schema();
    let mut bytes = encode_schema(&schema)?;
    for buffer in BatchEncoder::new(&schema)?.encode(batch)? {
        bytes.extend_from_slice(&buffer);
    }
    Ok(Some(bytes))
}
