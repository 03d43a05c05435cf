// The review in hand: its lease is prolonged while the page is in view, given back when it is left;
// the offer to undo counts down and goes.
const RENEW_MS = 60_000;
const panel = document.querySelector("[data-in-hand]");
const undo = document.querySelector("[data-undo]");

const token = () => {
  const sent = new FormData();
  sent.set("csrf_token", document.querySelector("[name=csrf_token]").value);
  return sent;
};

if (panel) {
  let staying = false;
  // Forms and links of this page keep the review, or give it back on the server's side.
  addEventListener("submit", () => {
    staying = true;
  });
  for (const link of panel.querySelectorAll("a[href]")) {
    link.addEventListener("click", () => {
      staying = !link.target && link.pathname === location.pathname;
    });
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted) staying = false;
  });
  addEventListener("pagehide", () => {
    if (!staying) navigator.sendBeacon(panel.dataset.giveBack, token());
  });

  const renew = async () => {
    if (document.hidden) return;
    try {
      const answer = await fetch(panel.dataset.keep, { method: "POST", body: token() });
      if (answer.status === 409) panel.querySelector("[data-hand-lost]").hidden = false;
    } catch {
      // No connection: the next minute tries again, the lease is longer than that.
    }
  };
  setInterval(renew, RENEW_MS);
  document.addEventListener("visibilitychange", renew);
}

if (undo) {
  const left = undo.querySelector("[data-undo-left]");
  const until = performance.now() + Number(undo.dataset.undo) * 1000;
  const tick = () => {
    const seconds = Math.ceil((until - performance.now()) / 1000);
    left.textContent = left.textContent.replace(/\d+/, String(Math.max(0, seconds)));
    if (seconds > 0) return;
    clearInterval(timer);
    undo.remove();
  };
  const timer = setInterval(tick, 250);
}
