// The map of what is known around a place. The list beside it always says what the map shows:
// both are made from the same answer. Without this script the server's own list stands.

const form = document.querySelector("[data-near-form]");
const root = document.querySelector("[data-near]");
const box = root?.querySelector("[data-map]");
const NIGHT = matchMedia("(prefers-color-scheme: dark)");
// Further out than this requests are only counted.
const POINTS_FROM = 13;
const NOTHING = { type: "FeatureCollection", features: [] };
const SETTLED = 250;
// Around a place the map comes nearer until each request can be told from the next, up to here.
const NEAREST = 17.5;

// ---- The form ----

const months = form.querySelector("[data-near-months]");
const show = form.elements.namedItem("show");

function offerMonths() {
  months.hidden = show.value !== "months";
}

show.addEventListener("change", offerMonths);
offerMonths();

const locate = form.querySelector("[data-near-locate]");
if ("geolocation" in navigator) {
  const status = form.querySelector("[data-near-locate-status]");
  locate.hidden = false;
  locate.addEventListener("click", () => {
    status.textContent = form.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const query = filters();
        query.set("within", form.elements.namedItem("within").value);
        query.set("lon", coords.longitude.toFixed(6));
        query.set("lat", coords.latitude.toFixed(6));
        location.assign(`${form.action}?${query}`);
      },
      (error) => {
        const refused = error.code === error.PERMISSION_DENIED;
        status.textContent = refused ? form.dataset.refused : form.dataset.failed;
      },
      { enableHighAccuracy: true, timeout: 15_000, maximumAge: 30_000 },
    );
  });
}

function filters() {
  const query = new URLSearchParams();
  // As the page was asked for, not as the form has been changed since.
  const asked = new URLSearchParams(location.search);
  for (const name of ["show", "first", "last", "group"]) {
    if (asked.get(name)) query.set(name, asked.get(name));
  }
  return query;
}

// ---- The list ----

function part(name, text, tag = "span") {
  const element = document.createElement(tag);
  element.className = name;
  element.textContent = text;
  return element;
}

function requestLine({ properties }) {
  const item = part("near-item", "", "li");
  const link = part("near-item__name", properties.service, "a");
  link.href = properties.url;
  item.append(link, part(`cc-status cc-status--${properties.status}`, properties.state));
  if (properties.place) item.append(part("near-item__place", properties.place));
  const more = [properties.distance, properties.reported, properties.reports].filter(Boolean);
  item.append(part("near-item__more", more.map((words) => `${words}.`).join(" ")));
  return item;
}

function countLine(feature, look) {
  const item = part("near-item", "", "li");
  const name = part("near-item__name", feature.properties.words);
  const button = part("usa-button usa-button--unstyled", root.dataset.closer, "button");
  button.type = "button";
  button.append(part("usa-sr-only", `: ${feature.properties.words}`));
  button.addEventListener("click", () => look(feature));
  item.append(name, button);
  return item;
}

function list(lines) {
  const old = root.querySelector("[data-near-list]");
  const made = part("near-list", "", "ol");
  made.setAttribute("data-near-list", "");
  made.append(...lines);
  old.replaceWith(made);
  root.querySelector("[data-near-pages]")?.remove();
  root.querySelector("[data-near-intro]")?.remove();
  heading().textContent = root.dataset.heading;
}

function heading() {
  return root.querySelector("#near-heading");
}

function say(words) {
  root.querySelector("[data-near-status]").textContent = words;
}

// ---- The map ----

function colours() {
  return NIGHT.matches
    ? { few: "#1a4480", many: "#73b3e7", line: "#f0f0f0", text: "#fff", halo: "#162e51", open: "#ffbc78", done: "#a9aeb1" }
    : { few: "#d9e8f6", many: "#2378c3", line: "#162e51", text: "#1b1b1b", halo: "#fff", open: "#b50909", done: "#3d4551" };
}

class Nearby {
  constructor(city) {
    this.city = city;
    this.map = city.map;
    this.shown = { points: NOTHING, hexagons: NOTHING };
    city.whenStyled((map) => this.draw(map));
    this.map.on("click", "near-hexagons", ({ features }) => this.look(features[0]));
    this.map.on("click", "near-points", ({ features }) => this.tell(features[0]));
    for (const layer of ["near-hexagons", "near-points"]) {
      this.map.on("mouseenter", layer, () => this.point("pointer"));
      this.map.on("mouseleave", layer, () => this.point(""));
    }
    this.begin().finally(() => {
      this.map.on("moveend", () => this.settle());
      setInterval(() => this.refresh(), Number(root.dataset.every) * 1000);
    });
  }

  begin() {
    const { lon, lat, within } = root.dataset;
    if (!lon) return this.load();
    const [x, y, metres] = [Number(lon), Number(lat), Number(within)];
    const up = metres / 111_195;
    const aside = up / Math.cos((y * Math.PI) / 180);
    this.city.mark([x, y], heading().textContent);
    this.map.fitBounds([[x - aside, y - up], [x + aside, y + up]], { padding: 10, animate: false });
    return this.comeNearer();
  }

  async comeNearer() {
    await this.load();
    const zoom = this.map.getZoom() + 1;
    if (root.dataset.shown !== "hexagons" || zoom > NEAREST) return;
    this.map.jumpTo({ zoom });
    await this.comeNearer();
  }

  point(cursor) {
    this.map.getCanvas().classList.toggle("near-canvas--pointer", Boolean(cursor));
  }

  draw(map) {
    const colour = colours();
    for (const name of ["hexagons", "points"]) {
      if (!map.getSource(`near-${name}`)) {
        map.addSource(`near-${name}`, { type: "geojson", data: this.shown[name] });
      }
    }
    if (map.getLayer("near-hexagons")) return;
    const most = Math.max(2, ...this.shown.hexagons.features.map((f) => f.properties.count));
    map.addLayer({
      id: "near-hexagons",
      type: "fill",
      source: "near-hexagons",
      paint: { "fill-color": this.fill(most), "fill-opacity": 0.6, "fill-outline-color": colour.line },
    });
    map.addLayer({
      id: "near-counts",
      type: "symbol",
      source: "near-hexagons",
      layout: {
        "text-field": ["get", "number"],
        "text-allow-overlap": true,
        "text-ignore-placement": true,
        "text-font": ["Public Sans Web"],
        "text-size": 14,
      },
      paint: { "text-color": colour.text, "text-halo-color": colour.halo, "text-halo-width": 2 },
    });
    map.addLayer({
      id: "near-points",
      type: "circle",
      source: "near-points",
      paint: {
        "circle-radius": ["interpolate", ["linear"], ["zoom"], 13, 5, 18, 9],
        "circle-color": ["case", ["in", ["get", "status"], ["literal", ["new", "assigned", "in_progress", "on_hold"]]], colour.open, colour.done],
        "circle-stroke-color": colour.halo,
        "circle-stroke-width": 2,
      },
    });
  }

  fill(most) {
    const colour = colours();
    return ["interpolate", ["linear"], ["sqrt", ["get", "count"]], 1, colour.few, Math.sqrt(most), colour.many];
  }

  settle() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.load(), SETTLED);
  }

  // What happens meanwhile appears by itself, but never under a reader's hands.
  refresh() {
    const reading = root.querySelector("[data-near-list]")?.contains(document.activeElement);
    if (!document.hidden && navigator.onLine && !reading) this.load();
  }

  async load() {
    this.request?.abort();
    this.request = new AbortController();
    try {
      let told = this.map.getZoom() >= POINTS_FROM ? await this.ask(root.dataset.points) : null;
      const counted = !told?.complete;
      if (counted) told = await this.ask(root.dataset.hexagons);
      this.put(told, counted);
    } catch (error) {
      if (error.name !== "AbortError") say(error.told ?? root.dataset.failed);
    }
  }

  async ask(address) {
    const around = this.map.getBounds();
    const query = filters();
    const sides = [around.getWest(), around.getSouth(), around.getEast(), around.getNorth()];
    query.set("box", sides.map((degrees) => degrees.toFixed(6)).join(","));
    query.set("language", document.documentElement.lang);
    query.set("zoom", this.map.getZoom().toFixed(2));
    if (root.dataset.lon) {
      query.set("lon", root.dataset.lon);
      query.set("lat", root.dataset.lat);
    }
    const answer = await fetch(`${address}?${query}`, { signal: this.request.signal });
    const told = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(told.code), { told: told.detail });
    return told;
  }

  put(told, counted) {
    const words = JSON.stringify(told);
    if (words === this.told) return;
    this.told = words;
    this.shown = { points: counted ? NOTHING : told, hexagons: counted ? told : NOTHING };
    for (const [name, data] of Object.entries(this.shown)) {
      this.map.getSource(`near-${name}`)?.setData(data);
    }
    if (counted && this.map.getLayer("near-hexagons")) {
      const most = Math.max(2, ...told.features.map((f) => f.properties.count));
      this.map.setPaintProperty("near-hexagons", "fill-color", this.fill(most));
    }
    list(told.features.map((f) => (counted ? countLine(f, (one) => this.look(one)) : requestLine(f))));
    say(told.summary);
    root.dataset.shown = counted ? "hexagons" : "points";
  }

  look({ geometry }) {
    const [first, ...others] = geometry.coordinates[0];
    const around = new this.city.library.LngLatBounds(first, first);
    for (const corner of others) around.extend(corner);
    heading().focus({ preventScroll: true });
    this.map.fitBounds(around, { padding: 10, duration: 400 });
  }

  tell({ properties }) {
    const link = root.querySelector(`a[href="${properties.url}"]`);
    for (const item of root.querySelectorAll(".near-item--told")) item.classList.remove("near-item--told");
    link?.closest("li").classList.add("near-item--told");
    link?.focus();
  }
}

if (box) {
  try {
    const { openMap } = await import(JSON.parse(box.dataset.map).module);
    root.nearby = new Nearby(await openMap(box));
  } catch {
    // The box says that the map cannot be shown, or gives back its room; the list is there as the
    // server wrote it.
    box.dataset.refused = "true";
  }
}
