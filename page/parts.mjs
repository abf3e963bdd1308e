// Packs what the page holds: Python, the package, the policy and the worker's script, each compressed
// and as text. See pack.py for why the bytes are always the same.
// Usage: node page/parts.mjs SITE_PACKAGES OUTPUT
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const ROOT = path.dirname(HERE);
const PYODIDE = path.join(HERE, "node_modules", "pyodide");
// What a page never runs: servers, clients, other programs.
const NEVER = /^nginx_grpc\/((admission|lsp)\/(?!__init__\.py|command\.py)|client\/|engines\/(wasm|conftest|opa|server|program)\.py|fixing\/trying\.py)/;
const [sitePackages, output] = process.argv.slice(2);

const read = (...names) => fs.readFileSync(path.join(...names), "utf-8");

function below(folder, base) {
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "__pycache__" ? [] : below(name, base);
    return [path.relative(base, name)];
  });
}

function copyInto(python, base, folder, wanted) {
  for (const name of below(path.join(base, folder), base).filter(wanted)) {
    python.FS.mkdirTree(path.dirname(`/sources/${name}`));
    python.FS.writeFile(`/sources/${name}`, fs.readFileSync(path.join(base, name)));
  }
}

// Without its name section, which only a debugger reads.
function stripped(wasm) {
  const kept = [wasm.subarray(0, 8)];
  for (let at = 8; at < wasm.length; ) {
    const start = at;
    const kind = wasm[at++];
    let size = 0;
    for (let shift = 0, byte = 128; byte & 128; shift += 7) {
      byte = wasm[at++];
      size |= (byte & 127) << shift;
    }
    if (kind !== 0) kept.push(wasm.subarray(start, at + size));
    at += size;
  }
  return Buffer.concat(kept);
}

function workerScript() {
  const wasm = read(PYODIDE, "pyodide.asm.mjs")
    .replaceAll("import.meta.url", '"https://page.invalid/"')
    .replace(/export default _createPyodideModule;?\s*$/, "");
  const loader = read(PYODIDE, "pyodide.js").replace(/\/\/# sourceMappingURL=.*\s*$/, "");
  const { abi_version: abi } = JSON.parse(read(PYODIDE, "pyodide-lock.json")).info;
  const own = ["policy.js", "worker.js"].map((name) => read(HERE, "worker", name).replace("{{abi}}", abi));
  return [read(HERE, "shield.js"), read(HERE, "worker", "before.js"), loader, wasm, ...own].join("\n;\n");
}

const python = await loadPyodide({
  packageBaseUrl: PYODIDE,
  env: { PYTHONNODEBUGRANGES: "1", PYTHONHASHSEED: "0", HOME: "/" },
});
copyInto(python, path.join(ROOT, "bridge"), "nginx_grpc", (name) => !NEVER.test(name) && /\.(py|json|sha256)$/.test(name));
copyInto(python, sitePackages, "yaml", (name) => name.endsWith(".py"));
python.FS.mkdirTree("/build");
python.FS.writeFile("/build/pack.py", read(HERE, "pack.py"));
python.FS.writeFile("/build/library.zip", fs.readFileSync(path.join(PYODIDE, "python_stdlib.zip")));
python.runPython("import sys; sys.path.insert(0, '/build'); import pack; library = pack.library()");
function packed(data) {
  python.FS.writeFile("/build/part", data);
  return python.runPython("pack.packed(open('/build/part', 'rb').read())");
}

const parts = {
  python: packed(fs.readFileSync(path.join(PYODIDE, "pyodide.asm.wasm"))),
  policy: packed(stripped(fs.readFileSync(path.join(ROOT, "bridge/nginx_grpc/_data/policy.wasm")))),
  script: packed(workerScript()),
  library: python.globals.get("library"),
};
fs.mkdirSync(path.dirname(output), { recursive: true });
fs.writeFileSync(output, JSON.stringify(parts));
