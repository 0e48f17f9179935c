/**
 * Arrow IPC data cut into its messages, read in slices: a stream, or a file, which is a stream between two magic words
 * (Arrow columnar format, "Encapsulated message format" and "IPC File Format").
 */
import { failure } from "./errors.js";

/** Bytes that can be read in parts. */
export interface Slices {
  readonly name: string;
  readonly size: number;
  read(start: number, end: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** What begins each message but those of the oldest writers. */
const CONTINUATION = 0xffffffff;
const FILE_MAGIC = "ARROW1";

/** The most bytes of metadata that a message may have: those of a schema of 10,000 columns are less than 2 MB. */
const MAX_METADATA = 64 * 2 ** 20;

/** The messages of a stream or file, each in a buffer of its own; the first one is the schema. */
export async function* ipcMessages(source: Slices): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  const head = new TextDecoder("latin1").decode(await source.read(0, Math.min(6, source.size)));
  let at = head === FILE_MAGIC ? 8 : 0;
  let any = false;
  while (at + 8 <= source.size) {
    const length = await messageLength(source, at);
    if (length === 0) break;
    if (at + length > source.size) throw damaged(source, at, "it ends in the middle of a message");
    yield await source.read(at, at + length);
    any = true;
    at += length;
  }
  if (!any) throw damaged(source, 0, "it holds no Arrow messages");
}

/** The bytes of the message at `at`, with all that belongs to it; 0 at the end of the stream. */
async function messageLength(source: Slices, at: number): Promise<number> {
  const prefix = view(await source.read(at, at + 8));
  const marked = prefix.getUint32(0, true) === CONTINUATION;
  const start = marked ? 8 : 4;
  const metadataLength = prefix.getInt32(marked ? 4 : 0, true);
  if (metadataLength === 0) return 0;
  if (metadataLength < 8 || metadataLength > MAX_METADATA || at + start + metadataLength > source.size) {
    throw damaged(source, at, "there is no Arrow message");
  }
  const metadata = view(await source.read(at + start, at + start + metadataLength));
  try {
    return start + metadataLength + bodyLength(metadata);
  } catch (cause) {
    throw damaged(source, at, "a message's metadata cannot be understood", cause);
  }
}

/** The field `bodyLength` of a flatbuffer of the type `Message` (format/Message.fbs): its fourth, a 64-bit integer. */
function bodyLength(message: DataView): number {
  const table = message.getUint32(0, true);
  const vtable = table - message.getInt32(table, true);
  const entry = 4 + 2 * 3;
  const offset = entry < message.getUint16(vtable, true) ? message.getUint16(vtable + entry, true) : 0;
  const length = offset === 0 ? 0 : Number(message.getBigInt64(table + offset, true));
  if (length < 0 || !Number.isSafeInteger(length)) throw new RangeError(`a body of ${length} bytes`);
  return length;
}

function view({ buffer, byteOffset, byteLength }: Uint8Array<ArrayBuffer>): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

function damaged({ name }: Slices, offset: number, why: string, cause?: unknown) {
  return failure(
    "corrupt",
    "read arrow",
    `${name} is not an Arrow IPC stream or file, or it is damaged: at byte ${offset} ${why}.`,
    { context: { file: name, offset: String(offset) }, cause },
  );
}
