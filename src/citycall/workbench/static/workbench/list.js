// The list of work: keys that move through it, the map beside it, and what is new meanwhile.
// Without this script the list is the same list.

const work = document.querySelector("[data-work]");
const status = document.querySelector("[data-work-status]");
const keys = document.querySelector("#keys");
const WIDE = matchMedia("(min-width: 75em)");
const NEWS_EVERY = 30_000;

function kept(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing asks anew each time.
  }
}

function say(words) {
  if (status) status.textContent = words;
}

// ---- Rows ----

function rows() {
  return [...document.querySelectorAll("[data-row]")];
}

function current() {
  return document.activeElement?.closest("[data-row]");
}

function link(row) {
  return row.querySelector("th a");
}

function move(by) {
  const all = rows();
  const at = all.indexOf(current());
  const next = at < 0 ? all[by > 0 ? 0 : all.length - 1] : all[at + by];
  if (!next) return;
  link(next).focus();
  next.scrollIntoView({ block: "nearest" });
}

function pick(row) {
  const box = row?.querySelector(".wb-pick");
  if (!box) return;
  box.click();
  const number = box.value;
  say((box.checked ? work.dataset.picked : work.dataset.letGo).replace("%s", number));
}

// ---- Keys ----

const onBox = keys.querySelector("[data-keys-on]");
onBox.checked = kept("citycall.list.keys") !== "off";
onBox.addEventListener("change", () => keep("citycall.list.keys", onBox.checked ? "on" : "off"));
const opener = document.querySelector("[data-keys-open]");
opener.hidden = false;
opener.addEventListener("click", () => keys.showModal());

function follow(selector) {
  const target = document.querySelector(selector);
  if (target) location.assign(target.href);
}

const DOES = {
  j: () => move(1),
  k: () => move(-1),
  x: () => pick(current()),
  "/": () => document.querySelector("#words").focus(),
  n: () => follow('.cc-pager [rel="next"]'),
  p: () => follow('.cc-pager [rel="prev"]'),
  m: () => toggleMap(),
  "?": () => keys.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || keys.open) return;
  const target = event.target;
  const types = target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
  if (types) {
    if (event.key === "Escape" && target.id === "words") target.blur();
    return;
  }
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && current()) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
    return;
  }
  if (!onBox.checked) return;
  const does = DOES[event.key];
  if (!does) return;
  event.preventDefault();
  does();
});

// ---- Where I am ----

const locate = document.querySelector("[data-work-locate]");
if (locate && "geolocation" in navigator) {
  const told = document.querySelector("[data-work-locate-status]");
  locate.hidden = false;
  locate.addEventListener("click", () => {
    told.textContent = locate.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const query = new URLSearchParams(location.search);
        for (const name of ["place", "of", "older", "newer"]) query.delete(name);
        query.set("lon", coords.longitude.toFixed(6));
        query.set("lat", coords.latitude.toFixed(6));
        location.assign(`${location.pathname}?${query}`);
      },
      () => {
        told.textContent = locate.dataset.refused;
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 60_000 },
    );
  });
}

// ---- News ----

let mark = "";

async function askNews() {
  const query = new URLSearchParams({ since: work.dataset.since });
  for (const row of rows()) query.append("row", row.dataset.row);
  const answer = await fetch(`${work.dataset.news}&${query}`, {
    headers: mark ? { "If-None-Match": mark } : {},
    cache: "no-store",
  });
  if (answer.status !== 200) return;
  mark = answer.headers.get("ETag") ?? "";
  const { words } = await answer.json();
  if (!words) return;
  const box = document.querySelector("[data-news-box]");
  box.hidden = false;
  const place = box.querySelector("[data-news-words]");
  if (place.textContent !== words) place.textContent = words;
}

if (work) {
  setInterval(() => {
    // Who does not look is told when they look again.
    if (!document.hidden && navigator.onLine) askNews().catch(() => {});
  }, Number(work.dataset.every ?? NEWS_EVERY));
}

// ---- Map ----

class WorkMap {
  constructor(city) {
    this.city = city;
    this.map = city.map;
    this.points = rows()
      .filter((row) => row.dataset.point)
      .map((row) => ({ row, id: Number(row.dataset.row), point: row.dataset.point.split(",").map(Number) }));
    city.whenStyled((map) => this.draw(map));
    this.map.on("click", "work-points", ({ features }) => this.go(features[0]));
    this.map.on("mousemove", "work-points", ({ features }) => this.light(features[0].properties.id));
    this.map.on("mouseleave", "work-points", () => this.light(null));
    for (const { row, id } of this.points) {
      for (const name of ["mouseenter", "focusin"]) row.addEventListener(name, () => this.light(id));
      for (const name of ["mouseleave", "focusout"]) row.addEventListener(name, () => this.light(null));
    }
    this.city.look(this.points.map(({ point }) => point), { zoom: 16 });
  }

  draw(map) {
    const night = matchMedia("(prefers-color-scheme: dark)").matches;
    const features = this.points.map(({ row, id, point }) => ({
      type: "Feature",
      geometry: { type: "Point", coordinates: point },
      properties: { id, late: row.classList.contains("wb-row--late") },
    }));
    if (!map.getSource("work")) {
      map.addSource("work", { type: "geojson", data: { type: "FeatureCollection", features } });
    }
    if (map.getLayer("work-points")) return;
    const line = night ? "#162e51" : "#fff";
    const fill = ["case", ["get", "late"], night ? "#ff8d7b" : "#b50909", night ? "#73b3e7" : "#005ea2"];
    const circle = { type: "circle", source: "work" };
    map.addLayer({
      ...circle,
      id: "work-points",
      paint: { "circle-radius": 7, "circle-color": fill, "circle-stroke-color": line, "circle-stroke-width": 2 },
    });
    map.addLayer({
      ...circle,
      id: "work-lit",
      filter: ["==", ["get", "id"], -1],
      paint: { "circle-radius": 12, "circle-color": fill, "circle-stroke-color": night ? "#fff" : "#1b1b1b", "circle-stroke-width": 4 },
    });
  }

  light(id) {
    if (this.lit === id) return;
    this.lit = id;
    work.dataset.lit = id ?? "";
    if (this.map.getLayer("work-lit")) this.map.setFilter("work-lit", ["==", ["get", "id"], id ?? -1]);
    for (const { row, id: own } of this.points) row.classList.toggle("wb-row--lit", own === id);
    this.map.getCanvas().classList.toggle("wb-canvas--pointer", id !== null);
  }

  go({ properties }) {
    const found = this.points.find(({ id }) => id === properties.id);
    if (found) link(found.row).focus();
  }
}

const place = document.querySelector("[data-work-map]");
const box = place?.querySelector("[data-map]");
let opening;

async function openMap() {
  place.hidden = false;
  box.hidden = false;
  work.classList.add("wb-work--mapped");
  opening ??= import(JSON.parse(box.dataset.map).module).then((module) => module.openMap(box));
  try {
    const city = await opening;
    work.map ??= new WorkMap(city);
    work.dataset.mapped = "true";
  } catch {
    // The box says that the map cannot be shown; the list says the same.
  }
}

function toggleMap() {
  if (!box) return;
  const hide = !place.hidden;
  keep("citycall.list.map", hide ? "off" : "on");
  if (!hide) {
    openMap();
    return;
  }
  place.hidden = true;
  work.classList.remove("wb-work--mapped");
}

const mapButton = document.querySelector("[data-map-toggle]");
if (box && mapButton) {
  mapButton.hidden = false;
  mapButton.addEventListener("click", () => toggleMap());
  const wanted = kept("citycall.list.map");
  // Beside the list where there is room; elsewhere when it is asked for.
  if (wanted !== "off" && WIDE.matches) openMap();
}
