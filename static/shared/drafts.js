// Keeps typed text on this device until it was sent: form[data-draft="key"].
const WEEK_MS = 7 * 24 * 3600 * 1000;
const TYPED = "textarea, input[type=text], input[type=email], input[type=url]";

const read = (key) => {
	try {
		return JSON.parse(localStorage.getItem(key));
	} catch {
		return null;
	}
};

const write = (key, draft) => {
	try {
		if (draft) localStorage.setItem(key, JSON.stringify(draft));
		else localStorage.removeItem(key);
	} catch {
		// No room or no storage: the page works, only without memory.
	}
};

const bind = (form) => {
	const key = `draft:${form.dataset.draft || location.pathname}`;
	const fields = [...form.querySelectorAll(TYPED)].filter((field) => field.name);
	// A form shown again with errors holds typed text as its defaults: nothing of it is saved yet.
	const failed = form.querySelector("[aria-invalid]");
	const changed = (field) => field.value !== (failed ? "" : field.defaultValue);
	const keep = (sent) => {
		const typed = fields.filter(changed).map((field) => [field.name, field.value]);
		form.toggleAttribute("data-typed", typed.length > 0);
		write(key, typed.length && { typed: Object.fromEntries(typed), sent, at: Date.now() });
	};
	const draft = read(key);
	const fill = (valueOf) => () => {
		for (const field of fields) field.value = valueOf(field) ?? field.value;
		keep(false);
	};
	const restore = fill((field) => draft.typed[field.name]);
	const discard = fill((field) => field.defaultValue);
	const fresh = draft && Date.now() - draft.at < WEEK_MS;
	if (fresh && fields.some(({ name, value }) => (draft.typed[name] ?? value) !== value)) {
		// A listener may stop the restoring and offer it instead: what was sent may be saved.
		const detail = { sent: draft.sent, restore, discard };
		const found = new CustomEvent("draft:found", { bubbles: true, cancelable: true, detail });
		if (form.dispatchEvent(found)) restore();
	} else keep(false);
	form.addEventListener("input", () => keep(false));
	form.addEventListener("submit", () => keep(true));
};

const arrived = document.querySelector("[data-flash=good], [data-draft-done]");
try {
	for (const key of Object.keys(localStorage)) if (arrived && read(key)?.sent) write(key);
} catch {
	// As above.
}
document.querySelectorAll("form[data-draft]").forEach(bind);
