// The page around the app: it unpacks the parts, hands them to the app in its sandbox, and does the
// two things that the sandbox can't: save bytes as a file, and read what the address says after #.
"use strict";

const frame = document.querySelector("iframe");
let started = false;

async function part(name) {
  const element = document.getElementById(name);
  const text = element.textContent;
  element.remove();
  const bytes = Uint8Array.fromBase64
    ? Uint8Array.fromBase64(text)
    : Uint8Array.from(atob(text), (each) => each.charCodeAt(0));
  const unpacking = new DecompressionStream("gzip");
  const writer = unpacking.writable.getWriter();
  writer.write(bytes);
  writer.close();
  return new Response(unpacking.readable).arrayBuffer();
}

async function start() {
  const names = ["python", "library", "policy", "script"];
  const unpacked = await Promise.all(names.map(part));
  const parts = Object.fromEntries(names.map((name, index) => [name, unpacked[index]]));
  frame.contentWindow.postMessage({ parts }, "*", unpacked);
}

function save({ name, bytes, type }) {
  const url = URL.createObjectURL(new Blob([bytes], { type: String(type) }));
  const link = document.createElement("a");
  link.href = url;
  link.download = String(name);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}

function tellAddress() {
  const home = /^https?:$/.test(location.protocol) ? location.href.split("#")[0] : "";
  frame.contentWindow.postMessage({ address: { home, fragment: location.hash.slice(1) } }, "*");
}

addEventListener("message", (event) => {
  if (event.source !== frame.contentWindow) return;
  const { loaded, download } = event.data;
  if (loaded && !started) {
    started = true;
    tellAddress();
    start().catch((error) => {
      frame.contentWindow.postMessage({ broken: String(error?.message ?? error) }, "*");
    });
  }
  if (download) save(download);
});
addEventListener("hashchange", tellAddress);
frame.contentWindow.postMessage({ isLoaded: true }, "*");
