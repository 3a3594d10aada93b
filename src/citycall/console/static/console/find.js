// Back to the call by key, and forms that are sent by Ctrl and Enter.

document.addEventListener("keydown", (event) => {
  if (event.key === "F4" && !event.ctrlKey && !event.altKey) {
    event.preventDefault();
    document.querySelector('[data-key="back"]')?.click();
  } else if (event.key === "F9" && !event.ctrlKey) {
    const back = document.querySelector('[data-key="back"]');
    if (!back) return;
    event.preventDefault();
    location.assign(`${back.href}#wrap`);
  } else if (event.key === "Enter" && event.ctrlKey) {
    event.target.closest("form")?.requestSubmit();
  }
});
