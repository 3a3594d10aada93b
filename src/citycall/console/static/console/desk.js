// The console: everything by keyboard, every word kept as it is typed.

import { showFaults } from "./faults.js";
import { watchCalls } from "./strip.js";

const desk = document.querySelector("[data-desk]");
const form = document.querySelector("[data-intake]");

// Milliseconds without a key after which what was typed is sent; and after which it is sent anew
// where the connection was gone.
const PAUSE = 30;
const AGAIN = 1000;

// ---- The keys ----

const key = (name) => document.querySelector(`[data-key="${name}"]`);

function begin() {
  (key("answer") ?? key("begin")).click();
}

function unparkOrPark() {
  const parked = key("unpark");
  if (parked) parked.click();
  else key("park")?.click();
}

const KEYS = {
  F2: begin,
  F3: () => key("next")?.click(),
  F4: () => followUp(),
  F7: () => key("emergency")?.click(),
  F8: unparkOrPark,
  F9: () => key("wrap")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey) return;
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    if (!document.querySelector("dialog[open]")) key("save")?.click();
    return;
  }
  const act = event.ctrlKey || event.shiftKey ? undefined : KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

watchCalls(desk);

// ---- One call's fields ----

const state = form ? JSON.parse(document.getElementById("content").textContent) : {};
const waiting = `citycall-call-${form?.dataset.call}`;
let revision = Number(form?.dataset.revision ?? 0);
let sentAs = "";
let going = null;
let timer = 0;
const shownParts = {};

function fieldsOf(name) {
  return Array.from(form.elements).filter((element) => element.name === name);
}

function read() {
  const content = { ...state, answers: { ...state.answers } };
  const seen = new Set();
  for (const element of form.elements) {
    if (!element.name || element.name === "csrfmiddlewaretoken" || element.name === "named") continue;
    const { name } = element;
    if (name.startsWith("answers.")) {
      const code = name.slice("answers.".length);
      if (element.type === "checkbox") {
        if (!seen.has(name)) content.answers[code] = [];
        if (element.checked) content.answers[code].push(element.value);
      } else if (element.type === "radio") {
        if (element.checked) content.answers[code] = element.value;
      } else content.answers[code] = element.value;
    } else if (element.type === "checkbox") content[name] = element.checked;
    else if (element.type === "radio") {
      if (element.checked) content[name] = element.value;
    } else content[name] = element.value;
    seen.add(name);
  }
  // A place that was chosen for other words is not meant any more, nor what was known there.
  if (content.place !== state.place) {
    if (!fieldsOf("code").some((radio) => radio.checked && radio.dataset.label === content.place)) {
      content.code = state.keepCode ?? "";
    }
    content.joins = "";
  }
  delete content.keepCode;
  return content;
}

function remember(content) {
  Object.assign(state, content);
}

// What the page is given replaces a part; what was typed into it meanwhile stays.
function show(parts) {
  for (const [name, html] of Object.entries(parts)) {
    if (shownParts[name] === html) continue;
    shownParts[name] = html;
    const part = form.querySelector(`[data-part="${name}"]`);
    const held = document.activeElement;
    const focused = part.contains(held) ? held.id : "";
    const typed = new Map();
    for (const input of part.querySelectorAll("input")) {
      typed.set(input.id, ["radio", "checkbox"].includes(input.type) ? input.checked : input.value);
    }
    part.innerHTML = html;
    if (name !== "places" && name !== "known") {
      for (const input of part.querySelectorAll("input")) {
        if (!typed.has(input.id)) continue;
        if (["radio", "checkbox"].includes(input.type)) input.checked = typed.get(input.id);
        else input.value = typed.get(input.id);
      }
    }
    if (focused) document.getElementById(focused)?.focus();
  }
}

const token = () => form.elements.csrfmiddlewaretoken.value;

function post(address, body) {
  return fetch(address, {
    method: "POST",
    credentials: "same-origin",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(body),
  });
}

function say(kept) {
  const status = document.querySelector("[data-kept]");
  const was = status.classList.contains("co-kept--waiting");
  status.classList.toggle("co-kept--waiting", !kept);
  if (!kept) status.textContent = status.dataset.waiting;
  else if (was) status.textContent = status.dataset.done;
}

function putAside(content) {
  try {
    localStorage.setItem(waiting, JSON.stringify({ revision, content }));
  } catch {
    // A browser without a store of its own; the server has everything up to now.
  }
}

async function send() {
  const content = read();
  const body = JSON.stringify(content);
  if (body === sentAs) return true;
  remember(content);
  revision = Math.max(Date.now(), revision + 1);
  const mine = revision;
  putAside(content);
  try {
    const answer = await post(form.dataset.keep, { revision, content });
    if (!answer.ok) throw new Error(String(answer.status));
    const told = await answer.json();
    sentAs = body;
    if (mine === revision) localStorage.removeItem(waiting);
    show(told.parts);
    say(true);
    return true;
  } catch {
    say(false);
    schedule(AGAIN);
    return false;
  }
}

// One sending at a time; what is typed meanwhile goes with the next.
async function sync() {
  clearTimeout(timer);
  while (going) await going;
  going = send();
  const done = await going;
  going = null;
  // What stands on the page is kept, and what it brings up is shown.
  if (done && sentAs === JSON.stringify(read())) form.dataset.settled = "";
  return done;
}

function schedule(pause) {
  delete form.dataset.settled;
  clearTimeout(timer);
  timer = setTimeout(sync, pause);
}

// ---- Going on by Enter ----

function stops() {
  const seen = new Set();
  return Array.from(form.querySelectorAll("input, textarea, select")).filter((element) => {
    if (element.type === "hidden" || element.closest(".co-who")) return false;
    if (element.type !== "radio") return true;
    if (seen.has(element.name)) return false;
    seen.add(element.name);
    return true;
  });
}

function focusOn(element) {
  if (!element) {
    key("save").focus();
    return;
  }
  const chosen = element.type === "radio" && fieldsOf(element.name).find((radio) => radio.checked);
  (chosen || element).focus();
}

function goOnFrom(element) {
  const all = stops();
  const at = all.findIndex((stop) => stop === element || (stop.type === "radio" && stop.name === element.name));
  focusOn(all[at + 1]);
}

function chooseFirst(name) {
  const radios = fieldsOf(name);
  if (radios.length && !radios.some((radio) => radio.checked)) radios[0].checked = true;
  return radios.find((radio) => radio.checked);
}

function takeNamed(radio) {
  form.elements.place.value = radio.dataset.label;
  state.keepCode = radio.value;
}

// The next field is there at once, for whoever types on; what was meant is chosen when it is known.
async function enterWords() {
  form.elements.place.focus();
  await sync();
  chooseFirst("service");
  await sync();
}

async function enterPlace(element) {
  if (!element.value.trim()) {
    const named = chooseFirst("named");
    if (named) takeNamed(named);
  }
  await sync();
  chooseFirst("code");
  await sync();
  focusOn(fieldsOf("joins")[0] ?? afterPlace());
}

function afterPlace() {
  return form.querySelector("[data-part=questions] input") ?? form.elements.directions;
}

async function enter(element) {
  if (element.dataset.enter === "service") await enterWords();
  else if (element.dataset.enter === "place") await enterPlace(element);
  else if (element.name === "named") {
    element.checked = true;
    takeNamed(element);
    await enterPlace(form.elements.place);
  } else {
    if (element.type === "radio" && !fieldsOf(element.name).some((radio) => radio.checked)) element.checked = true;
    await sync();
    if (element.name === "service") form.elements.place.focus();
    else if (element.name === "code") focusOn(fieldsOf("joins")[0] ?? afterPlace());
    else if (element.name === "joins") focusOn(afterPlace());
    else goOnFrom(element);
  }
}

// ---- Saving and leaving ----

function write(content) {
  for (const name of Object.keys(state)) delete state[name];
  Object.assign(state, content);
  for (const name of ["words", "place", "directions", "notes"]) form.elements[name].value = content[name];
  for (const part of Object.keys(shownParts)) delete shownParts[part];
}

async function save(event) {
  event.preventDefault();
  if (!(await sync())) return;
  const button = key("save");
  button.setAttribute("aria-disabled", "true");
  try {
    const answer = await post(form.dataset.save, { content: read() });
    const told = await answer.json();
    if (answer.status === 422) {
      show(told.parts);
      showFaults(form, told.faults);
      return;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    write(told.content);
    for (const part of form.querySelectorAll("[data-part]:not([data-part=caller])")) part.innerHTML = "";
    show(told.parts);
    showFaults(form, {});
    sentAs = JSON.stringify(read());
    form.querySelector("[data-saved]").innerHTML = told.receipt;
    form.querySelector("[data-receipt]").focus();
    document.querySelector("#disposition-report").checked = true;
  } catch {
    say(false);
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

async function emergency() {
  const answer = await post(form.dataset.emergency, {});
  if (!answer.ok) return;
  document.querySelector("[data-emergency-noted]").hidden = false;
  document.querySelector("#disposition-emergency").checked = true;
}

async function readOut(button) {
  const body = new FormData();
  body.set("kind", button.dataset.readOut);
  body.set("code", button.dataset.code);
  const answer = await fetch(form.dataset.told, {
    method: "POST",
    credentials: "same-origin",
    headers: { "X-CSRFToken": token() },
    body,
  });
  if (answer.ok) button.disabled = true;
}

// Whatever leads away from the call takes what was typed last with it.
async function leave(event) {
  const leaving = event.target;
  if (leaving === form || leaving.dataset.left) return;
  event.preventDefault();
  if (leaving.matches("[data-wrap]")) leaving.elements.notes.value = form.elements.notes.value;
  await sync();
  leaving.dataset.left = "true";
  localStorage.removeItem(waiting);
  leaving.submit();
}

async function followUp() {
  const first = document.querySelector("[data-first-request]");
  const find = key("find");
  if (form) await sync();
  if (first) first.focus();
  else find?.click();
}

if (form) {
  const kept = JSON.parse(localStorage.getItem(waiting) ?? "null");
  if (kept && kept.revision > revision) {
    // Typed while the connection was gone, and never sent.
    write({ ...state, ...kept.content });
    for (const name of ["name", "phone", "email", "language"]) form.elements[name].value = kept.content[name] ?? "";
    revision = kept.revision;
    schedule(0);
  } else sentAs = JSON.stringify(read());
  form.addEventListener("input", () => schedule(PAUSE));
  form.addEventListener("change", (event) => {
    if (event.target.name === "named") takeNamed(event.target);
    schedule(0);
  });
  form.addEventListener("submit", save);
  form.addEventListener("keydown", (event) => {
    const { target } = event;
    if (event.key !== "Enter" || event.ctrlKey || event.shiftKey || event.isComposing) return;
    if (!target.matches("input, select, textarea") || (target.matches("textarea") && !target.dataset.enter)) return;
    event.preventDefault();
    enter(target);
  });
  form.addEventListener("click", (event) => {
    const told = event.target.closest("[data-read-out]");
    if (told) readOut(told);
    const none = event.target.closest("[data-no-danger]");
    if (none) {
      state.no_danger = [...(state.no_danger ?? []), none.dataset.noDanger];
      sync().then(() => form.elements.words.focus());
    }
    if (event.target.closest("[data-emergency-now]")) emergency();
  });
  key("emergency").addEventListener("click", emergency);
  const wrap = document.getElementById("wrap");
  key("wrap").addEventListener("click", () => wrap.showModal());
  wrap.querySelector("[data-close]").addEventListener("click", () => wrap.close());
  document.addEventListener("submit", leave);
  // Whoever comes from a follow-up by the key for wrapping up finds it open.
  if (location.hash === "#wrap") {
    history.replaceState(null, "", location.pathname + location.search);
    wrap.showModal();
  }
  const target = document.getElementById("transferred_to");
  target.addEventListener("change", () => {
    if (target.value) document.querySelector("#disposition-transferred").checked = true;
  });
  const words = form.elements.words;
  words.setSelectionRange(words.value.length, words.value.length);
}
