// The worker: Python with the package, and the policy. It is given the parts once, then jobs.
"use strict";

const FOLDER = "/config";
const SOURCES = "https://page.invalid/";

let python = null;
let command = null;

// Pyodide asks for its parts by URL: they are here.
function answered(parts) {
  const instantiate = async (imports) => ({
    module: parts.python,
    instance: await WebAssembly.instantiate(parts.python, imports),
  });
  WebAssembly.instantiateStreaming = async (_response, imports) => instantiate(imports);
  self.fetch = async (url) => {
    const name = String(url.url ?? url);
    if (name === `${SOURCES}pyodide.asm.wasm`) return new Response();
    if (name === `${SOURCES}library.zip`) return new Response(parts.library);
    throw new TypeError(`nothing is fetched: ${name}`);
  };
}

async function start(parts) {
  // The policy is compiled beside, while Python starts.
  const policy = moduleOf(parts.policy);
  parts.python = await moduleOf(parts.python);
  answered(parts);
  python = await loadPyodide({
    createPyodideModule: _createPyodideModule,
    indexURL: SOURCES,
    stdLibURL: `${SOURCES}library.zip`,
    lockFileContents: { info: { abi_version: "{{abi}}" }, packages: {} },
    checkAPIVersion: false,
    env: { HOME: "/", PYTHONHASHSEED: "0", TERM: "dumb" },
  });
  parts.policy = await policy;
  self.postMessage({ modules: { python: parts.python, policy: parts.policy } });
  python.registerJsModule("nginx_grpc_host", {
    evaluate: evaluatorOf(parts.policy),
    tell: (share) => self.postMessage({ share }),
  });
  python.runPython(`
import os
import shutil
from nginx_grpc import in_memory, model  # the model is large: before somebody waits for it
from nginx_grpc.errors import Refused

# The file system in memory has no hard links: what keeps a file until the new one is there is a copy.
if not hasattr(os, "link"):
    os.link = lambda source, target, **_: shutil.copyfile(source, target)

# Pyodide can't convert an array of no length, here and back.
def command(folder, files, calls, collect, told, kept):
    given = {name: files.get(name) for name in files.keys()}
    try:
        in_memory.place("/shown", {})
        in_memory.place(
            folder, {name: data.to_bytes() if data.length else b"" for name, data in given.items()}
        )
    except Refused as refused:
        for _ in calls:
            told(2, None, f"nginx-grpc: {refused}")
        return
    for call in calls.to_py():
        status, out, errors = in_memory.run(call["argv"], call.get("stdin", "").encode())
        told(status, out or None, errors)
    if collect:
        for name, data in in_memory.contents(collect).items():
            kept(name, data or None)
`);
  command = python.globals.get("command");
}

async function moduleOf(part) {
  return part instanceof WebAssembly.Module ? part : WebAssembly.compile(part);
}

// Errors of Python are long; the last line that names an error says what it was.
function lastLine(error) {
  const lines = String(error?.message ?? error).trim().split("\n");
  return (lines.findLast((line) => /^[\w.]+(Error|Exception)\b/.test(line)) ?? lines.at(-1)).slice(0, 500);
}

self.onmessage = async ({ data: { parts, job } }) => {
  if (parts) {
    try {
      await start(parts);
      self.postMessage({ ready: true });
    } catch (error) {
      self.postMessage({ broken: lastLine(error) });
    }
    return;
  }
  try {
    const results = [];
    const files = new Map();
    const bytes = (data) => (data ? data.toJs() : new Uint8Array());
    const told = (status, stdout, stderr) => results.push({ status, stdout: bytes(stdout), stderr });
    const kept = (name, data) => files.set(name, bytes(data));
    command(FOLDER, job.files, job.calls, job.collect, told, kept);
    if (results.length !== job.calls.length) throw new Error("a call without an answer");
    self.postMessage({ done: job.id, results, files });
  } catch (error) {
    self.postMessage({ failed: job.id, why: lastLine(error) });
  }
};
