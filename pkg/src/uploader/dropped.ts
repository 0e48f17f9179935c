/** The files of a drop or of a picker, those in folders included, with paths from what was dropped. */

/** A file that the user gave. */
export interface GivenFile {
  /** Its name with the folders that it was given in. */
  readonly path: string;
  readonly file: File;
  /** What opens it again after a reload, where the browser has that. */
  readonly handle?: FileSystemFileHandle;
}

/** A directory as the File System Access API has it; TypeScript's own types lack that it can be gone through. */
type Directory = FileSystemDirectoryHandle & {
  values(): AsyncIterable<FileSystemHandle>;
};

type Item = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/** The files of a drop. Must be called while the event is handled; hidden files are left out. */
export async function droppedFiles({ items }: DataTransfer): Promise<GivenFile[]> {
  // What an item holds is gone when the event is over, so all are asked for before anything is awaited.
  const found = Array.from(items, (item: Item) => {
    if (item.kind !== "file") return Promise.resolve([]);
    const handle = item.getAsFileSystemHandle?.();
    const entry = handle ? null : item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (handle) return handle.then((handle) => (handle ? ofHandle(handle, "") : plain(file)));
    return entry ? ofEntry(entry, "") : Promise.resolve(plain(file));
  });
  return visible((await Promise.all(found)).flat());
}

/** The files of a picker, which knows the folders of those that came in one. */
export function pickedFiles(files: Iterable<File>): GivenFile[] {
  return visible(Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file })));
}

function plain(file: File | null): GivenFile[] {
  return file ? [{ path: file.name, file }] : [];
}

function visible(files: readonly GivenFile[]): GivenFile[] {
  return files.filter(({ path }) => !path.split("/").some((part) => part.startsWith(".") && part !== ".env"));
}

async function ofHandle(handle: FileSystemHandle, folder: string): Promise<GivenFile[]> {
  const path = folder + handle.name;
  if (handle.kind === "file") {
    const file = handle as FileSystemFileHandle;
    return [{ path, file: await file.getFile(), handle: file }];
  }
  const found: GivenFile[] = [];
  for await (const inner of (handle as Directory).values())
    found.push(...(await ofHandle(inner, `${path}/`)));
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

async function ofEntry(entry: FileSystemEntry, folder: string): Promise<GivenFile[]> {
  const path = folder + entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const found: GivenFile[] = [];
  // A reader gives some entries at a time, and none at the end.
  for (;;) {
    const inner = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (inner.length === 0) return found.sort((a, b) => (a.path < b.path ? -1 : 1));
    for (const one of inner) found.push(...(await ofEntry(one, `${path}/`)));
  }
}
