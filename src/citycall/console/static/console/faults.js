// What is to be put right, said beside its field; the keyboard lands on the first.

export function showFaults(form, faults) {
  let first = null;
  for (const place of form.querySelectorAll("[data-fault]")) {
    const name = place.dataset.fault.split(" ").find((each) => faults[each]);
    place.hidden = !name;
    place.textContent = name ? faults[name] : "";
    if (name) first ??= place;
  }
  const rest = Object.keys(faults).filter((name) => !form.querySelector(`[data-fault~="${CSS.escape(name)}"]`));
  if (rest.length) {
    const place = form.querySelector('[data-fault="service"]');
    place.hidden = false;
    place.textContent = rest.map((name) => faults[name]).join(" ");
    first ??= place;
  }
  const section = first?.closest("fieldset, [data-question], section");
  const before = first?.previousElementSibling;
  (before?.matches("input, textarea") ? before : section?.querySelector("input, textarea"))?.focus();
}
