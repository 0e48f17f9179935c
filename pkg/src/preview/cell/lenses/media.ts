/** Pictures and sounds of a cell, decoded by the browser from the cell's own bytes. */
import { isShowable, type Picture } from "../media.js";
import { byteText } from "../text.js";

/** Shows a picture in full, with its size. */
export function imageLens(picture: Picture, signal: AbortSignal): HTMLElement {
  const { bytes, type, size } = picture;
  const facts = [
    type.replace("image/", ""),
    size && `${size.width} × ${size.height} pixels`,
    byteText(bytes.length),
  ];
  const box = figure(facts.filter(Boolean).join(" · "));
  if (!isShowable(picture)) {
    box.prepend("This picture is too large to be decoded safely in a page.");
    return box;
  }
  const image = new Image();
  image.alt = "";
  image.src = addressOf(bytes, type, signal);
  image.addEventListener("error", () => image.replaceWith("The browser could not decode this picture."));
  box.prepend(image);
  return box;
}

/** A player, which loads when it is used. */
export function soundLens(bytes: Uint8Array<ArrayBuffer>, type: string, signal: AbortSignal): HTMLElement {
  const box = figure(`${type.replace("audio/", "")} · ${byteText(bytes.length)}`);
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.preload = "metadata";
  audio.src = addressOf(bytes, type, signal);
  box.prepend(audio);
  return box;
}

function figure(caption: string): HTMLElement {
  const box = document.createElement("figure");
  const text = document.createElement("figcaption");
  text.textContent = caption;
  box.append(text);
  return box;
}

function addressOf(bytes: Uint8Array<ArrayBuffer>, type: string, signal: AbortSignal): string {
  const address = URL.createObjectURL(new Blob([bytes], { type }));
  signal.addEventListener("abort", () => URL.revokeObjectURL(address));
  return address;
}
