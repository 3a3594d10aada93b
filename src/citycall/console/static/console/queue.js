// The queue as it is now: looked at anew whenever something changed, without losing one's place.

import { calmly, listen } from "./live.js";

const part = document.querySelector("[data-queue]");
const key = (name) => document.querySelector(`[data-key="${name}"]`);

const KEYS = {
  F3: () => key("next")?.click(),
  F6: noteByHand,
  F10: () => key("missed")?.click(),
  PageDown: () => key("further")?.click(),
  PageUp: () => key("first")?.click(),
};

function noteByHand() {
  const form = document.querySelector(".cq-promise");
  form.open = true;
  form.querySelector("input:not([type=hidden])").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey || event.ctrlKey || event.shiftKey) return;
  const act = KEYS[event.key];
  // Within a list that scrolls, the page keys scroll.
  if (!act || (event.key.startsWith("Page") && !key(event.key === "PageDown" ? "further" : "first"))) return;
  event.preventDefault();
  act();
});

// ---- Clocks that go on between two looks ----

let ahead = 0;

function tick() {
  const now = Date.now() / 1000 + ahead;
  for (const clock of document.querySelectorAll("[data-since]")) {
    const seconds = Math.max(0, Math.floor(now - Number(clock.dataset.since)));
    const two = (number) => String(number).padStart(2, "0");
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    const shown = hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`;
    if (clock.textContent !== shown) clock.textContent = shown;
  }
}

// ---- Looking ----

async function look() {
  try {
    const answer = await fetch(part.dataset.queue, { credentials: "same-origin" });
    if (answer.redirected) location.reload();
    if (!answer.ok || answer.redirected) return;
    const date = Date.parse(answer.headers.get("Date") ?? "");
    if (date) ahead = (date - Date.now()) / 1000;
    show(await answer.text());
  } catch {
    // The stream tells when the server is back.
  }
}

// Whoever has walked to a row with the keyboard stays at it, wherever it stands now.
function show(html) {
  const focused = part.contains(document.activeElement) ? document.activeElement : null;
  const row = focused?.dataset.row ?? focused?.dataset.state;
  const scrolled = part.querySelector(".usa-table-container--scrollable")?.scrollLeft ?? 0;
  part.innerHTML = html;
  const list = part.querySelector(".usa-table-container--scrollable");
  if (list) list.scrollLeft = scrolled;
  if (row) part.querySelector(`[data-row="${row}"], [data-state="${row}"]`)?.focus();
  tick();
}

setInterval(tick, 1000);
const lookCalmly = calmly(look);
listen((topic) => {
  if (topic === "queue" || topic === "everything") lookCalmly();
});
