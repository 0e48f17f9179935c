/**
 * hyparquet as its README has it: the length of the file is given, so it sends no HEAD, the metadata is read once, and
 * what was fetched is kept. Where rows are not wanted, columns are not turned into rows.
 */
import {
  asyncBufferFromUrl,
  cachedAsyncBuffer,
  parquetMetadataAsync,
  parquetRead,
  parquetReadObjects,
  parquetSchema,
} from "hyparquet";
import { compressors } from "hyparquet-compressors";
import type { Answer, Peer } from "../tasks.js";

/** What hyparquet is told to use of a file's page index. */
export interface PageIndexOptions {
  readonly useOffsetIndex?: boolean;
  readonly usePageIndex?: boolean;
}

export function hyparquet(pageIndex: PageIndexOptions): Peer {
  return async ({ url, byteLength }, task) => {
    const file = cachedAsyncBuffer(await asyncBufferFromUrl({ url, byteLength }));
    const metadata = await parquetMetadataAsync(file);
    const options = { file, metadata, compressors, ...pageIndex };
    switch (task.name) {
      case "T1":
        return { count: parquetSchema(metadata).children.length };
      case "T2":
      case "T3":
        return answer(
          await parquetReadObjects({ ...options, rowStart: task.rows.start, rowEnd: task.rows.end }),
        );
      case "T4":
        return { count: await countRows({ ...options, columns: [task.column] }) };
      case "T5":
        return { count: await countRows(options) };
      case "T6":
        return answer(await parquetReadObjects({ ...options, filter: { id: { $eq: BigInt(task.id) } } }));
    }
  };
}

/** Reads columns as they are stored, and counts the rows of the first. */
async function countRows(options: Omit<Parameters<typeof parquetRead>[0], "rowFormat">): Promise<number> {
  const numRows = new Map<string, number>();
  const kept: unknown[] = [];
  await parquetRead({
    ...options,
    onChunk: ({ columnName, columnData }) => {
      kept.push(columnData);
      numRows.set(columnName, (numRows.get(columnName) ?? 0) + columnData.length);
    },
  });
  return numRows.values().next().value ?? 0;
}

function answer(rows: Record<string, unknown>[]): Answer {
  return { count: rows.length, ids: rows.reduce((sum, { id }) => sum + Number(id), 0) };
}
