// The strip of the call-taker's own calls, as they come and go.

import { calmly, listen } from "./live.js";

async function lookAtCalls(desk) {
  try {
    const answer = await fetch(desk.dataset.strip, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) return;
    const html = await answer.text();
    const strip = desk.querySelector("[data-calls]");
    if (strip.dataset.html === html || strip.contains(document.activeElement)) return;
    strip.dataset.html = html;
    strip.innerHTML = html;
  } catch {
    // The next look finds the connection back.
  }
}

export function watchCalls(desk) {
  const look = calmly(() => lookAtCalls(desk));
  listen((topic) => {
    if (topic === "everything" || topic === `desk:${desk.dataset.taker}`) look();
  });
}
