// CityCall's map, for every page that shows one. A page renders a box with `{% city_map … %}`
// (templatetags/citycall_map.py) and opens it:
//
//   const { openMap, MapUnavailable } = await import(mapConfig(box).module);
//   const map = await openMap(box);         // throws MapUnavailable; the box then says so itself
//
// `map` is a CityMap. Points are [longitude, latitude].
//   map.library, map.map        the MapLibre module and its Map, for layers of a page's own
//   map.whenStyled(draw)        calls draw(map.map) now and again after each change of style
//                               (day, night): add sources and layers there, nowhere else
//   map.putPin(point, {by})     puts the movable pin; map.pin is its point or null
//   map.removePin()
//   map.focusPin()              so that arrow keys move it at once
//   map.onPin(told)             told({point, by}); by is "tap", "drag", "key" or what putPin said
//   map.allowTaps(yes)          whether a tap on the map puts the pin (off at first)
//   map.mark(point, label)      a mark that does not move
//   map.showChoices(items, chosen)  numbered marks for [{point, label}]; chosen(index) on a tap
//   map.look(points, {zoom})    shows all these points; a single one at `zoom` (17)
//   map.middle                  the point in the middle of what is shown
//   map.remove()
//
// What is on the map must be told in words or as a list beside it: marks and layers are left
// out of what screen readers read; only the pin is a control.

const STILL = matchMedia("(prefers-reduced-motion: reduce)");
const NIGHT = matchMedia("(prefers-color-scheme: dark)");
// Old phones are slow; meanwhile the list and the form stand.
const PATIENCE = 60_000;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const PIN = "M15 1C7.3 1 1 7.2 1 14.9 1 25.2 15 39 15 39s14-13.8 14-24.1C29 7.2 22.7 1 15 1Z";

let library;

/** The map cannot be shown: no WebGL, or its parts could not be loaded. */
export class MapUnavailable extends Error {}

/** What the server says of a box: addresses, view, point, words. */
export function mapConfig(box) {
  return JSON.parse(box.dataset.map);
}

/** Open the map in a box; the same box opened again gives the same map. */
export async function openMap(box) {
  box.opening ??= open(box).catch((error) => {
    box.opening = undefined;
    refuse(box);
    throw error instanceof MapUnavailable ? error : new MapUnavailable(String(error));
  });
  return box.opening;
}

async function open(box) {
  const config = mapConfig(box);
  box.hidden = false;
  say(box, config.words.loading);
  const maplibre = await load(config);
  const place = box.querySelector("[data-map-canvas]");
  const map = draw(maplibre, place, config);
  try {
    await styled(map);
  } catch (error) {
    map.remove();
    throw error;
  }
  const city = new CityMap(maplibre, map, config);
  box.dataset.open = "true";
  say(box, "");
  return city;
}

function say(box, words) {
  box.querySelector("[data-map-status]").textContent = words;
}

function refuse(box) {
  box.querySelector("[data-map-canvas]").replaceChildren();
  delete box.dataset.open;
  box.dataset.refused = "true";
  say(box, mapConfig(box).words.unavailable);
}

async function load(config) {
  if (!canDraw()) throw new MapUnavailable("WebGL is missing");
  library ??= Promise.all([import(config.library), addStyles(config.libraryStyle)]);
  try {
    return (await library)[0];
  } catch (error) {
    library = undefined;
    throw error;
  }
}

function canDraw() {
  const canvas = document.createElement("canvas");
  return Boolean(canvas.getContext("webgl2") ?? canvas.getContext("webgl"));
}

function addStyles(address) {
  return new Promise((resolve, reject) => {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = address;
    link.addEventListener("load", resolve, { once: true });
    link.addEventListener("error", () => reject(new MapUnavailable(address)), { once: true });
    // Before the page's own, which have the last word.
    document.head.prepend(link);
  });
}

function draw(maplibre, place, config) {
  const view = config.point
    ? { center: config.point, zoom: config.zoom }
    : config.view
      ? { bounds: config.view, fitBoundsOptions: { padding: 12 } }
      : { center: config.middle, zoom: 11 };
  const map = new maplibre.Map({
    container: place,
    style: styleAddress(config),
    ...view,
    minZoom: 8,
    maxZoom: 19.5,
    locale: config.words.map,
    attributionControl: false,
    cooperativeGestures: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: STILL.matches ? 0 : 200,
    // Without it a printed page shows an empty box.
    canvasContextAttributes: { preserveDrawingBuffer: true },
    transformRequest: (address) => ({ url: new URL(address, location.href).href }),
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibre.AttributionControl({ compact: true }), "bottom-right");
  map.getCanvas().setAttribute("aria-label", config.label);
  return map;
}

function styleAddress(config) {
  return NIGHT.matches ? config.styles.dark : config.styles.light;
}

function styled(map) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new MapUnavailable("too slow")), PATIENCE);
    map.once("style.load", () => {
      clearTimeout(late);
      resolve();
    });
    map.once("error", ({ error }) => {
      if (!map.isStyleLoaded()) {
        clearTimeout(late);
        reject(error);
      }
    });
  });
}

class CityMap {
  constructor(maplibre, map, config) {
    this.library = maplibre;
    this.map = map;
    this.config = config;
    this.listeners = [];
    this.drawings = [];
    this.choices = [];
    this.marker = null;
    // The zoom that the map is on its way to.
    this.ahead = null;
    map.on("moveend", () => {
      this.ahead = null;
    });
    map.on("click", ({ lngLat, originalEvent }) => {
      if (this.taps && !originalEvent.target.closest?.(".maplibregl-marker")) {
        this.putPin(lngLat.toArray(), { by: "tap" });
      }
    });
    map.on("style.load", () => {
      for (const drawing of this.drawings) drawing(map);
    });
    this.restyle = () => this.map.setStyle(styleAddress(config));
    NIGHT.addEventListener("change", this.restyle);
  }

  get pin() {
    return this.marker ? rounded(this.marker.getLngLat().toArray()) : null;
  }

  get middle() {
    return rounded(this.map.getCenter().toArray());
  }

  whenStyled(drawing) {
    this.drawings.push(drawing);
    if (this.map.isStyleLoaded()) drawing(this.map);
    else this.map.once("idle", () => drawing(this.map));
  }

  onPin(told) {
    this.listeners.push(told);
  }

  allowTaps(yes) {
    this.taps = yes;
    this.map.getCanvas().classList.toggle("cc-map__canvas--taps", yes);
  }

  putPin(point, { by = "page" } = {}) {
    this.marker ??= this.makePin(point);
    this.marker.setLngLat(point).addTo(this.map);
    this.tell(by);
  }

  removePin() {
    this.marker?.remove();
    this.marker = null;
  }

  focusPin() {
    this.marker?.getElement().focus({ preventScroll: true });
  }

  makePin(point) {
    const { words } = this.config;
    const element = pinElement("cc-map__pin");
    const marker = new this.library.Marker({ element, draggable: true, anchor: "bottom" });
    marker.setLngLat(point);
    // An application takes the arrow keys, which a screen reader keeps to itself elsewhere.
    for (const [name, value] of Object.entries({
      role: "application",
      tabindex: "0",
      "aria-roledescription": words.pinRole,
      "aria-label": words.pin,
    })) {
      element.setAttribute(name, value);
    }
    element.addEventListener("keydown", (event) => this.moveByKey(event));
    marker.on("dragend", () => this.tell("drag"));
    return marker;
  }

  moveByKey(event) {
    const step = STEPS[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    // As far as it will look once the map has arrived, not as it looks from high above.
    const zoom = this.map.getZoom();
    const length = (event.shiftKey ? 60 : 12) * 2 ** (zoom - (this.ahead ?? zoom));
    const at = this.map.project(this.marker.getLngLat());
    const there = [at.x + step[0] * length, at.y + step[1] * length];
    this.marker.setLngLat(this.map.unproject(there));
    this.keepPinInView(there);
    this.tell("key");
  }

  keepPinInView([x, y]) {
    const { clientWidth: width, clientHeight: height } = this.map.getContainer();
    if (x < 40 || y < 60 || x > width - 40 || y > height - 30) {
      const zoom = this.ahead ?? this.map.getZoom();
      this.go({ center: this.marker.getLngLat(), zoom, duration: 150 });
    }
  }

  tell(by) {
    for (const told of this.listeners) told({ point: this.pin, by });
  }

  mark(point, label) {
    const element = pinElement("cc-map__mark");
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", label);
    const marker = new this.library.Marker({ element, anchor: "bottom" });
    marker.setLngLat(point).addTo(this.map);
    return marker;
  }

  showChoices(items, chosen = () => {}) {
    for (const choice of this.choices) choice.remove();
    this.choices = items.map(({ point, label }, index) => {
      const element = document.createElement("div");
      element.className = "cc-map__choice";
      element.textContent = String(index + 1);
      element.title = label;
      element.addEventListener("click", () => chosen(index));
      const marker = new this.library.Marker({ element }).setLngLat(point).addTo(this.map);
      // The list beside the map is how these are read and chosen by key.
      element.setAttribute("aria-hidden", "true");
      element.removeAttribute("tabindex");
      return marker;
    });
  }

  look(points, { zoom = 17 } = {}) {
    if (points.length === 1) {
      this.go({ center: points[0], zoom: Math.max(zoom, 12), duration: 500 });
    } else if (points.length) {
      const around = new this.library.LngLatBounds();
      for (const point of points) around.extend(point);
      this.map.fitBounds(around, { padding: 50, maxZoom: zoom, duration: 500 });
    }
  }

  go(camera) {
    this.map.easeTo(camera);
    this.ahead = this.map.isMoving() ? camera.zoom : null;
  }

  remove() {
    NIGHT.removeEventListener("change", this.restyle);
    this.map.remove();
  }
}

function rounded(point) {
  return point.map((degrees) => Number(degrees.toFixed(6)));
}

function pinElement(name) {
  const element = document.createElement("div");
  element.className = name;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 30 40");
  svg.setAttribute("width", "33");
  svg.setAttribute("height", "44");
  svg.setAttribute("aria-hidden", "true");
  for (const [tag, attributes] of [
    ["path", { d: PIN, class: "cc-map__drop" }],
    ["circle", { cx: "15", cy: "15", r: "5", class: "cc-map__eye" }],
  ]) {
    const part = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [key, value] of Object.entries(attributes)) part.setAttribute(key, value);
    svg.append(part);
  }
  element.append(svg);
  return element;
}
