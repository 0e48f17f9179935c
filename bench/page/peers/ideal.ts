/** The lower bound: the bare fetch of exactly the bytes that are needed, in as many round trips as their finding takes. */
import type { Peer } from "../../tasks.js";

export const peer: Peer = async ({ url }, _task, waves) => {
  for (const wave of waves) {
    await Promise.all(
      wave.map(async ([start, end]) => {
        const response = await fetch(url, {
          headers: { Range: `bytes=${start}-${end - 1}` },
          cache: "no-store",
        });
        if (response.status !== 206) throw new Error(`The server answered ${response.status}.`);
        await response.arrayBuffer();
      }),
    );
  }
  return { count: Number.NaN };
};
