/* Copies the front-end packages the pages use from node_modules into app/static/vendor, and draws the icon sprite.
 *
 * Nothing is bundled or changed on the way: what a browser gets is what the package ships, and the folder can be
 * thrown away at any time. An icon is added by adding its line to app/static/icons.txt.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const packages = path.join(root, "node_modules");
const target = path.join(root, "app/static/vendor");

const SCRIPTS = {
  "htmx.min.js": "htmx.org/dist/htmx.min.js",
  "hx-sse.min.js": "htmx.org/dist/ext/hx-sse.min.js",
  "sortable.esm.js": "sortablejs/modular/sortable.esm.js",
};
const FONTS = ["@fontsource-variable/figtree", "@fontsource-variable/bricolage-grotesque"];
const SUBSETS = /-latin(-ext)?-wght-normal$/; // French and English need no more; Vietnamese would be a third file
const SHIPPED = ["htmx.org", "sortablejs", "@tabler/icons", ...FONTS];

function copyScripts() {
  for (const [name, source] of Object.entries(SCRIPTS)) {
    cpSync(path.join(packages, source), path.join(target, name));
  }
}

/* The packages' own @font-face rules, for the subsets we ship: their unicode ranges belong to their files. */
function copyFonts() {
  mkdirSync(path.join(target, "fonts"));
  const rules = FONTS.flatMap((font) => {
    const css = readFileSync(path.join(packages, font, "index.css"), "utf8");
    return [...css.matchAll(/\/\* (\S+) \*\/\s*(@font-face \{[^}]*\})/g)]
      .filter(([, name]) => SUBSETS.test(name))
      .map(([, name, rule]) => {
        cpSync(path.join(packages, font, "files", `${name}.woff2`), path.join(target, "fonts", `${name}.woff2`));
        return rule.replace("./files/", "fonts/");
      });
  });
  writeFileSync(path.join(target, "fonts.css"), rules.join("\n") + "\n");
}

/* One symbol an icon. Size, stroke width and colour come from the page's own CSS; a filled icon says so itself. */
function drawSprite() {
  const names = readFileSync(path.join(root, "app/static/icons.txt"), "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line && !line.startsWith("#"));
  const unknown = names.filter((name) => !existsSync(drawingOf(name)));
  if (unknown.length) {
    throw new Error(`app/static/icons.txt names icons that Tabler does not have: ${unknown.join(", ")}`);
  }
  const symbols = [...new Set(names)].sort().map(symbolOf);
  writeFileSync(
    path.join(target, "icons.svg"),
    `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`,
  );
}

function drawingOf(name) {
  const [base, variant] = name.split(".");
  return path.join(packages, "@tabler/icons/icons", variant === "f" ? "filled" : "outline", `${base}.svg`);
}

function symbolOf(name) {
  const shapes = readFileSync(drawingOf(name), "utf8")
    .replace(/^[\s\S]*?<svg[^>]*>/, "")
    .replace("</svg>", "")
    .replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none" ?\/>/, "") // the grid's empty square
    .replace(/\s*\n\s*/g, "");
  const paint = name.endsWith(".f") ? ' fill="currentColor" stroke="none"' : "";
  return `<symbol id="${name}" viewBox="0 0 24 24"${paint}>${shapes}</symbol>`;
}

/* The licences ask to travel with the copies. */
function copyLicences() {
  const texts = SHIPPED.map((name) => `${name}\n\n${readFileSync(path.join(packages, name, "LICENSE"), "utf8").trim()}\n`);
  writeFileSync(path.join(target, "LICENCES.txt"), texts.join(`\n${"-".repeat(72)}\n\n`));
}

try {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  copyScripts();
  copyFonts();
  drawSprite();
  copyLicences();
} catch (error) {
  console.error(`vendor: ${error.message}`);
  process.exit(1);
}
