// A text field that suggests places while one types: the ARIA combobox with a list. Any words
// may stay as they are; nothing is chosen but by the person.

const WAIT = 180;
const SHORTEST = 2;
// The list is announced once typing has paused, or it would be talked over.
const PAUSE = 700;

/**
 * Turn `input` into a combobox. `address` answers `?q=` with candidates; `near()` is a point or
 * null; `choose(candidate)`, `typed()`, `found(candidates)` and `say(words)` are told what happens.
 */
export function combobox(input, { address, words, near, say, choose, typed, found }) {
  const list = makeList(input, words.listLabel);
  const none = document.createElement("p");
  none.className = "web-suggest__none";
  none.hidden = true;
  none.textContent = words.none;
  list.parentElement.after(none);

  let candidates = [];
  let active = -1;
  let waiting;
  let announcing;
  let request;

  function show(items) {
    candidates = items;
    active = -1;
    list.replaceChildren(...items.map(option));
    const open = items.length > 0;
    list.hidden = !open;
    input.setAttribute("aria-expanded", String(open));
    input.removeAttribute("aria-activedescendant");
  }

  function option(candidate, index) {
    const item = document.createElement("li");
    item.id = `${list.id}-${index}`;
    item.className = "web-suggest__option";
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", "false");
    // The number of its mark on the map.
    const number = document.createElement("span");
    number.className = "web-suggest__number";
    number.setAttribute("aria-hidden", "true");
    number.textContent = String(index + 1);
    const name = document.createElement("strong");
    name.textContent = candidate.label;
    const detail = document.createElement("span");
    detail.textContent = [candidate.detail, candidate.reason].filter(Boolean).join(" · ");
    item.append(number, name, detail);
    // The field keeps the focus, so that leaving it does not close the list first.
    item.addEventListener("pointerdown", (event) => event.preventDefault());
    item.addEventListener("click", () => pick(index));
    return item;
  }

  function mark(index) {
    const options = [...list.children];
    options[active]?.setAttribute("aria-selected", "false");
    active = (index + options.length) % options.length;
    options[active].setAttribute("aria-selected", "true");
    options[active].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", options[active].id);
  }

  function pick(index) {
    const candidate = candidates[index];
    stop();
    show([]);
    choose(candidate);
    input.focus();
  }

  function rest() {
    clearTimeout(waiting);
    clearTimeout(announcing);
    request?.abort();
  }

  function stop() {
    rest();
    none.hidden = true;
  }

  async function look() {
    const query = new URLSearchParams({ q: input.value.slice(0, 300) });
    const point = near();
    if (point) {
      query.set("lon", point[0]);
      query.set("lat", point[1]);
    }
    request = new AbortController();
    try {
      const answer = await fetch(`${address}?${query}`, { signal: request.signal });
      if (!answer.ok) return;
      const told = await answer.json();
      show(told.candidates);
      found(told.candidates);
      none.hidden = told.candidates.length > 0;
      announcing = setTimeout(() => announce(told.candidates.length), PAUSE);
    } catch (error) {
      // Without an answer the words stand as they are, and the server looks again.
      if (error.name !== "AbortError") show([]);
    }
  }

  function announce(count) {
    say(count ? words.some.replace("%s", count) : words.none);
  }

  input.addEventListener("input", (event) => {
    stop();
    typed();
    if (input.value.trim().length < SHORTEST || event.isComposing) {
      show([]);
      return;
    }
    waiting = setTimeout(look, WAIT);
  });

  input.addEventListener("keydown", (event) => {
    if (list.hidden) {
      if (event.key === "ArrowDown" && input.value.trim().length >= SHORTEST) look();
      return;
    }
    if (event.key === "ArrowDown") mark(active + 1);
    else if (event.key === "ArrowUp") mark(active < 0 ? -1 : active - 1);
    else if (event.key === "Enter" && active >= 0) pick(active);
    else if (event.key === "Escape") show([]);
    else return;
    event.preventDefault();
  });

  input.addEventListener("blur", () => {
    // What was said stays: a line that goes would move the button that is just being pressed.
    rest();
    show([]);
  });

  // Somebody was quicker than this script.
  if (document.activeElement === input && input.value.trim().length >= SHORTEST) {
    waiting = setTimeout(look, WAIT);
  }
}

function makeList(input, label) {
  const list = document.createElement("ul");
  list.id = `${input.id}-suggestions`;
  list.className = "web-suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", label);
  // Below the field, which stays where it is: a field that is moved loses the focus.
  const around = document.createElement("div");
  around.className = "web-suggest__around";
  around.append(list);
  input.after(around);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
    autocomplete: "off",
    autocapitalize: "words",
    spellcheck: "false",
    enterkeyhint: "search",
  })) {
    input.setAttribute(name, value);
  }
  return list;
}
