/** What each tag weighs on the wire, for docs/widgets.md. */
import { readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const DOCS = new URL("../../docs/widgets.md", import.meta.url);
const [BEGIN, END] = ["<!-- sizes: written by npm run build -->", "<!-- end of sizes -->"];
/** Modules of each tag with English words; a list's lightbox and report come when they are asked for. */
const LOADER = ["embed.js"];
const COMMON = [...LOADER, "shared.js", "words/en.js"];
export const ROWS = [
  ["loader, and all the stars need", LOADER, 1536],
  ["`<review-summary>`", [...COMMON, "summary.js"]],
  ["`<review-list>`", [...COMMON, "list.js"], 10240],
  ["… with lightbox and report opened", [...COMMON, "list.js", "lightbox.js", "report.js"]],
  ["`<review-gallery>`", [...COMMON, "gallery.js", "lightbox.js"], 14336],
  ["`<review-carousel>`", [...COMMON, "carousel.js"]],
  ["`<review-questions>`", [...COMMON, "words/forms-en.js", "questions.js"]],
  ["`<review-badge>`", [...COMMON, "words/forms-en.js", "badge.js"]],
  ["`<review-form>`, before it is opened", [...COMMON, "words/forms-en.js", "form.js"]],
  ["`<review-form>`, open", [...COMMON, "words/forms-en.js", "form.js", "write.js"]],
];

/** Write the table between its marks. */
export function noteSizes(outdir, manifest) {
  const size = (module) => brotliCompressSync(readFileSync(`${outdir}/${manifest[module]}`)).length;
  const rows = ROWS.map(([name, modules, most]) => {
    const bytes = modules.map(size).reduce((sum, each) => sum + each);
    return `| ${name} | ${modules.length} | ${bytes.toLocaleString("en")} | ${most?.toLocaleString("en") ?? ""} |`;
  });
  const head = ["| all in | files | bytes, brotli | budget |", "| --- | --- | --- | --- |"];
  const [before, rest] = readFileSync(DOCS, "utf8").split(BEGIN);
  const after = rest.split(END)[1];
  writeFileSync(DOCS, [before, BEGIN, "\n", [...head, ...rows].join("\n"), "\n", END, after].join(""));
}
