/** Long content, piece by piece: no cell is cut, and none freezes the page. */

/** Something long, in pieces. */
export interface Pieces {
  /** How many there are. */
  readonly count: number;
  /** Makes one. */
  piece(index: number): Node;
  /** What the button says that shows piece `index`. */
  label(index: number): string;
}

/** Puts the first piece into `parent`, and a button that puts the next one in its place. */
export function appendPieces(parent: HTMLElement, pieces: Pieces): void {
  const append = (index: number): void => {
    if (index >= pieces.count) return;
    parent.append(pieces.piece(index));
    if (index + 1 < pieces.count) parent.append(moreButton(pieces.label(index + 1), () => append(index + 1)));
  };
  append(0);
}

function moreButton(text: string, onClick: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "more";
  button.textContent = text;
  button.addEventListener("click", () => {
    button.remove();
    onClick();
  });
  return button;
}
