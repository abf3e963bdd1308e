// Builds the page of the packed parts and the app.
// Usage: node page/build.mjs PARTS OUTPUT
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const SCRIPTS = ["elements", "files", "engine", "excerpt", "steps", "editor", "verdict", "findings", "fixes", "log", "settings", "reports", "share", "app"];
const LOG = `2026/01/15 03:42:07 [error] 31#31: *12 upstream timed out (110: Connection timed out) while reading upstream, \
client: 10.1.4.9, server: api.internal, request: "POST /helloworld.Greeter/Watch HTTP/2.0", \
upstream: "grpc://10.0.0.1:50051", host: "api.internal"\n`;
const EXAMPLES = {
  "The article's configuration": { files: { "nginx.conf": "checklist/article.conf" } },
  "A bad configuration": { files: { "nginx.conf": "checklist/bad.conf", "nginx-grpc.yaml": "checklist/nginx-grpc.yaml" } },
  "A good configuration": { files: { "nginx.conf": "checklist/good.conf", "nginx-grpc.yaml": "checklist/nginx-grpc.yaml" } },
  "A line of a log": { files: { "nginx.conf": "rules/NG106/before.conf" }, log: LOG },
};
const [packed, output] = process.argv.slice(2);

const read = (...names) => fs.readFileSync(path.join(HERE, ...names), "utf-8");
const digest = (text, as) => createHash("sha256").update(text).digest(as);
const hash = (text) => `'sha256-${digest(text, "base64")}'`;
const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll('"', "&quot;");

const parts = JSON.parse(fs.readFileSync(packed, "utf-8"));
const shield = read("shield.js");
const outerScript = `${shield}\n${read("outer", "outer.js")}`;
const outerStyle = read("outer", "outer.css");
const examples = Object.fromEntries(Object.entries(EXAMPLES).map(([name, { files, log }]) => [name, {
  files: Object.fromEntries(Object.entries(files).map(([file, from]) => [file, read("..", "examples", from)])),
  log,
}]));
const version = /^version = "(.+)"$/m.exec(read("..", "pyproject.toml"))[1];
const json = (value) => JSON.stringify(value).replaceAll("<", "\\u003c");
const script = [shield, `const EXAMPLES = ${json(examples)};`, ...SCRIPTS.map((name) => read("app", `${name}.js`))].join("\n");
const markup = read("app", "app.html")
  .replace("{{examples}}", () => Object.keys(examples).map((name) => `<option>${escaped(name)}</option>`).join(""))
  .replace("{{version}}", version)
  .replace("{{licences}}", () => escaped(read("LICENCES.txt")).replaceAll("<", "&lt;"));
const style = read("app", "app.css");
const policy = [
  "default-src 'none'",
  `script-src ${hash(outerScript)} ${hash(script)} 'wasm-unsafe-eval'`,
  "worker-src blob:",
  `style-src ${hash(outerStyle)} ${hash(style)}`,
  "img-src data:",
  "form-action 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types worker",
].join("; ");
const app = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>nginx-grpc</title>
<style>${style}</style></head><body>${markup}<script>${script}</script></body></html>`;
const page = read("outer", "outer.html")
  .replace("{{policy}}", () => policy)
  .replace("{{style}}", () => outerStyle)
  .replace("{{app}}", () => escaped(app))
  .replace("{{parts}}", () => Object.entries(parts)
    .map(([name, text]) => `<script type="text/plain" id="${name}">${text}</script>`).join("\n"))
  .replace("{{script}}", () => outerScript);
fs.mkdirSync(path.dirname(output), { recursive: true });
fs.writeFileSync(output, page);
for (const [name, text] of Object.entries(parts)) console.log(`${name}: ${text.length}`);
console.log(`${output}: ${page.length} bytes, sha256 ${digest(page, "hex")}`);
