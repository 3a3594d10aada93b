// Opens maps that only show a place: when they come into view, or when a reader opens them.

async function start(box) {
  const config = JSON.parse(box.dataset.map);
  const { openMap } = await import(config.module);
  try {
    const map = await openMap(box);
    map.mark(config.point, config.label);
  } catch {
    // The box says that the map cannot be shown; the words beside it say where the place is.
  }
}

function whenSeen(box) {
  const watch = new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting)) {
      watch.disconnect();
      start(box);
    }
  });
  watch.observe(box);
}

for (const box of document.querySelectorAll("[data-map][data-opens]")) {
  const details = box.closest("details");
  box.hidden = false;
  if (details) {
    details.hidden = false;
    details.addEventListener("toggle", () => start(box), { once: true });
  } else {
    whenSeen(box);
  }
}
