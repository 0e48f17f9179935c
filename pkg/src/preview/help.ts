/** The sheet of keys. */

const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ["Arrow keys, Page Up, Page Down", "move the active cell"],
  ["Home, End", "first and last column; with Ctrl, first and last row"],
  ["Enter", "opens the cell in full"],
  ["Alt + arrow keys", "the next cell, from within the open one"],
  ["Escape", "closes what is open, or clears the selection"],
  ["Shift + ↑ ↓, Shift + Space", "select rows"],
  ["Ctrl + C", "copies the selected rows, or the active cell"],
  ["/", "search"],
  ["g", "go to a row"],
  ["f", "filter, sort and statistics of the active column"],
  ["c", "choose columns"],
  ["?", "this help"],
];

/** Shows the sheet within `root`, above everything else. */
export function showHelp(root: DocumentFragment | HTMLElement): void {
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-label", "Keys");
  const list = document.createElement("dl");
  for (const [keys, what] of KEYS) {
    const [term, description] = [document.createElement("dt"), document.createElement("dd")];
    term.textContent = keys;
    description.textContent = what;
    list.append(term, description);
  }
  const close = document.createElement("button");
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  dialog.append(list, close);
  root.append(dialog);
  dialog.showModal();
}
