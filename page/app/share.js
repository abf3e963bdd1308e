// A link that holds the files, compressed, behind its #: browsers send that part to nobody. What it
// holds is redacted unless the person says otherwise, each time.
"use strict";

const FORMAT = "1.";
const LONGEST = 2_000_000;
const UNPACKED = 20_000_000;
const REDACTED = "/shown";

class TooMuch extends Error {}

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
      throw new TooMuch("it holds more than 20 MB");
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
  const fragment = FORMAT + base64url(await through(text, new CompressionStream("deflate-raw"), Infinity));
  if (text.length > UNPACKED || fragment.length > LONGEST) {
    throw new Error("the files are too large for one, send them as files");
  }
  return fragment;
}

// [[name, bytes]] of a link. Throws an Error that says why not.
async function filesOf(fragment) {
  if (fragment.length > LONGEST) throw new Error("it is too long");
  if (!fragment.startsWith(FORMAT)) throw new Error("it is none of this page, or of another version of it");
  let unpacked;
  let held;
  try {
    const packed = fromBase64url(fragment.slice(FORMAT.length));
    unpacked = await through(packed, new DecompressionStream("deflate-raw"), UNPACKED);
  } catch (error) {
    throw error instanceof TooMuch ? error : new Error("it is damaged", { cause: error });
  }
  try {
    const { files } = JSON.parse(decoded(unpacked));
    held = files.map(([name, text, ...more]) => {
      if (typeof name !== "string" || typeof text !== "string" || more.length) throw new TypeError("no file");
      return [placed(name), fromBase64url(text)];
    });
  } catch (error) {
    throw new Error("it is damaged", { cause: error });
  }
  if (!held.length) throw new Error("there are no files in it");
  if (held.length > MOST_FILES) throw new Error(`it holds more than ${MOST_FILES} files`);
  return distinct(held);
}

async function sharedFiles() {
  if (!byId("share-redact").checked) return files.map;
  const { results: [result], files: after } = await run(
    [rooted(["redact", "--output", REDACTED])], REDACTED);
  if (result.status !== 0) throw new Error(result.stderr.trim() || "it was refused");
  return after;
}

async function share() {
  const asked = (share.asked = {});
  const put = (link, told) => {
    byId("link").value = link;
    byId("share-told").textContent = told;
    byId("copy-link").disabled = !link;
  };
  put("", files.size() ? "The link is being made." : "There is nothing to share yet.");
  if (!files.size()) return;
  try {
    const link = `${home || "nginx-grpc.html"}#${await fragmentOf(await sharedFiles())}`;
    if (asked !== share.asked) return;
    put(link, `${link.length} characters${home ? "" : ": to be put behind the address of a served page"}.`);
  } catch (error) {
    if (asked === share.asked) put("", `No link: ${error.message}`);
  }
}

byId("share-redact").addEventListener("change", share);
byId("copy-link").addEventListener("click", () => copy(byId("link").value, "Link"));
