/**
 * Builds the tags into static/dist/widget and writes their sizes into docs/widgets.md.
 *
 * The loader keeps its name. Every other module carries one hash of all of them, so that the loader
 * needs to know a single name to ask for any, and a page never runs modules of two builds.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { noteSizes } from "./sizes.mjs";

const here = new URL(".", import.meta.url);
const outdir = fileURLToPath(
  process.argv[2] ? new URL(process.argv[2], `file://${process.cwd()}/`) : new URL("../dist/widget/", here),
);
/** Stands for the hash until it is known; as long as one. */
const UNKNOWN = "00000000";
const MODULES = [
  ...["shared", "encoded-key", "take-over", "lightbox", "report", "write", "ask"],
  ...["list", "summary", "gallery", "carousel", "questions", "badge", "form"],
];
const WORDS = readdirSync(new URL("words/", here)).map((file) => file.replace(".js", ""));
/**
 * Nearly all of a module runs as soon as it is there. Chromium then compiles it whole while it
 * arrives, beside the page's own thread, rather than each function on that thread when it is called.
 * The loader is too small to gain by it.
 */
const EAGER = { js: "//# allFunctionsCalledOnLoad" };
const FORMAT = {
  bundle: true,
  format: "esm",
  minify: true,
  target: ["chrome111", "firefox119", "safari16.4"],
  legalComments: "none",
  charset: "utf8",
  absWorkingDir: fileURLToPath(here),
  write: false,
  outdir: ".",
};

/** What several tags use stays one module of its own, asked for beside them. */
const shared = {
  name: "shared",
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/shared\.js$/ }, ({ kind }) =>
      kind === "entry-point" ? null : { path: `./shared-${UNKNOWN}.js`, external: true },
    );
  },
};

const hashOf = (text) => {
  const digest = createHash("sha256").update(text).digest();
  return [...digest.subarray(0, 8)].map((byte) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[byte % 32]).join("");
};
const entries = (names) => names.map((name) => `./${name}`);
const textsOf = ({ outputFiles }) => outputFiles.map(({ path, text }) => [path.split(/[/\\]/).at(-1), text]);

const modules = textsOf(
  await build({
    ...FORMAT,
    banner: EAGER,
    entryPoints: entries([
      ...MODULES.map((name) => `${name}.js`),
      ...WORDS.map((name) => `words/${name}.js`),
    ]),
    entryNames: "[name]",
    plugins: [shared],
  }),
).sort(([one], [other]) => (one < other ? -1 : 1));
const BUILD = hashOf(modules.flat().join("\n"));
const loader = textsOf(
  await build({
    ...FORMAT,
    entryPoints: entries(["embed.js", "page.css", "frame.js", "frame.css"]),
    define: { BUILD: `"${BUILD}"` },
  }),
);

rmSync(outdir, { recursive: true, force: true });
mkdirSync(outdir, { recursive: true });
const manifest = {};
const put = (source, file, text) => {
  manifest[source] = file;
  writeFileSync(`${outdir}/${file}`, text);
};
for (const [name, text] of loader) put(name, name, text);
put("frame.html", "frame.html", readFileSync(new URL("frame.html", here), "utf8"));
// For pages that pin a version by its hash; it lies beside the modules it asks for.
const embed = loader.find(([name]) => name === "embed.js")[1];
put("embed.js pinned", `embed-${hashOf(embed)}.js`, embed);
for (const [file, text] of modules) {
  const name = file.replace(".js", "");
  const source = WORDS.includes(name) ? `words/${file}` : file;
  put(source, `${name}-${BUILD}.js`, text.replaceAll(`-${UNKNOWN}.js`, `-${BUILD}.js`));
}
writeFileSync(`${outdir}/manifest.json`, `${JSON.stringify(manifest, Object.keys(manifest).sort(), 2)}\n`);
if (!process.argv[2]) noteSizes(outdir, manifest);
