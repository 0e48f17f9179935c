import { tableFromArrays, tableToIPC } from "@uwdata/flechette";
import { describe, expect, it } from "vitest";
import { ipcMessages } from "../src/ipc-messages.js";

const TABLE = tableFromArrays({
  id: Int32Array.from({ length: 100 }, (_, id) => id),
  text: Array(100).fill("a"),
});

/** Bytes that note which parts of them are read. */
function source(bytes: Uint8Array) {
  const reads: number[] = [];
  const read = async (start: number, end: number) => {
    reads.push(end - start);
    return bytes.slice(start, end) as Uint8Array<ArrayBuffer>;
  };
  return { name: "a.arrow", size: bytes.length, read, reads };
}

async function all(bytes: Uint8Array): Promise<Uint8Array[]> {
  const messages: Uint8Array[] = [];
  for await (const message of ipcMessages(source(bytes))) messages.push(message);
  return messages;
}

describe("Arrow IPC data", () => {
  const stream = tableToIPC(TABLE, { format: "stream" }) as Uint8Array;
  const file = tableToIPC(TABLE, { format: "file" }) as Uint8Array;

  it("is cut into messages, which put together are the stream", async () => {
    const messages = await all(stream);
    expect(messages.length).toBeGreaterThan(1);
    expect(new Uint8Array(Buffer.concat(messages))).toEqual(stream.slice(0, -8));
    expect((await all(file)).map(({ length }) => length)).toEqual(messages.map(({ length }) => length));
    expect(await all(stream.slice(0, -8))).toHaveLength(messages.length);
  });

  it("that is damaged is refused, with its name and the place", async () => {
    const refused = (bytes: Uint8Array) =>
      expect(all(bytes)).rejects.toMatchObject({ code: "corrupt", context: { file: "a.arrow" } });
    await refused(stream.slice(0, stream.length - 100));
    await refused(new TextEncoder().encode("this is no Arrow data at all"));
    await refused(new Uint8Array(4));
    await refused(file.slice(0, 8));
  });
});
