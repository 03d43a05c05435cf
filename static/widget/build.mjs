/** Builds the tags into static/dist/widget: a stable loader, modules named by their content. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = new URL(".", import.meta.url);
const outdir = fileURLToPath(
  process.argv[2] ? new URL(process.argv[2], `file://${process.cwd()}/`) : new URL("../dist/widget/", here),
);
rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });

const { metafile } = await build({
  entryPoints: ["embed.js", "page.css"].map((name) => fileURLToPath(new URL(name, here))),
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  minify: true,
  target: ["chrome111", "firefox113", "safari16.4"],
  entryNames: "[name]",
  chunkNames: "[name]-[hash]",
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  absWorkingDir: fileURLToPath(here),
});

const manifest = {};
for (const [file, { entryPoint }] of Object.entries(metafile.outputs)) {
  manifest[entryPoint ?? file] = file.split("/").at(-1);
}
writeFileSync(`${outdir}/manifest.json`, `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);
