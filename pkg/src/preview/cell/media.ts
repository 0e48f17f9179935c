/** Images and sounds in cells: what their first bytes say. Nothing here trusts a file's name. Pure. */
import type { Value } from "../../rows.js";

/** A picture that is safe to hand to the browser: a raster format, and not a bomb. */
export interface Picture {
  readonly type: "image/png" | "image/jpeg" | "image/gif" | "image/webp" | "image/bmp" | "image/avif";
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** In pixels, where the first bytes say so. */
  readonly size?: { readonly width: number; readonly height: number };
}

/** More pixels than this take hundreds of megabytes to decode; such a picture is named, not shown. */
export const MAX_PIXELS = 64e6;

/** The bytes of a cell of an Image or Audio column: `{ bytes, path }`, or bytes alone. */
export function mediaBytes(value: Value): Uint8Array<ArrayBuffer> | undefined {
  const bytes = isStruct(value) ? value.bytes : value;
  return bytes instanceof Uint8Array && bytes.length > 0 ? (bytes as Uint8Array<ArrayBuffer>) : undefined;
}

/** The path beside the bytes, for display. */
export function mediaPath(value: Value): string | undefined {
  const path = isStruct(value) ? value.path : undefined;
  return typeof path === "string" ? path : undefined;
}

/** Knows a picture by its first bytes. SVG is none: it is a document, and is shown as text. */
export function pictureOf(bytes: Uint8Array<ArrayBuffer>): Picture | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const starts = (text: string, at = 0) => [...text].every((char, i) => bytes[at + i] === char.charCodeAt(0));
  if (starts("\x89PNG\r\n\x1a\n"))
    return picture("image/png", bytes, 24, () => [view.getUint32(16), view.getUint32(20)]);
  if (starts("\xff\xd8\xff")) return { type: "image/jpeg", bytes, ...jpegSize(view) };
  if (starts("GIF8"))
    return picture("image/gif", bytes, 10, () => [view.getUint16(6, true), view.getUint16(8, true)]);
  if (starts("RIFF") && starts("WEBP", 8)) return { type: "image/webp", bytes, ...webpSize(view, starts) };
  if (starts("BM"))
    return picture("image/bmp", bytes, 26, () => [
      view.getInt32(18, true),
      Math.abs(view.getInt32(22, true)),
    ]);
  if (starts("ftypavif", 4)) return { type: "image/avif", bytes };
  return undefined;
}

/** The type of a sound, by its first bytes. */
export function soundType(bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 12));
  if (text.startsWith("RIFF") && text.endsWith("WAVE")) return "audio/wav";
  if (text.startsWith("fLaC")) return "audio/flac";
  if (text.startsWith("OggS")) return "audio/ogg";
  if (text.startsWith("ID3") || /^\xff[\xe2-\xff]/.test(text)) return "audio/mpeg";
  if (text.slice(4, 8) === "ftyp") return "audio/mp4";
  return undefined;
}

/** Whether a picture may be decoded: a file of a few bytes can claim any size. */
export function isShowable({ size }: Picture): boolean {
  return size === undefined || size.width * size.height <= MAX_PIXELS;
}

function isStruct(value: Value): value is { readonly [name: string]: Value } {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}

function picture(
  type: Picture["type"],
  bytes: Uint8Array<ArrayBuffer>,
  headLength: number,
  size: () => [number, number],
): Picture {
  if (bytes.length < headLength) return { type, bytes };
  const [width, height] = size();
  return { type, bytes, size: { width, height } };
}

/** Walks the segments up to the frame header (ITU T.81, B.1.1 and B.2.2). */
function jpegSize(view: DataView): Pick<Picture, "size"> {
  let at = 2;
  while (at + 9 < view.byteLength) {
    if (view.getUint8(at) !== 0xff) return {};
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { size: { width: view.getUint16(at + 7), height: view.getUint16(at + 5) } };
    at += 2 + view.getUint16(at + 2);
  }
  return {};
}

/** The three kinds of first chunk (WebP container specification). */
function webpSize(view: DataView, starts: (text: string, at: number) => boolean): Pick<Picture, "size"> {
  if (view.byteLength < 30) return {};
  const uint24 = (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (starts("VP8X", 12)) return { size: { width: uint24(24) + 1, height: uint24(27) + 1 } };
  if (starts("VP8L", 12)) {
    const bits = view.getUint32(21, true);
    return { size: { width: (bits & 0x3fff) + 1, height: ((bits >> 14) & 0x3fff) + 1 } };
  }
  if (!starts("VP8 ", 12)) return {};
  return { size: { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff } };
}
