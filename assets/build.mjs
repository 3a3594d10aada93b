// Builds the vendored page assets: see README.md in this folder.

import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import rtlcss from "rtlcss";
import * as sass from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const uswdsPackage = join(modules, "@uswds/uswds");
const vendor = join(here, "../src/citycall/pages/static/citycall/vendor");
const testVendor = join(here, "../tests/vendor");

const browsers = ["chrome90", "firefox90", "safari14"];
// esbuild lowers scripts by language level only: the browsers above bring all of it.
const scriptLevel = "es2020";

const icons = [
  "add", "arrow_back", "cancel", "check", "check_circle", "close", "comment", "edit", "error",
  "event", "expand_more", "file_download", "flag", "forum", "group_add", "help", "history",
  "home", "info", "launch", "list", "location_on", "lock", "logout", "mail", "map",
  "my_location", "navigate_before", "navigate_next", "people", "person", "phone",
  "photo_camera", "print", "schedule", "search", "undo", "warning",
];

// The scripts carry English words. Each is replaced by a look-up in the page's own phrases.
// A replacement that no longer finds its place stops the build, so an upgrade cannot lose one.
const wordings = {
  "usa-character-count": [
    ["const VALIDATION_MESSAGE = \"The content is too long.\";",
      "const VALIDATION_MESSAGE = phrase(\"too_long\");"],
    ["const LIMIT_EXCEEDED_MESSAGE = \"Character limit exceeded.\";",
      "const LIMIT_EXCEEDED_MESSAGE = phrase(\"too_long\");"],
    ["const defaultMessage = `${maxLength} ${DEFAULT_STATUS_LABEL}`;",
      "const defaultMessage = countPhrase(0, maxLength);"],
    ["const getCountMessage = (currentLength, maxLength) => {",
      "const getCountMessage = countPhrase; const englishCount = (currentLength, maxLength) => {"],
  ],
  "usa-combo-box": [
    ["aria-label=\"Clear the select contents\"", "aria-label=\"${phrase(\"clear\")}\""],
    ["aria-label=\"Toggle the dropdown list\"", "aria-label=\"${phrase(\"toggle\")}\""],
    ["noResults.textContent = \"No results found\";",
      "noResults.textContent = phrase(\"no_results\");"],
    ["? `${numOptions} result${numOptions > 1 ? \"s\" : \"\"} available.`",
      "? phrase(\"results\", numOptions)"],
    [": \"No results.\";", ": phrase(\"no_results\");"],
  ],
};

function replaceOnce(text, [from, to], name) {
  if (text.split(from).length !== 2) throw new Error(`${name}: expected once: ${from}`);
  return text.replace(from, () => to);
}

const wordingPlugin = {
  name: "wording",
  setup(build) {
    build.onLoad({ filter: /usa-(character-count|combo-box)\/src\/index\.js$/ }, ({ path }) => {
      const name = path.match(/usa-[a-z-]+(?=\/src\/index\.js$)/)[0];
      const source = wordings[name].reduce(
        (text, wording) => replaceOnce(text, wording, name),
        readFileSync(path, "utf8"),
      );
      const head = `const { phrase, countPhrase } = require(${JSON.stringify(join(here, "phrases.js"))});\n`;
      return { contents: head + source, loader: "js" };
    });
  },
};

function version(name) {
  return JSON.parse(readFileSync(join(modules, name, "package.json"), "utf8")).version;
}

function freshFolder(parent, name) {
  mkdirSync(parent, { recursive: true });
  for (const old of readdirSync(parent)) {
    if (old.startsWith(name.replace(/[0-9.]+$/, ""))) rmSync(join(parent, old), { recursive: true });
  }
  const folder = join(parent, name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function buildStyles(folder) {
  const compiled = sass.compile(join(here, "uswds.scss"), {
    loadPaths: [join(uswdsPackage, "packages")],
    quietDeps: true,
  });
  await esbuild.build({
    stdin: { contents: compiled.css, loader: "css", resolveDir: here, sourcefile: "uswds.css" },
    outfile: join(folder, "uswds.css"),
    assetNames: "[ext]/[name]",
    loader: { ".svg": "file", ".woff2": "file" },
    bundle: true,
    minify: true,
    legalComments: "none",
    target: browsers,
  });
  const styles = readFileSync(join(folder, "uswds.css"), "utf8");
  writeFileSync(join(folder, "uswds.rtl.css"), rtlcss.process(styles));
}

async function buildScript(folder) {
  await esbuild.build({
    entryPoints: [join(here, "uswds.js")],
    outfile: join(folder, "uswds.js"),
    plugins: [wordingPlugin],
    bundle: true,
    minify: true,
    format: "iife",
    target: scriptLevel,
  });
}

function buildSprite(folder) {
  const symbols = icons.map((name) => {
    const svg = readFileSync(join(uswdsPackage, "dist/img/usa-icons", `${name}.svg`), "utf8");
    const [, box] = svg.match(/viewBox="([^"]+)"/);
    const inner = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${name}" viewBox="${box}">${inner}</symbol>`;
  });
  const sprite = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  writeFileSync(join(folder, "icons.svg"), sprite);
}

function copyHtmx(folder) {
  cpSync(join(modules, "htmx.org/dist/htmx.min.js"), join(folder, "htmx.min.js"));
  cpSync(join(modules, "htmx.org/LICENSE"), join(folder, "LICENSE"));
}

// Modules find each other by these names, which the folder's version keeps apart.
function copyMapLibre(folder) {
  for (const name of ["maplibre-gl.mjs", "maplibre-gl-worker.mjs", "maplibre-gl.css"]) {
    cpSync(join(modules, "maplibre-gl/dist", name), join(folder, name));
  }
  cpSync(join(modules, "maplibre-gl/LICENSE.txt"), join(folder, "LICENSE.txt"));
}

function copyAxe(folder) {
  cpSync(join(modules, "axe-core/axe.min.js"), join(folder, "axe.min.js"));
  cpSync(join(modules, "axe-core/LICENSE"), join(folder, "LICENSE"));
}

function listFiles(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function writeChecksums(folder) {
  const lines = listFiles(folder).map((file) => {
    const digest = createHash("sha256").update(readFileSync(file)).digest("hex");
    return `${digest}  ${relative(folder, file)}`;
  });
  writeFileSync(join(folder, "SHA256SUMS"), `${lines.join("\n")}\n`);
}

const uswds = freshFolder(vendor, `uswds-${version("@uswds/uswds")}`);
await buildStyles(uswds);
await buildScript(uswds);
buildSprite(uswds);
cpSync(join(uswdsPackage, "LICENSE.md"), join(uswds, "LICENSE.md"));
cpSync(join(here, "OFL.txt"), join(uswds, "woff2/OFL.txt"));

const htmx = freshFolder(vendor, `htmx-${version("htmx.org")}`);
copyHtmx(htmx);
const maplibre = freshFolder(vendor, `maplibre-gl-${version("maplibre-gl")}`);
copyMapLibre(maplibre);
const axe = freshFolder(testVendor, `axe-core-${version("axe-core")}`);
copyAxe(axe);
for (const folder of [uswds, htmx, maplibre, axe]) writeChecksums(folder);

for (const file of [uswds, htmx, maplibre, axe].flatMap(listFiles)) {
  console.log(`${String(readFileSync(file).length).padStart(8)}  ${relative(join(here, ".."), file)}`);
}
