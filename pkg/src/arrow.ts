/** Arrow IPC messages into a stream, or into a table over the same bytes. */
import { type Field, type Table, tableFromIPC } from "@uwdata/flechette";

/** An IPC stream ends with a continuation marker and a length of zero (Arrow columnar format, "IPC Streaming Format"). */
const END_OF_STREAM = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0);

/** 64-bit integers, decimals and timestamps as `bigint`: what a `number` would round is kept. */
const EXACT = { useBigInt: true, useDecimalInt: true, useBigIntTimestamp: true };

/** A table over `batches`, without copying them. */
export function toTable(schema: Uint8Array, batches: readonly Uint8Array[]): Table {
  return tableFromIPC([schema, ...batches], EXACT);
}

/** The fields of an encapsulated schema message. */
export function toFields(schema: Uint8Array): readonly Field[] {
  return tableFromIPC([schema]).schema.fields;
}

/** One IPC stream. */
export function toStream(schema: Uint8Array, batches: readonly Uint8Array[]): Uint8Array {
  const messages = [schema, ...batches, END_OF_STREAM];
  const stream = new Uint8Array(messages.reduce((total, { byteLength }) => total + byteLength, 0));
  let offset = 0;
  for (const message of messages) {
    stream.set(message, offset);
    offset += message.byteLength;
  }
  return stream;
}
