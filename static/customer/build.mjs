/** Builds the customer's uploads into static/dist/customer: a small entry, the rest by content. */
import { mkdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const outdir = fileURLToPath(
  process.argv[2] ? new URL(process.argv[2], `file://${process.cwd()}/`) : new URL("../dist/customer/", here),
);
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });

await build({
  entryPoints: [fileURLToPath(new URL("uploads/uploads.js", here))],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  platform: "browser",
  target: ["chrome111", "firefox113", "safari16.4"],
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  legalComments: "none",
  charset: "utf8",
  absWorkingDir: fileURLToPath(here),
});
