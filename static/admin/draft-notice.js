// Says when typed text came back, offers what was sent before, warns before typed text is left.
const template = document.querySelector("#draft-notice");

document.addEventListener("draft:found", (event) => {
  const { sent, restore, discard } = event.detail;
  const notice = template.content.cloneNode(true).firstElementChild;
  const part = (name) => notice.querySelector(`[data-draft-${name}]`);
  if (sent) event.preventDefault();
  part("restored").hidden = sent;
  part("offered").hidden = part("restore").hidden = !sent;
  for (const [name, act] of Object.entries({ restore, discard })) {
    part(name).addEventListener("click", () => {
      act();
      notice.remove();
    });
  }
  event.target.prepend(notice);
});

let sending = false;
addEventListener("submit", () => {
  sending = true;
});
addEventListener("pageshow", (event) => {
  if (event.persisted) sending = false;
});
addEventListener("beforeunload", (event) => {
  if (!sending && document.querySelector("form[data-leave-warning][data-typed]")) {
    event.preventDefault();
  }
});
