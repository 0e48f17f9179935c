/** `fetch` for Node, whose own one answers ranges of a Blob's address wrongly: the last byte is missing. */

/** Answers addresses of Blobs itself, and passes on every other request. */
export async function blobFetch(request: Request): Promise<Response> {
  if (!request.url.startsWith("blob:")) return fetch(request);
  const { resolveObjectURL } = process.getBuiltinModule("node:buffer");
  const blob = resolveObjectURL(request.url) as Blob | undefined;
  if (!blob) return new Response(null, { status: 404 });
  const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.get("range") ?? "") ?? [];
  if (first === undefined) return new Response(blob);
  const part = blob.slice(Number(first), Number(last) + 1);
  const headers = { "content-range": `bytes ${first}-${last}/${blob.size}` };
  return new Response(part, { status: 206, headers });
}
