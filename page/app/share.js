// A link that holds the files, compressed, behind its #: browsers send that part to nobody. What it
// holds is redacted unless the person says otherwise, each time.
"use strict";

const FORMAT = "1.";
const LONGEST = 2_000_000;
const UNPACKED = 20_000_000;

async function through(bytes, stream, limit) {
  const writer = stream.writable.getWriter();
  writer.write(bytes).catch(() => {});
  writer.close().catch(() => {});
  const reader = stream.readable.getReader();
  const chunks = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > limit) {
      reader.cancel().catch(() => {});
      throw new Error("it holds more than 20 MB");
    }
    chunks.push(value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

function base64url(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function fromBase64url(text) {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
}

async function fragmentOf(files) {
  const held = [...files].map(([name, data]) => [name, base64url(data)]);
  const text = encoded(JSON.stringify({ files: held }));
  return FORMAT + base64url(await through(text, new CompressionStream("deflate-raw"), Infinity));
}

// [[name, bytes]] of a link. Throws an Error that says why not.
async function filesOf(fragment) {
  if (fragment.length > LONGEST) throw new Error("it is too long");
  if (!fragment.startsWith(FORMAT)) throw new Error("it is none of this page");
  let held;
  try {
    const packed = fromBase64url(fragment.slice(FORMAT.length));
    held = JSON.parse(decoded(await through(packed, new DecompressionStream("deflate-raw"), UNPACKED))).files;
    if (!Array.isArray(held)) throw new Error("no files");
    return held.slice(0, MOST_FILES).map(([name, text]) => [placed(String(name)), fromBase64url(String(text))]);
  } catch (error) {
    throw new Error(/more than/.test(error.message) ? error.message : "it is damaged", { cause: error });
  }
}
