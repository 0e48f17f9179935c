/** hyparquet with all that it can do with a page index. */
import { hyparquet } from "../hyparquet.js";

export const peer = hyparquet({ useOffsetIndex: true, usePageIndex: true });
