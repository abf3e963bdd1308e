// The files that are judged: names to bytes, one of them in the editor.
"use strict";

const SETTINGS_FILE = "nginx-grpc.yaml";
const LARGEST = 64 * 1024 * 1024;
const MOST_FILES = 10_000;

class Files {
  constructor(changed) {
    this.map = new Map();
    this.current = "";
    this.changed = changed;
  }

  // Take these in place of what was there.
  replace(entries) {
    this.map = new Map(entries);
    this.current = this.entries()[0] ?? this.map.keys().next().value ?? "";
    this.changed("files");
  }

  add(entries) {
    const names = [];
    for (const [name, data] of entries) {
      this.map.set(name, data);
      names.push(name);
    }
    if (!this.map.has(this.current) || names.length) this.current = names[0] ?? this.current;
    this.changed("files");
  }

  remove(name) {
    this.map.delete(name);
    if (this.current === name) this.current = this.map.keys().next().value ?? "";
    this.changed("files");
  }

  choose(name) {
    if (!this.map.has(name)) return;
    this.current = name;
    this.changed("choice");
  }

  // How the lines of the file in the editor end: as most of Windows' do, if all do.
  get ending() {
    const data = this.map.get(this.current);
    if (!data?.includes(13)) return "\n";
    const alone = data.some((byte, at) => (byte === 10 && data[at - 1] !== 13) || (byte === 13 && data[at + 1] !== 10));
    return alone ? "\n" : "\r\n";
  }

  // What was typed.
  write(text) {
    const { ending } = this;
    this.current ||= "nginx.conf";
    this.map.set(this.current, encoded(ending === "\n" ? text : text.replaceAll("\n", ending)));
    this.changed("text");
  }

  size() {
    return [...this.map.values()].reduce((sum, data) => sum + data.length, 0);
  }

  entries() {
    return [...this.map.keys()].filter((name) => name !== SETTINGS_FILE);
  }

  // What the command is given: the one file, or the folder with all of them.
  argument() {
    const names = this.entries();
    return names.length === 1 ? names[0] : ".";
  }
}

// A name as a path below the folder: no drive, no leading slash, no way up.
function placed(name) {
  const parts = name.replaceAll("\\", "/").split("/");
  return parts.filter((part) => part && part !== "." && part !== "..").join("/") || "unnamed.conf";
}

// Of files that stand below one folder, the names without it.
function withoutTop(entries) {
  const tops = new Set(entries.map(([name]) => (name.includes("/") ? name.split("/")[0] : "")));
  if (tops.size !== 1 || tops.has("")) return entries;
  const [top] = tops;
  return entries.map(([name, data]) => [name.slice(top.length + 1), data]);
}

// Reads what a person picked or dropped: [[name, bytes]]. Throws an Error with words for them.
async function readAll(picked) {
  if (picked.length > MOST_FILES) throw new Error(`More than ${MOST_FILES} files: give a part of them`);
  let size = 0;
  const entries = [];
  for (const { name, file } of picked) {
    size += file.size;
    if (size > LARGEST) throw new Error("More than 64 MB: give a part of it, or use the command");
    entries.push([placed(name), new Uint8Array(await file.arrayBuffer())]);
  }
  return distinct(withoutTop(entries));
}

// Each file is one that is judged: two of a name would be one.
function distinct(entries) {
  const names = new Set();
  for (const [name] of entries) {
    if (names.has(name)) throw new Error(`two files would be ${name}`);
    names.add(name);
  }
  return entries;
}

async function dropped(transfer) {
  // What was dropped is there for this moment alone. Chromium gives no page in a sandbox what an
  // entry holds: files come by the other way, a folder not at all.
  const items = [...transfer.items].map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  if (!items.some(({ entry }) => entry?.isDirectory)) {
    return [...transfer.files].map((file) => ({ name: file.name, file }));
  }
  const found = [];
  const walk = async (entry, folder, file) => {
    const name = `${folder}${entry.name}`;
    if (entry.isFile) {
      found.push({ name, file: file ?? await new Promise((resolve, reject) => entry.file(resolve, reject)) });
    } else if (![".git", "node_modules"].includes(entry.name)) {
      const reader = entry.createReader();
      for (;;) {
        const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
        if (!some.length || found.length > MOST_FILES) return;
        for (const each of some) await walk(each, `${name}/`);
      }
    }
  };
  try {
    for (const { entry, file } of items) if (entry) await walk(entry, "", file);
  } catch (error) {
    throw new Error("this browser keeps dropped folders from a page that can't send anything: take Open folder",
      { cause: error });
  }
  return found;
}
