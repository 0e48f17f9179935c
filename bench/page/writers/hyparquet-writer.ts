/** hyparquet-writer as its README has it: snappy is its default. */
import { parquetWriteBuffer } from "hyparquet-writer";
import type { Writer } from "../../writing-tasks.js";

export const writer: Writer = async ({ columns }) => {
  const columnData = columns.map(({ name, type, values }) => ({ name, type, data: values }));
  return new Blob([parquetWriteBuffer({ columnData })]);
};
