// "Where is it?": suggestions while words are typed, the map with its pin, and the device's own
// location. The server decides again from the words when the form is sent; without this script
// it asks on a page of its own which place is meant.

import { combobox } from "./suggest.js";

const root = document.querySelector("[data-where]");
const words = JSON.parse(root.dataset.where);
const place = document.getElementById("id_place");
const directions = document.getElementById("id_directions");
const box = root.querySelector("[data-map]");
const found = root.querySelector("[data-where-found]");
const outside = root.querySelector("[data-where-outside]");
const apart = root.querySelector("[data-where-apart]");
const spoken = root.querySelector("[data-where-spoken]");
const status = root.querySelector("[data-where-status]");
const mapHelp = root.querySelector("[data-where-map-help]");
const locate = root.querySelector("[data-where-locate]");
const middle = root.querySelector("[data-where-middle]");
const remove = root.querySelector("[data-where-remove]");

// A pin this far from the chosen place, or outside of how exact it is, may mean another one.
const APART_M = 150;
let chosen = JSON.parse(root.dataset.found);
let map = null;
let asking;

function hidden(name) {
  return document.getElementById(`id_${name}`);
}

function setPoint(longitude, latitude, accuracy = "") {
  hidden("longitude").value = longitude;
  hidden("latitude").value = latitude;
  hidden("accuracy").value = accuracy;
  remove.hidden = longitude === "";
}

function pinned() {
  const [longitude, latitude] = [hidden("longitude").value, hidden("latitude").value];
  return longitude ? [Number(longitude), Number(latitude)] : null;
}

function showFound(name, detail = "") {
  found.hidden = !name;
  found.querySelector("strong").textContent = name;
  found.querySelector("[data-where-detail]").textContent = detail;
}

// What is seen anyway is only said; what is seen nowhere else is shown as well.
function say(text) {
  spoken.textContent = text;
}

function tell(text) {
  status.textContent = text;
}

function metres([aLon, aLat], [bLon, bLat]) {
  const east = (aLon - bLon) * Math.cos((aLat * Math.PI) / 180);
  return Math.hypot(east, aLat - bLat) * 111_195;
}

// ---- A place is chosen from what was found for the words ----

function choose(candidate) {
  chosen = candidate;
  place.value = candidate.label;
  hidden("code").value = candidate.code;
  setPoint("", "");
  if (candidate.directions && !directions.value.trim()) directions.value = candidate.directions;
  // What keeps typed words in this tab hears of it as of typing.
  directions.dispatchEvent(new Event("input", { bubbles: true }));
  clearNotices();
  showFound(candidate.label, candidate.detail);
  say(words.chosen.replace("%s", candidate.label));
  const point = [candidate.longitude, candidate.latitude];
  map?.showChoices([]);
  map?.putPin(point, { by: "choice" });
  map?.look([point], { zoom: candidate.accuracy_m > 150 ? 15.5 : 17 });
}

function typed() {
  if (!hidden("code").value) return;
  hidden("code").value = "";
  chosen = null;
  showFound("");
  clearNotices();
  if (!pinned()) map?.removePin();
}

function clearNotices() {
  outside.hidden = true;
  apart.hidden = true;
}

// ---- The pin ----

function pinMoved({ point, by }) {
  if (by === "choice" || by === "start") return;
  setPoint(point[0], point[1]);
  tell("");
  clearTimeout(asking);
  asking = setTimeout(() => tellAround(point), by === "key" ? 450 : 0);
}

async function tellAround(point) {
  pinRequest?.abort();
  const request = new AbortController();
  pinRequest = request;
  try {
    const query = new URLSearchParams({ lon: point[0], lat: point[1] });
    const answer = await fetch(`${root.dataset.at}?${query}`, { signal: request.signal });
    const told = await answer.json();
    if (answer.ok) showAround(told, point);
    else tell(told.detail);
  } catch (error) {
    if (error.name !== "AbortError") tell(words.pinSet);
  }
}
let pinRequest;

function showAround(told, point) {
  clearNotices();
  if (!told.inside) {
    showOutside(told);
    return;
  }
  say(words.pinAt.replace("%s", told.words));
  if (chosen && metres(point, [chosen.longitude, chosen.latitude]) > reach(chosen)) {
    askWhich(told);
  } else if (place.value.trim()) {
    showFound(place.value.trim(), words.pinAt.replace("%s", told.words));
  } else {
    showFound(told.words);
  }
}

function reach(candidate) {
  return Math.max(APART_M, 1.5 * candidate.accuracy_m);
}

// The pin was moved away from the place that was named: both cannot be meant.
function askWhich(told) {
  showFound("");
  apart.hidden = false;
  apart.querySelector("[data-where-apart-text]").textContent = words.apart.replace("%s", chosen.label);
  const [toPin, toPlace] = apart.querySelectorAll("button");
  toPin.textContent = words.usePin.replace("%s", told.words);
  toPlace.textContent = words.usePlace.replace("%s", chosen.label);
  const named = chosen;
  toPin.onclick = () => {
    chosen = null;
    hidden("code").value = "";
    place.value = "";
    place.dispatchEvent(new Event("input", { bubbles: true }));
    clearNotices();
    showFound(told.words);
    map?.focusPin();
  };
  toPlace.onclick = () => {
    choose(named);
    place.focus();
  };
  say(`${words.pinAt.replace("%s", told.words)} ${words.apart.replace("%s", chosen.label)}`);
}

function showOutside({ sentence, neighbor }) {
  showFound("");
  outside.hidden = false;
  outside.querySelector("[data-where-sentence]").textContent = sentence;
  const call = outside.querySelector("[data-where-call]");
  const site = outside.querySelector("[data-where-site]");
  call.hidden = !neighbor?.phone;
  site.hidden = !neighbor?.website;
  if (neighbor?.phone) {
    call.href = `tel:${neighbor.phone}`;
    call.textContent = words.call.replace("%s", neighbor.phone);
  }
  if (/^https?:/.test(neighbor?.website ?? "")) site.href = neighbor.website;
  else site.hidden = true;
  say(sentence);
}

function removePin() {
  setPoint("", "");
  clearNotices();
  map?.removePin();
  if (chosen) choose(chosen);
  else showFound("");
  tell(words.pinRemoved);
  place.focus();
}

// ---- The device's own location ----

function useLocation() {
  tell(words.asking);
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      const point = [Number(coords.longitude.toFixed(6)), Number(coords.latitude.toFixed(6))];
      const accuracy = Math.round(coords.accuracy);
      if (map) {
        map.putPin(point, { by: "device" });
        map.look([point], { zoom: accuracy > 100 ? 15 : 17 });
      } else {
        pinMoved({ point, by: "device" });
      }
      setPoint(point[0], point[1], accuracy);
      tell(words.located.replace("%s", accuracy));
    },
    (error) => tell(error.code === error.PERMISSION_DENIED ? words.refused : words.failed),
    { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
  );
}

// ---- The map ----

async function showMap() {
  let mapConfig;
  try {
    const script = await import(JSON.parse(box.dataset.map).module);
    mapConfig = script.mapConfig;
    map = await script.openMap(box);
  } catch {
    // The box says so in words, or gives back its room; everything else goes on without it.
    root.dataset.saving = "true";
    return;
  }
  map.onPin(pinMoved);
  map.allowTaps(true);
  mapHelp.hidden = false;
  middle.hidden = false;
  const start = pinned() ?? (chosen ? [chosen.longitude, chosen.latitude] : mapConfig(box).point);
  if (start) map.putPin(start, { by: "start" });
}

function offerMap() {
  if (!box) return;
  const show = root.querySelector("[data-where-show]");
  if (navigator.connection?.saveData) {
    root.dataset.saving = "true";
    show.hidden = false;
    show.addEventListener("click", () => {
      show.hidden = true;
      showMap();
    });
  } else {
    (window.requestIdleCallback ?? setTimeout)(showMap);
  }
}

combobox(place, {
  address: root.dataset.search,
  words,
  near: () => pinned(),
  say,
  choose,
  typed,
  found(candidates) {
    const items = candidates.map((each) => ({
      point: [each.longitude, each.latitude],
      label: each.label,
    }));
    map?.showChoices(items, (index) => choose(candidates[index]));
    if (map && items.length) map.look(items.map(({ point }) => point));
  },
});

if ("geolocation" in navigator) {
  locate.hidden = false;
  locate.addEventListener("click", useLocation);
}
middle.addEventListener("click", () => {
  map.putPin(map.middle, { by: "middle" });
  map.focusPin();
});
remove.hidden = !pinned();
remove.addEventListener("click", removePin);
offerMap();
