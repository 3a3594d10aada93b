// Starts the service worker after everything else, lets it send what waits on this device, and
// says on each page how much still waits. Pages work without it.

(() => {
  "use strict";

  const { worker } = document.currentScript.dataset;
  const telling = location.pathname.startsWith("/report/") || document.querySelector("[data-offline]");
  // What was typed on the way to a report belongs to its pages only.
  if (!telling) {
    sessionStorage.removeItem(sessionStorage.getItem("citycall-sending") ?? "");
    sessionStorage.removeItem("citycall-telling");
  }

  function show({ data }) {
    if (data?.kind !== "waiting") return;
    const note = document.querySelector("[data-waiting]");
    if (!note) return;
    note.querySelector("span").textContent = data.waiting;
    note.hidden = !data.waiting || Boolean(document.querySelector("[data-offline]"));
  }

  async function visit(hurry) {
    const { active } = await navigator.serviceWorker.ready;
    active.postMessage({ kind: "visit", hurry, language: document.documentElement.lang });
  }

  async function start() {
    navigator.serviceWorker.addEventListener("message", show);
    navigator.serviceWorker.startMessages();
    await navigator.serviceWorker.register(worker);
    await visit(false);
    addEventListener("online", () => visit(true));
  }

  // Somebody may forbid it, in a private window say: then there is no app, and nothing else lacks.
  const quietly = () => start().catch(() => {});
  if (!navigator.serviceWorker) return;
  if (document.readyState === "complete") quietly();
  else addEventListener("load", quietly);
})();
