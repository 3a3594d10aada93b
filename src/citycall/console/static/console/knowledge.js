// The search of what is true today: answers as one types, and keys from one to the next.
// It serves any page with a form [data-known-form] and a place [data-known] for what is found.

(() => {
  "use strict";

  // Milliseconds without a key after which the words are searched.
  const PAUSE = 60;

  const form = document.querySelector("[data-known-form]");
  const place = document.querySelector("[data-known]");
  if (!form || !place) return;
  const status = document.querySelector("[data-known-status]");
  const words = form.elements.q;
  let waiting;
  let asking;

  async function search() {
    asking?.abort();
    asking = new AbortController();
    const query = new URLSearchParams(new FormData(form));
    let answer;
    try {
      answer = await fetch(`${form.dataset.found}?${query}`, { signal: asking.signal });
    } catch {
      return;
    }
    // Signed out meanwhile, or broken: sending the form shows what is the matter.
    if (!answer.ok || answer.redirected) return;
    place.innerHTML = await answer.text();
    place.dataset.for = query.get("q");
    status.textContent = place.querySelector("[data-count]")?.dataset.count ?? "";
    // What is shown can be opened again, and comes back with "back".
    history.replaceState(null, "", `${form.action}?${query}`);
  }

  function items() {
    return [...place.querySelectorAll("[data-known-item]")];
  }

  function step(from, by) {
    const all = items();
    const next = all[all.indexOf(from) + by];
    if (next) next.focus();
    else if (by < 0) words.focus();
  }

  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, PAUSE);
  });
  // Enter tells of what was not found; what was found is gone into instead.
  form.addEventListener("submit", (event) => {
    if (event.submitter && event.submitter !== form.querySelector("[type=submit]")) return;
    const first = items()[0];
    if (document.activeElement === words && first && place.dataset.for === words.value) {
      event.preventDefault();
      first.focus();
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const item = event.target.closest?.("[data-known-item]");
    if (event.key === "ArrowDown" && (item || event.target === words)) {
      event.preventDefault();
      step(item, 1);
    } else if (event.key === "ArrowUp" && item) {
      event.preventDefault();
      step(item, -1);
    } else if (event.key === "Escape" && place.contains(event.target)) {
      const open = event.target.closest("details[open]");
      if (open) {
        open.open = false;
        open.querySelector("summary").focus();
      } else {
        words.focus();
        words.select();
      }
    }
  });
  // What was read out is noted without leaving the page.
  document.addEventListener("submit", async (event) => {
    const noting = event.target.closest("[data-known-touch]");
    if (!noting) return;
    event.preventDefault();
    const answer = await fetch(noting.action, {
      method: "POST",
      body: new FormData(noting),
      headers: { Accept: "application/json" },
    }).catch(() => null);
    if (!answer?.ok || answer.redirected) {
      noting.submit();
      return;
    }
    const button = noting.querySelector("button");
    button.textContent = button.dataset.noted;
    button.disabled = true;
    status.textContent = button.dataset.noted;
  }, true);
})();
