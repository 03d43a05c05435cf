// The file fields of a form: what sends, resumes and shows files is loaded once a file is chosen.
const remembered = (prefix) => {
  try {
    return Object.keys(localStorage).some((key) => key.startsWith(`tus::${prefix}`));
  } catch {
    return false;
  }
};

const bind = (field) => {
  let opened;
  const open = () => {
    opened ??= import("./desk.js").then(({ openDesk }) => openDesk(field));
    return opened;
  };
  for (const input of field.querySelectorAll("[type=file]")) {
    input.addEventListener("change", async () => {
      const files = [...input.files];
      // Where the module cannot be loaded the files stay here, and the form sends them itself.
      const desk = files.length && (await open().catch(() => (opened = undefined)));
      if (!desk) return;
      input.value = "";
      desk.add(files);
    });
  }
  field.classList.add("is-enhanced");
  const { uploads, form } = field.dataset;
  if (remembered(`${uploads}|${form}|`)) open().then((desk) => desk.resume());
};

document.querySelectorAll("[data-uploads]").forEach(bind);
