/**
 * `<hf-dataset-preview>`: importing this defines the element.
 *
 * @packageDocumentation
 */

export { DatasetPreview, type ViewChange } from "./element.js";
export { fromQuery, toQuery, type ViewState } from "./view-state.js";
