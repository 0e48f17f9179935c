import { describe, expect, it } from "vitest";
import { jsonText, valueText } from "../../src/preview/cell/copy.js";
import { describe as describeCell } from "../../src/preview/cell/fill.js";
import { kindOf, typeText } from "../../src/preview/cell/kind.js";
import { messagesOf } from "../../src/preview/cell/lenses/chat.js";
import { hexText } from "../../src/preview/cell/lenses/hex.js";
import { parsedJson } from "../../src/preview/cell/lenses/json.js";
import { isShowable, mediaBytes, pictureOf, soundType } from "../../src/preview/cell/media.js";
import { visibleControls } from "../../src/preview/cell/visible.js";
import { move } from "../../src/preview/grid/keys.js";
import type { Field } from "../../src/types.js";

const field = (type: string, feature?: Field["feature"]): Field => ({
  name: "x",
  type,
  nullable: true,
  ...(feature && { feature }),
});
const bytes = (...parts: (string | number[])[]) =>
  new Uint8Array(
    parts.flatMap((part) => (typeof part === "string" ? [...part].map((c) => c.charCodeAt(0)) : part)),
  );
const png = (width: number, height: number) => {
  const head = bytes("\x89PNG\r\n\x1a\n", [0, 0, 0, 13], "IHDR", Array(8).fill(0));
  new DataView(head.buffer).setUint32(16, width);
  new DataView(head.buffer).setUint32(20, height);
  return head;
};

describe("cells as text", () => {
  it("shows nulls, numbers and labels", () => {
    expect(describeCell(null, field("Int64"))).toEqual({ text: "null", look: "number faint" });
    expect(describeCell(9_007_199_254_740_993n, field("Int64"))).toEqual({
      text: "9007199254740993",
      look: "number",
    });
    const label = field("Int64", { _type: "ClassLabel", names: ["cat", "dog"] });
    expect(describeCell(1n, label).text).toBe("dog");
    expect(describeCell(7n, label).text).toBe("7");
    expect(describeCell(-1n, label).text).toBe("-1");
  });

  it("marks line ends and says what bytes are", () => {
    expect(describeCell("a\nb\r\nc", field("Utf8")).text).toBe("a ↵ b ↵ c");
    expect(describeCell(bytes("abc"), field("Binary")).text).toBe("binary, 3 B");
    const bomb = { bytes: png(100_000, 100_000), path: null };
    expect(describeCell(bomb, field("Struct", { _type: "Image" })).text).toMatch(
      /^image of 100000 × 100000 pixels/,
    );
  });

  it("names types and kinds", () => {
    expect(typeText(field("LargeUtf8"))).toBe("string");
    expect(typeText(field("Decimal128(38, 2)"))).toBe("decimal");
    expect(typeText(field("Int64", { _type: "ClassLabel", names: ["a"] }))).toBe("class label, 1 name");
    expect(kindOf(field("Struct", { _type: "Image" }))).toBe("image");
    expect(kindOf(field("UInt8"))).toBe("number");
  });
});

describe("media", () => {
  it("knows pictures by their bytes, and their size", () => {
    expect(pictureOf(png(7, 9))).toMatchObject({ type: "image/png", size: { width: 7, height: 9 } });
    const gif = bytes("GIF89a", [3, 0, 5, 0]);
    expect(pictureOf(gif)).toMatchObject({ type: "image/gif", size: { width: 3, height: 5 } });
    const jpeg = bytes(
      "\xff\xd8\xff\xe0",
      [0, 4, 0, 0],
      [0xff, 0xc0, 0, 17, 8, 1, 2, 3, 4],
      Array(8).fill(0),
    );
    expect(pictureOf(jpeg)).toMatchObject({ type: "image/jpeg", size: { width: 0x304, height: 0x102 } });
    expect(pictureOf(bytes("<svg onload='alert(1)'/>"))).toBeUndefined();
    expect(pictureOf(bytes("\x89PNG\r\n\x1a\n"))).toEqual({
      type: "image/png",
      bytes: bytes("\x89PNG\r\n\x1a\n"),
    });
  });

  it("survives any bytes", () => {
    const whole = [
      png(1, 1),
      bytes("\xff\xd8\xff\xe0", Array(20).fill(0xff)),
      bytes("RIFF0000WEBPVP8X", Array(4).fill(9)),
    ];
    for (const data of whole) {
      for (let length = 0; length <= data.length; length++) {
        expect(() => pictureOf(data.slice(0, length))).not.toThrow();
        expect(() => soundType(data.slice(0, length))).not.toThrow();
      }
    }
  });

  it("refuses bombs", () => {
    expect([png(8000, 8000), png(8001, 8001)].map((data) => isShowable(pictureOf(data) as never))).toEqual([
      true,
      false,
    ]);
  });

  it("takes bytes alone or beside a path", () => {
    expect(mediaBytes({ bytes: bytes("a"), path: "a.png" })).toEqual(bytes("a"));
    expect(mediaBytes(bytes("a"))).toEqual(bytes("a"));
    for (const value of [null, "a", { bytes: null, path: "a.png" }, [1]])
      expect(mediaBytes(value)).toBeUndefined();
    expect(soundType(bytes("RIFF0000WAVE"))).toBe("audio/wav");
    expect(soundType(bytes("ID3"))).toBe("audio/mpeg");
  });
});

describe("lenses", () => {
  it("finds conversations of both spellings", () => {
    expect(messagesOf([{ role: "user", content: "hi" }])).toEqual([{ role: "user", content: "hi" }]);
    expect(messagesOf([{ from: "gpt", value: "ho" }])).toEqual([{ role: "gpt", content: "ho" }]);
    for (const value of [
      [],
      null,
      "x",
      [{ role: 1, content: "" }],
      [{ role: "user" }],
      [["role", "content"]],
    ]) {
      expect(messagesOf(value)).toBeUndefined();
    }
  });

  it("writes bytes as lines of sixteen", () => {
    expect(hexText(bytes("hubframe\x00\xff!"), 16)).toBe(
      "00000010  68 75 62 66 72 61 6d 65 00 ff 21                 hubframe..!",
    );
  });

  it("takes JSON for a tree only when it has branches", () => {
    expect(parsedJson(' {"a":[1]}')).toEqual({ a: [1] });
    for (const text of ["1", '"a"', "{", "null", "", "[1"]) expect(parsedJson(text)).toBeUndefined();
  });

  it("writes out characters that hide or turn text", () => {
    expect(visibleControls("a\u202eb\u0000c\td\n")).toBe("a⟨U+202E⟩b⟨U+0000⟩c\td\n");
  });
});

describe("copying", () => {
  it("keeps text as it is and every digit of integers", () => {
    expect(valueText("a\tb")).toBe("a\tb");
    expect(jsonText([1n, 9_007_199_254_740_993n, bytes("abc"), new Date(0)])).toBe(
      JSON.stringify([1, "9007199254740993", "YWJj", "1970-01-01T00:00:00.000Z"], null, 2),
    );
  });
});

describe("keys", () => {
  const size = { numRows: 1000, numColumns: 3, pageRows: 10 };
  const press = (key: string, ctrlKey = false) => ({
    key,
    ctrlKey,
    metaKey: false,
    altKey: false,
    shiftKey: false,
  });
  it.each([
    [{ row: 5, column: 1 }, press("ArrowDown"), { row: 6, column: 1 }],
    [{ row: 0, column: 0 }, press("ArrowUp"), { row: 0, column: 0 }],
    [{ row: 5, column: 2 }, press("ArrowRight"), { row: 5, column: 2 }],
    [{ row: 5, column: 2 }, press("PageDown"), { row: 15, column: 2 }],
    [{ row: 995, column: 2 }, press("PageDown"), { row: 999, column: 2 }],
    [{ row: 5, column: 2 }, press("Home"), { row: 5, column: 0 }],
    [{ row: 5, column: 2 }, press("Home", true), { row: 0, column: 0 }],
    [{ row: 5, column: 0 }, press("End", true), { row: 999, column: 2 }],
  ])("moves from %o by %o to %o", (from, key, to) => expect(move(from, key, size)).toEqual(to));
});
