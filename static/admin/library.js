// The library by keyboard: arrows move among the pieces, x ticks, s stars, e goes to the tray.
const form = document.querySelector("[data-pieces]");
const rows = document.querySelector("#key-list [data-key-rows]");
const keys = document.querySelector("[data-library-keys]");
if (keys) rows?.append(keys.content.cloneNode(true));

// How many pieces each filter leaves comes once the list stands; filters keep their place and focus.
const count = async (groups) => {
  const answer = await fetch(groups.dataset.counts);
  if (!answer.ok) return;
  const told = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const group of told.querySelectorAll("[data-group]")) {
    const here = groups.querySelector(`[data-group="${group.dataset.group}"]`);
    if (!here) {
      if (group.querySelector("a")) groups.append(group);
      continue;
    }
    const links = [...group.querySelectorAll("a")];
    const known = [...here.querySelectorAll("a")];
    for (const link of links) {
      const same = known.find((one) => one.getAttribute("href") === link.getAttribute("href"));
      if (!same) here.querySelector("ul").append(link.parentElement);
      else if (!same.ariaCurrent) {
        same.className = link.className;
        same.querySelector(".library-count").replaceWith(link.querySelector(".library-count"));
      }
    }
  }
  document.querySelector("strong[data-total]").textContent = told.querySelector("[data-total]").textContent;
};
const groups = document.querySelector("[data-counts]");
// Without an answer the filters work as they stand.
if (groups) count(groups).catch(() => {});

if (form) {
  const cards = [...form.querySelectorAll("[data-piece]")];
  const ticks = cards.map((card) => card.querySelector("[data-tick]"));
  const links = cards.map((card) => card.querySelector(".library-open"));
  const told = form.querySelector("[data-ticked]");
  let last = -1;

  const here = () => cards.findIndex((card) => card.contains(document.activeElement));

  const tell = () => {
    const count = ticks.filter((tick) => tick.checked).length;
    told.textContent = count ? form.dataset.textTicked.replace("{count}", count) : form.dataset.textNone;
  };

  // A tick with Shift sets all between the last tick and this one.
  const tick = (at, checked, range) => {
    const [from, to] = range && last >= 0 ? [Math.min(last, at), Math.max(last, at)] : [at, at];
    for (let one = from; one <= to; one++) ticks[one].checked = checked;
    last = at;
    tell();
  };

  // The nearest piece in a direction, as the eye sees it: columns have no rows.
  const nearest = (at, across, down) => {
    const middle = (card) => {
      const box = card.getBoundingClientRect();
      return [box.left + box.width / 2, box.top + Math.min(box.height / 2, 120)];
    };
    const [x, y] = middle(cards[at]);
    let best = -1;
    let least = Infinity;
    cards.forEach((card, other) => {
      const [ox, oy] = middle(card);
      const along = across ? (ox - x) * across : (oy - y) * down;
      const beside = across ? Math.abs(oy - y) : Math.abs(ox - x);
      if (other === at || along < 8 || (down && beside > 8)) return;
      const far = across ? along * 4 + beside : along;
      if (far < least) [best, least] = [other, far];
    });
    return best;
  };

  const go = (at) => {
    if (at < 0) return;
    links[at].focus();
    cards[at].scrollIntoView({ block: "nearest" });
  };

  const move = (across, down) => {
    const at = here();
    if (at < 0) {
      go(0);
      return;
    }
    const forward = across + down > 0;
    const next = nearest(at, across, down);
    go(next >= 0 ? next : down ? Math.min(cards.length - 1, Math.max(0, at + (forward ? 1 : -1))) : -1);
  };

  const star = async (button) => {
    const on = button.ariaPressed === "true";
    const body = new FormData();
    body.set("csrf_token", form.querySelector("[name=csrf_token]").value);
    body.set("one", button.value);
    try {
      const answer = await fetch(button.formAction, {
        method: "POST",
        headers: { Accept: "application/json" },
        body,
      });
      if (!answer.ok) throw new Error(answer.status);
      button.ariaPressed = String(!on);
      button.value = button.value.replace(/\w+$/, on ? "on" : "off");
      told.textContent = on ? form.dataset.textUnstarred : form.dataset.textStarred;
    } catch {
      told.textContent = form.dataset.textFailed;
    }
  };

  form.addEventListener("click", (event) => {
    const button = event.target.closest("[data-star]");
    if (button) {
      event.preventDefault();
      star(button);
    }
    const at = ticks.indexOf(event.target);
    if (at >= 0) tick(at, event.target.checked, event.shiftKey);
  });

  // Enter in the fields of a collection means the collection, not the first button of the form.
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !event.target.matches(".library-more input, .library-more select")) return;
    event.preventDefault();
    form.querySelector("[data-collect]").click();
  });

  const rtl = document.dir === "rtl" ? -1 : 1;
  const acts = {
    ArrowLeft: () => move(-rtl, 0),
    ArrowRight: () => move(rtl, 0),
    ArrowUp: () => move(0, -1),
    ArrowDown: () => move(0, 1),
    x: () => here() >= 0 && tick(here(), !ticks[here()].checked, false),
    X: () => here() >= 0 && tick(here(), true, true),
    s: () => here() >= 0 && star(cards[here()].querySelector("[data-star]")),
    e: () => form.querySelector("[data-place]").focus(),
  };
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]), textarea, select, summary");
    const held = event.ctrlKey || event.metaKey || event.altKey;
    const off = document.querySelector("[data-keys-on]")?.checked === false;
    const act = acts[event.key];
    if (!act || typing || held || off || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    act();
  });
  addEventListener("pageshow", tell);
  tell();
  form.dataset.ready = "";
}
