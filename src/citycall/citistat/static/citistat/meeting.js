// Nothing that is typed at a meeting is lost: notes are kept while one writes, forms on the device.

const WAIT_MS = 1500;
const AGAIN_MS = 8000;

const keep = (key, value) => {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // A browser that keeps nothing still sends the form.
  }
};
const kept = (key) => {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
};

const startNotes = (form) => {
  const field = form.elements.notes;
  const version = form.elements.version;
  const status = form.querySelector("[role=status]");
  const key = `citistat-notes-${field.dataset.meeting}`;
  const others = document.querySelector("[data-others]");
  let saved = field.value;
  let timer = 0;
  let saving = false;

  const draft = () => keep(key, JSON.stringify({ version: version.value, text: field.value }));
  // Somebody else was quicker: theirs is shown, and what is typed goes on upon it.
  const refused = (told, typed) => {
    version.value = told.version;
    draft();
    if (told.present === typed) {
      saved = typed;
      return;
    }
    others.querySelector("[data-others-text]").textContent = told.present;
    others.hidden = false;
    status.textContent = told.sentence;
  };

  const save = async () => {
    const typed = field.value;
    if (typed === saved || saving) return;
    saving = true;
    const body = new FormData(form);
    try {
      const answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { Accept: "application/json" },
        redirect: "error",
      });
      if (!answer.headers.get("Content-Type")?.startsWith("application/json")) {
        status.textContent = status.dataset.refused;
        return;
      }
      const told = await answer.json();
      if (answer.status === 409) {
        refused(told, typed);
        return;
      }
      if (!answer.ok) {
        status.textContent = told.sentence;
        return;
      }
      saved = typed;
      version.value = told.version;
      if (field.value === typed) {
        keep(key, null);
        status.textContent = status.dataset.saved;
      } else plan(WAIT_MS);
    } catch {
      status.textContent = status.dataset.lost;
      plan(AGAIN_MS);
    } finally {
      saving = false;
    }
  };
  const plan = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  const before = JSON.parse(kept(key) ?? "null");
  if (before !== null && before.text.trim() === field.value.trim()) keep(key, null);
  else if (before !== null && !field.hasAttribute("aria-invalid")) {
    field.value = before.text;
    // Upon what it was written: where somebody else has written since, both are shown.
    version.value = before.version;
    status.textContent = status.dataset.restored;
  }
  field.addEventListener("input", () => {
    draft();
    status.textContent = status.dataset.writing;
    plan(WAIT_MS);
  });
  form.addEventListener("submit", () => clearTimeout(timer));
};

// What stands in a form is there again after the page was left, until it was sent and taken.
const startKept = (form) => {
  const key = `citistat-form-${form.dataset.kept}`;
  const told = () => [...form.elements].filter((each) => each.name && each.type !== "hidden" && each.type !== "submit");
  const wasSent = kept(`${key}-sent`) !== null;
  keep(`${key}-sent`, null);
  if (wasSent && document.querySelector(".usa-alert--success")) keep(key, null);
  const before = "faulty" in form.dataset ? null : kept(key);
  if (before !== null) {
    const values = JSON.parse(before);
    for (const each of told()) if (each.name in values) each.value = values[each.name];
    form.closest("details")?.setAttribute("open", "");
  }
  form.addEventListener("input", () => {
    keep(key, JSON.stringify(Object.fromEntries(told().map((each) => [each.name, each.value]))));
  });
  form.addEventListener("submit", () => keep(`${key}-sent`, "1"));
};

const startEvidence = (form) => {
  const kind = form.elements.evidence_kind;
  const show = () => {
    for (const part of form.querySelectorAll("[data-evidence]")) part.hidden = !part.dataset.evidence.split(" ").includes(kind.value);
  };
  kind.addEventListener("change", show);
  show();
};

const isWriting = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

const KEYS = { n: "notes-text", c: "id_what" };

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    const form = event.target.closest("form[data-notes], form[data-kept]");
    // Where there is a choice of steps, a person makes it.
    if (form?.querySelectorAll("button[type=submit]").length === 1) {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[type=submit]"));
    }
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  // The switch for single keys is on the list of requests.
  if (kept("citycall.list.keys") === "off") return;
  const field = document.getElementById(KEYS[event.key.toLowerCase()] ?? "");
  if (field) {
    event.preventDefault();
    field.focus();
  }
});

for (const form of document.querySelectorAll("form[data-notes]")) startNotes(form);
for (const form of document.querySelectorAll("form[data-kept]")) startKept(form);
for (const form of document.querySelectorAll("form")) if (form.elements.evidence_kind) startEvidence(form);
