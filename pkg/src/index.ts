/**
 * Lazy tables on the Hugging Face Hub, in the browser.
 *
 * @packageDocumentation
 */

export type { Column, Table } from "@uwdata/flechette";
export type {
  AggregateFunction,
  Aggregates,
  AggregateValues,
  Aggregation,
  Categorical,
  ColumnStatistics,
  DescribeOptions,
  Description,
  FooterAggregation,
  Frequencies,
  Histogram,
  Nullable,
  Numerical,
  ValueCounts,
  ValueCountsOptions,
} from "./aggregate.js";
export { asBinary, decodeText } from "./binary.js";
export type {
  Config,
  Dataset,
  DatasetFile,
  Layout,
  Placement,
  Readable,
  Split,
  SplitOptions,
} from "./dataset.js";
export { type ErrorCode, HubframeError, isHubframeError } from "./errors.js";
export type { Cost, Explanation, PrunedRows, Share } from "./explanation.js";
export {
  type ColumnPath,
  type ColumnRef,
  type Condition,
  type Conditions,
  col,
  type Expr,
  type ExprData,
  type Filter,
  type Scalar,
} from "./expr.js";
export type { FilesOptions, InspectionProgress } from "./files.js";
export type { Frame } from "./frame.js";
export type {
  BatchOptions,
  CollectOptions,
  ParquetBlobOptions,
  ReadOptions,
  RowOptions,
  SampleOptions,
  ToParquetOptions,
} from "./frame-options.js";
export {
  type CreateDatasetOptions,
  type DatasetOptions,
  type DeleteDatasetOptions,
  Hub,
  type HubOptions,
  type ReadParquetOptions,
  type WriteDatasetOptions,
} from "./hub.js";
export type {
  ColumnTypes,
  Finding,
  FindingKind,
  InspectedColumn,
  Inspection,
  TextLayout,
  TextOptions,
  ValueKind,
  Values,
} from "./inspection.js";
export type { WasmSource } from "./load.js";
export {
  type ArrowInput,
  fromArrow,
  fromBatches,
  fromFiles,
  fromRows,
  inspectFiles,
  type LocalFiles,
  type LocalFilesOptions,
  type LocalOptions,
} from "./local.js";
export type { MapOptions, MapPartition } from "./mapped.js";
export type { OnProgress, ReadProgress } from "./progress.js";
export type { CreatedRepo, Identity } from "./protocol.js";
export type { CacheOptions } from "./range-cache.js";
export type { GitRef, Refs } from "./refs.js";
export type { RowSchema } from "./row-batches.js";
export type { Row, Value } from "./rows.js";
export type { ConfigFrames, SplitFrames } from "./split-frames.js";
export {
  type RowGroupInfo,
  type Survey,
  type SurveyedFile,
  type SurveyOptions,
  type SurveyProgress,
  survey,
} from "./survey.js";
export type { Feature, Field, FileInfo, RequestEvent, RetryEvent, Schema } from "./types.js";
export { type ConcatOptions, concat } from "./united.js";
export type {
  CommitFilesOptions,
  CommitOptions,
  CommitResult,
  NewFile,
  PlannedCommit,
  UploadProgress,
} from "./upload.js";
export type { ParquetOptions, WriteProgress } from "./write.js";
export type { WriteOptions } from "./write-dataset.js";
