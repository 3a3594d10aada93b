// One key for each decision: presses the button, or follows the link, that names it.

const typing = (target) =>
  target instanceof HTMLElement && target.closest("input, select, textarea, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || typing(event.target)) return;
  const found = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  if (!found) return;
  event.preventDefault();
  // A second press while the answer is on its way must not decide about the next request.
  if (document.documentElement.dataset.deciding) return;
  document.documentElement.dataset.deciding = "yes";
  found.click();
});

window.addEventListener("pageshow", () => {
  delete document.documentElement.dataset.deciding;
});
