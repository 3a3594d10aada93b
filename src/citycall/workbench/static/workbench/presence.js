// Says that this page is open, and shows who else has it open and whether the request changed.

(() => {
  "use strict";

  const shown = document.querySelector("[data-presence]");
  if (!shown) return;
  const EVERY = 15_000;
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
  const last = new Map();
  let mark = "";

  // A part counts as written in for a minute after the last key.
  function writing() {
    const now = Date.now();
    return [...last].find(([, at]) => now - at < 60_000)?.[0] ?? "";
  }

  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[action]");
    if (!form) return;
    const before = writing();
    const part = form.action.split("/").pop();
    last.clear();
    last.set(part === "note" || part === "message" ? part : "step", Date.now());
    if (writing() !== before) tell();
  });

  function tell(gone = "") {
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, writing: writing(), gone });
    return fetch(shown.dataset.presence, { method: "POST", body, keepalive: true });
  }

  async function look() {
    if (document.hidden) return;
    try {
      await tell();
      const headers = mark ? { "If-None-Match": mark } : {};
      const answer = await fetch(shown.dataset.others, { headers });
      if (answer.status === 200 && !answer.redirected) {
        mark = answer.headers.get("ETag") ?? "";
        shown.innerHTML = (await answer.text()).trim();
        shown.hidden = shown.textContent.trim() === "";
      }
    } catch {
      // Without a network nobody is known to be here.
      shown.hidden = true;
      mark = "";
    }
  }

  window.addEventListener("pagehide", () => tell("1"));
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY);
  look();
})();
