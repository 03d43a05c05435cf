// The focal point of a picture: a press sets the fields, the fields move mark and crops.
const frame = document.querySelector("[data-focus]");
const picture = frame?.querySelector("[data-focus-picture]");
const fields = ["focus_x", "focus_y"].map((name) => frame?.querySelector(`[name=${name}]`));
const MOST = 100;

// As `library/cropping.py` has it: the largest box of this ratio, as near to the point as can be.
function cropBox(width, height, [wide, high], [x, y]) {
  const across = Math.min(width, Math.floor((height * wide) / high));
  const down = Math.min(height, Math.floor((width * high) / wide));
  const start = (whole, part, at) => Math.min(Math.max(Math.round(whole * at - part / 2), 0), whole - part);
  return [start(width, across, x), start(height, down, y), across, down];
}

if (picture && fields.every(Boolean)) {
  const { width, height } = picture.viewBox.baseVal;
  const mark = picture.querySelector(".focus-mark");
  const crops = [...frame.querySelectorAll("[data-crop]")];
  const part = (field) => Math.min(Math.max(Number(field.value) || 0, 0), MOST) / MOST;

  const draw = () => {
    const at = fields.map(part);
    mark.setAttribute("transform", `translate(${width * at[0]} ${height * at[1]})`);
    for (const crop of crops) {
      const ratio = crop.dataset.crop.split("x").map(Number);
      crop.setAttribute("viewBox", cropBox(width, height, ratio, at).join(" "));
    }
  };

  frame.classList.add("is-live");
  picture.addEventListener("click", (event) => {
    const there = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      picture.getScreenCTM().inverse(),
    );
    const clicked = [there.x / width, there.y / height];
    fields.forEach((field, at) => {
      field.value = (Math.min(Math.max(clicked[at], 0), 1) * MOST).toFixed(1);
    });
    draw();
  });
  for (const field of fields) field.addEventListener("input", draw);
}
