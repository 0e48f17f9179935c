/** Which buffers move with a message instead of being copied. */
import type { ArgTransfers, DataFile, ScanPlan, StoredFile, Transfers } from "./protocol.js";
import type { AggregatePlan, Partials } from "./query.js";

/** Every buffer of a result was made for it, so all of them move. */
export const transfers: Transfers = {
  start: () => [],
  open: ({ files }) => files.flatMap(footerBuffers),
  openFiles: ({ files }) => files.flatMap(footerBuffers),
  dataset: () => [],
  readFile: (bytes) => [bytes.buffer as ArrayBuffer],
  whoAmI: () => [],
  refs: () => [],
  createRepo: () => [],
  deleteRepo: () => [],
  writePath: () => [],
  storeFiles: (item) => ("stored" in item ? item.stored.flatMap(inlineBuffer) : []),
  existingFiles: () => [],
  planTables: () => [],
  commitTables: () => [],
  commitFiles: () => [],
  plan: ({ schema, ...plan }) => [...new Set([schema.buffer as ArrayBuffer, ...planBuffers(plan)])],
  count: ({ files }) => files.flatMap(footerBuffers),
  planCount: (plan) => [...new Set(planBuffers(plan))],
  explain: ({ files }) => files.flatMap(footerBuffers),
  checkSchemas: () => [],
  survey: ({ source }) => source.files.flatMap(footerBuffers),
  sliceBatch: ({ bytes }) => [bytes.buffer as ArrayBuffer],
  inspect: () => [],
  openText: () => [],
  unite: () => [],
  uniteBatch: ({ bytes }) => [bytes.buffer as ArrayBuffer],
  guessSplits: () => [],
  aggregateStep: ({ answer, plan }) => [
    ...(answer?.table ? [answer.table.buffer as ArrayBuffer] : []),
    ...(plan ? [...new Set(aggregateBuffers(plan))] : []),
  ],
  measure: tallyBuffers,
  mergePartials: tallyBuffers,
  scan: ({ bytes }) => [bytes.buffer as ArrayBuffer],
  openWriter: () => [],
  writeBatch: ({ bytes }) => (bytes ? [bytes.buffer] : []),
  finishWriter: ({ bytes }) => [bytes.buffer],
  closeWriter: () => [],
};

/** What is written is needed nowhere else. */
export const argTransfers: ArgTransfers = {
  writeBatch: (_writer, { buffer }) => [buffer as ArrayBuffer],
  uniteBatch: (_from, _to, { buffer }) => [buffer as ArrayBuffer],
};

function inlineBuffer({ inline }: StoredFile): Transferable[] {
  return inline ? [inline.buffer as ArrayBuffer] : [];
}

function aggregateBuffers({ tasks, files, partials }: AggregatePlan): Transferable[] {
  const scans = tasks.flatMap(({ scans }) => scans);
  return [...planBuffers({ tasks: scans, files }), ...tallyBuffers(partials)];
}

function tallyBuffers(partials: Partials): Transferable[] {
  return partials.flatMap(({ tally }) => (tally ? [tally.entries.buffer as ArrayBuffer] : []));
}

function planBuffers({ tasks, files }: Pick<ScanPlan, "tasks" | "files">): Transferable[] {
  return [...files.flatMap(footerBuffers), ...tasks.flatMap(({ file }) => footerBuffers(file))];
}

function footerBuffers({ footer }: DataFile): Transferable[] {
  return footer?.ranges.map(({ bytes }) => bytes.buffer as ArrayBuffer) ?? [];
}
