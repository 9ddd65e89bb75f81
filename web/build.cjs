// node build.cjs OUT: bundles the page's style and scripts, and the viewer as base64 of gzip, into single texts.
const esbuild = require("esbuild");
const fs = require("fs");
const path = require("path");
const zlib = require("zlib");

const out = process.argv[2];
const modules = path.dirname(path.dirname(require.resolve("esbuild/package.json")));

// NiiVue reads Zarr, whose codecs are large; the page has no Zarr.
const withoutCodecs = {
  name: "without-codecs",
  setup(build) {
    build.onResolve({ filter: /^numcodecs\// }, ({ path }) => ({ path, namespace: "without-codecs" }));
    build.onLoad({ filter: /.*/, namespace: "without-codecs" }, () => ({ contents: "export default {};" }));
  },
};

async function bundle(entry) {
  const result = await esbuild.build({
    entryPoints: [path.join(__dirname, entry)],
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    charset: "ascii",
    legalComments: "none",
    metafile: true,
    write: false,
    nodePaths: [modules],
    plugins: [withoutCodecs],
    logLevel: "warning",
  });
  return { text: result.outputFiles[0].text.trim(), licences: licencesOf(result.metafile) };
}

// The licences of the packages that are in a bundle, as they ask for.
function licencesOf(metafile) {
  const inside = (file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
  const names = [...new Set(Object.keys(metafile.inputs).map(inside).filter(Boolean))].sort();
  return names.map((name) => {
    const folder = path.join(modules, name);
    const file = fs.readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    const { version, license } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const text = file ? fs.readFileSync(path.join(folder, file), "utf8").trim() : "";
    return `${name} ${version}, ${license}\n${text}`;
  });
}

async function main() {
  const [style, page, viewer] = await Promise.all(["page.css", "page.js", "viewer.js"].map(bundle));
  const licences = [...new Set([...style.licences, ...page.licences, ...viewer.licences])].join("\n\n").replaceAll("*/", "* /");
  const script = `/*\n${licences}\n*/\n${page.text}`;
  for (const text of [style.text, script]) {
    if (/<\/(script|style)|<!--/i.test(text)) {
      throw new Error("a bundle has a text that would end its element of the page");
    }
  }
  fs.mkdirSync(out, { recursive: true });
  fs.copyFileSync(path.join(__dirname, "page.html"), path.join(out, "page.html"));
  fs.writeFileSync(path.join(out, "page.css"), style.text);
  fs.writeFileSync(path.join(out, "page.js"), script);
  fs.writeFileSync(path.join(out, "viewer.txt"), zlib.gzipSync(viewer.text, { level: 9 }).toString("base64"));
}

main().catch((error) => {
  console.error(error.message);
  process.exit(1);
});
