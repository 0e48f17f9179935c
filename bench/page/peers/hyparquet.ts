/** hyparquet with its defaults. */
import { hyparquet } from "../hyparquet.js";

export const peer = hyparquet({});
