/** Characters that nobody sees and that change what everybody sees. Pure. */

/**
 * Bidirectional embeddings, overrides and isolates, and controls other than tab and line ends: they could make a cell
 * read as what it is not (Unicode TR 36, "Bidirectional Text Spoofing").
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point.
const HIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with such characters written out: `⟨U+202E⟩`. */
export function visibleControls(text: string): string {
  return text.replace(HIDDEN, (char) => {
    const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    return `⟨U+${code}⟩`;
  });
}
