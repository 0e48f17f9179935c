/** Where a download goes: a file that the user chose, written as it comes; or else what a browser saves in the end. */

/** How long a browser may take to begin saving a Blob, in milliseconds. */
const SAVE_TIME = 60_000;

/** A file in the making. */
export interface Sink {
  write(part: string | Blob): Promise<void>;
  /** The file is whole. */
  close(): Promise<void>;
  /** There is no file after all. */
  abort(): Promise<void>;
}

/** The parts of the File System Access API that are used; not every browser has it. */
interface FileSystemAccess {
  showSaveFilePicker?(options: { readonly suggestedName: string }): Promise<FileSystemFileHandle>;
}

/**
 * Asks where to save. It must be called by a press of a button, as browsers demand.
 *
 * @returns `undefined` when the user changed their mind.
 */
export async function openSink(name: string): Promise<Sink | undefined> {
  const access = globalThis as FileSystemAccess;
  if (!access.showSaveFilePicker) return blobSink(name);
  try {
    const handle = await access.showSaveFilePicker({ suggestedName: name });
    return await handle.createWritable();
  } catch (error) {
    const reason = error instanceof DOMException ? error.name : "";
    if (reason === "AbortError") return undefined;
    // Frames of other sites may not ask.
    if (reason === "SecurityError" || reason === "NotAllowedError") return blobSink(name);
    throw error;
  }
}

/** The browser keeps large Blobs on disk, so memory stays bounded here, too. */
function blobSink(name: string): Sink {
  const parts: Blob[] = [];
  return {
    async write(part) {
      parts.push(new Blob([part]));
    },
    async close() {
      const address = URL.createObjectURL(new Blob(parts));
      const link = Object.assign(document.createElement("a"), { href: address, download: name });
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), SAVE_TIME);
    },
    async abort() {
      parts.length = 0;
    },
  };
}
