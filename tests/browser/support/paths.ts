/** Where things are in the repository. */
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");
export const FIXTURES = join(ROOT, "tests/fixtures/repos");
export const HOSTILE = join(ROOT, "tests/fixtures/hostile");
export const GOLDEN = join(ROOT, "tests/fixtures/golden");
export const GENERATED = join(ROOT, "tests/fixtures/generated/repos");
export const PACKAGE = join(ROOT, "pkg");
export const PAGES = join(ROOT, "www/dist");
export const FLECHETTE = join(ROOT, "node_modules/@uwdata/flechette/dist");
