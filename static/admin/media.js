// A photo on its stage: zoom by buttons and keys; a part of it marked by drawing or by numbers.
const MOST = 8;
const stage = document.querySelector("[data-stage]");
const picture = stage?.querySelector(".stage-picture");
let zoom = 1;

function zoomTo(wanted) {
  const middle = [
    (stage.scrollLeft + stage.clientWidth / 2) / stage.scrollWidth,
    (stage.scrollTop + stage.clientHeight / 2) / stage.scrollHeight,
  ];
  const fitted = picture.offsetWidth / zoom;
  zoom = Math.min(MOST, Math.max(1, wanted));
  stage.classList.toggle("is-zoomed", zoom > 1);
  picture.style.inlineSize = zoom > 1 ? `${fitted * zoom}px` : "";
  stage.scrollTo({
    left: middle[0] * stage.scrollWidth - stage.clientWidth / 2,
    top: middle[1] * stage.scrollHeight - stage.clientHeight / 2,
  });
}

const STEPS = { in: () => zoomTo(zoom * 1.5), out: () => zoomTo(zoom / 1.5), fit: () => zoomTo(1) };
const KEYS = { "+": "in", "=": "in", "-": "out", 0: "fit" };

if (stage) {
  document.querySelector("[data-stage-tools]").hidden = false;
  for (const tool of document.querySelectorAll("[data-zoom]"))
    tool.addEventListener("click", STEPS[tool.dataset.zoom]);
  stage.addEventListener("keydown", (event) => {
    const step = !event.ctrlKey && !event.metaKey && STEPS[KEYS[event.key]];
    if (!step) return;
    event.preventDefault();
    step();
  });
}

const area = document.querySelector("[data-area]");

if (stage && area) {
  const names = ["left", "top", "width", "height"];
  const fields = Object.fromEntries(names.map((name) => [name, area.querySelector(`[name=${name}]`)]));
  const mark = document.createElement("div");
  mark.className = "stage-mark";
  mark.hidden = true;
  picture.append(mark);
  stage.classList.add("marks");

  const draw = () => {
    mark.hidden = !names.every((name) => fields[name].value);
    for (const name of names) mark.style[name] = `${fields[name].value}%`;
  };
  const place = (event) => {
    const box = picture.getBoundingClientRect();
    const part = (at, from, size) => Math.min(100, Math.max(0, ((at - from) / size) * 100));
    return [part(event.clientX, box.left, box.width), part(event.clientY, box.top, box.height)];
  };
  const put = ([ax, ay], [bx, by]) => {
    const told = [Math.min(ax, bx), Math.min(ay, by), Math.abs(ax - bx), Math.abs(ay - by)];
    // Rounded inwards: the sum must not leave the picture.
    names.forEach((name, at) => {
      fields[name].value = (Math.floor(told[at] * 10) / 10).toFixed(1);
    });
    draw();
  };

  let start = null;
  picture.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    event.preventDefault();
    start = place(event);
    picture.setPointerCapture(event.pointerId);
  });
  picture.addEventListener("pointermove", (event) => start && put(start, place(event)));
  picture.addEventListener("pointerup", (event) => {
    if (start) put(start, place(event));
    start = null;
    fields.left.dispatchEvent(new Event("input", { bubbles: true }));
  });
  for (const name of names) fields[name].addEventListener("input", draw);
  draw();
}
