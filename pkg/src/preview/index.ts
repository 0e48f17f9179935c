/**
 * `<hf-dataset-preview>`: importing this defines the element.
 *
 * @packageDocumentation
 */

export { DatasetPreview, type ViewChange } from "./element.js";
export { fromQuery, STATE_KEYS, toQuery, type ViewState } from "./view-state.js";
