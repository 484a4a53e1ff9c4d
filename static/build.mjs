// Builds static/dist from static/src and the npm packages: `npm run build`, or `npm run watch` while working.
//
//   scripts  → dist/<name>.js           esbuild, minified, with source maps; parts loaded on demand in dist/chunks/
//   styles   → dist/<name>.css          Tailwind, minified
//   fonts    → dist/fonts/<family>-<subset>-<style>.woff2, where
//                family  source-serif-4 ("Source Serif 4 Variable", headings), source-sans-3 ("Source Sans 3 Variable", text)
//                subset  latin, latin-ext, cyrillic, greek, vietnamese
//                style   normal, italic; every file is variable in weight (200–900)
//              dist/fonts.css holds their @font-face rules; app.css begins with `@import "../dist/fonts.css"`, which
//              is resolved here, so pages load one style sheet.
//   print    → dist/print/<family>-<weight>.ttf, which PDF files embed (site/core/print_fonts.py)
//   images   → dist/images/             copied from src/images
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const src = path.join(here, "src");
const dist = path.join(here, "dist");
const packages = path.join(root, "node_modules");
const watching = process.argv.includes("--watch");

const MODULES = ["app.js", "admin.js", "checking.js", "imports.js", "structure.js", "videos.js"];
const CLASSIC = ["theme.js"]; // runs before the first paint, so it is no module
const STYLES = ["app.css", "admin.css", "certificate-preview.css", "grading.css", "imports.css", "sales.css", "structure.css", "videos.css"];
const FAMILIES = ["source-serif-4", "source-sans-3"];
const SUBSETS = ["latin", "latin-ext", "cyrillic", "greek", "vietnamese"];
const SHEETS = ["wght.css", "wght-italic.css"];
const PRINTED = {
  "noto-sans": ["400Regular", "700Bold"],
  "eb-garamond": ["400Regular", "400Regular_Italic", "600SemiBold"],
  "noto-naskh-arabic": ["400Regular", "600SemiBold"],
  "noto-sans-arabic": ["400Regular", "700Bold"],
  "noto-serif-hebrew": ["400Regular", "600SemiBold"],
  "noto-sans-hebrew": ["400Regular", "700Bold"],
  "noto-serif-devanagari": ["400Regular", "600SemiBold"],
  "noto-sans-devanagari": ["400Regular", "700Bold"],
  "noto-sans-thai": ["400Regular", "700Bold"],
};
// Chinese, Japanese and Korean: tens of megabytes, so they are for those who install them (docs/certificates.md).
const PRINTED_IF_INSTALLED = Object.fromEntries(
  ["noto-sans-jp", "noto-sans-kr", "noto-sans-sc", "noto-sans-tc"].map((family) => [family, ["400Regular", "700Bold"]]),
);

const fontHome = (family) => path.join(packages, "@expo-google-fonts", family);
const entries = (names) => names.map((name) => path.join(src, name)).filter(existsSync);

/** Copies the fonts that we use and writes their @font-face rules, addresses relative to dist/. */
async function buildFonts() {
  await mkdir(path.join(dist, "fonts"), { recursive: true });
  const rules = [];
  for (const family of FAMILIES) {
    const home = path.join(packages, "@fontsource-variable", family);
    for (const sheet of SHEETS) {
      const css = await readFile(path.join(home, sheet), "utf8");
      for (const [rule, file] of css.matchAll(/@font-face \{[^}]*url\(\.\/files\/([^)]+)\)[^}]*\}/g)) {
        const [, subset, style] = file.match(new RegExp(`^${family}-(.+)-wght-(normal|italic)\\.woff2$`));
        if (!SUBSETS.includes(subset)) continue;
        const name = `${family}-${subset}-${style}.woff2`;
        await copyFile(path.join(home, "files", file), path.join(dist, "fonts", name));
        // A font that comes late is for the next page: text that is being read never moves.
        rules.push(rule.replace(`./files/${file}`, `./fonts/${name}`).replace("font-display: swap", "font-display: optional"));
      }
    }
  }
  await writeFile(path.join(dist, "fonts.css"), `${rules.join("\n")}\n`);
}

/** Fonts that are embedded in PDF files: whole ones, since those who print take what they need. */
async function buildPrintFonts() {
  await mkdir(path.join(dist, "print"), { recursive: true });
  const chosen = [...Object.entries(PRINTED), ...Object.entries(PRINTED_IF_INSTALLED).filter(([family]) => existsSync(fontHome(family)))];
  for (const [family, weights] of chosen) {
    for (const weight of weights) {
      const [file] = (await readdir(path.join(fontHome(family), weight))).filter((name) => name.endsWith(".ttf"));
      const name = `${family}-${weight.slice(0, 3)}${weight.endsWith("_Italic") ? "-italic" : ""}.ttf`;
      await copyFile(path.join(fontHome(family), weight, file), path.join(dist, "print", name));
    }
  }
}

async function buildImages() {
  const images = path.join(src, "images");
  if (existsSync(images)) await cp(images, path.join(dist, "images"), { recursive: true });
}

/** A style sheet that a script imports is its text, for the script to adopt: it comes when the script comes. */
const adoptedStyles = {
  name: "adopted-styles",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      const { outputFiles } = await esbuild.build({ entryPoints: [file], bundle: true, minify: true, write: false });
      return { contents: outputFiles[0].text, loader: "text", watchFiles: [file] };
    });
  },
};

async function buildScripts() {
  const common = {
    outdir: dist,
    bundle: true,
    minify: true,
    sourcemap: true,
    target: ["es2022"],
    logLevel: "warning",
    alias: { "mpd-parser": path.join(src, "media", "no-dash.js") },
    plugins: [adoptedStyles],
  };
  const builds = [
    { entryPoints: entries(MODULES), format: "esm", splitting: true, chunkNames: "chunks/[name]-[hash]" },
    { entryPoints: entries(CLASSIC), format: "iife" },
  ];
  for (const build of builds.filter(({ entryPoints }) => entryPoints.length > 0)) {
    const options = { ...common, ...build };
    if (watching) await (await esbuild.context(options)).watch();
    else await esbuild.build(options);
  }
}

/** Runs Tailwind's own command line, as it has no stable interface for programs. */
function buildStyle(file) {
  const cli = createRequire(import.meta.url).resolve("@tailwindcss/cli/package.json");
  const args = [
    path.join(path.dirname(cli), "dist", "index.mjs"),
    "--input", file,
    "--output", path.join(dist, path.basename(file)),
    "--minify",
    ...(watching ? ["--watch=always"] : []),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.on("data", (data) => {
      errors += data;
      if (watching) process.stderr.write(data);
    });
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`Tailwind could not build ${path.basename(file)}:\n${errors}`));
    });
  });
}

try {
  await rm(path.join(dist, "chunks"), { recursive: true, force: true });
  await Promise.all([buildFonts(), buildPrintFonts(), buildImages()]);
  await Promise.all([buildScripts(), ...entries(STYLES).map(buildStyle)]);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
