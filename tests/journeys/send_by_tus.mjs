// tus-js-client, as it comes from the registry, sends one file: node send_by_tus.mjs FILE ENDPOINT
import { createReadStream, statSync } from "node:fs";
import { Upload } from "tus-js-client";

const [file, endpoint] = process.argv.slice(2);
const upload = new Upload(createReadStream(file), {
  endpoint,
  uploadSize: statSync(file).size,
  retryDelays: Array(120).fill(250),
  metadata: { filename: "film.mp4", filetype: "video/mp4", form: "help" },
  onError: (error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
  onSuccess: () => console.log(upload.url),
});
upload.start();
