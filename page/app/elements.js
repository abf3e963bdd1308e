// Elements are made here and nowhere else. Whatever comes from a file becomes text, never markup.
"use strict";

// element("button", { class: "x", onclick: f, "aria-label": "y" }, "text", child, ...)
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else made.setAttribute(key, String(value));
  }
  const shown = children.flat().filter((child) => child !== null && child !== undefined && child !== "");
  made.append(...shown.map((child) => (typeof child === "string" ? printable(child) : child)));
  return made;
}

// Characters that show nothing, steer, or change the order in which others are shown; see printable.py.
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{e0000}-\u{e0fff}]/gu;
// Of these, those that change the order.
const TURNING = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

// A text as it is shown: `\u202e` for what can't be seen. What is copied or saved keeps it.
function printable(text) {
  return text.replace(UNSEEN, (each) => {
    const number = each.codePointAt(0);
    if (number < 0x100) return `\\x${number.toString(16).padStart(2, "0")}`;
    return number < 0x10000 ? `\\u${number.toString(16).padStart(4, "0")}` : `\\U${number.toString(16).padStart(8, "0")}`;
  });
}

const byId = (id) => document.getElementById(id);
const fill = (parent, ...children) => parent.replaceChildren(...children.flat().filter(Boolean));
const decoded = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
const encoded = (text) => new TextEncoder().encode(text);
const plural = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

// Says something to who hears the page and, for a while, to who sees it.
function say(text) {
  const box = byId("said");
  box.textContent = "";
  requestAnimationFrame(() => {
    box.textContent = printable(text);
  });
  clearTimeout(say.timer);
  say.timer = setTimeout(() => {
    box.textContent = "";
  }, 6000);
}

// The clipboard by the copy event: it needs no permission, and works in the sandbox.
function copy(text, what) {
  const before = document.activeElement;
  const put = (event) => {
    event.preventDefault();
    event.clipboardData.setData("text/plain", text);
  };
  document.addEventListener("copy", put, { once: true, capture: true });
  const done = document.execCommand("copy");
  document.removeEventListener("copy", put, { capture: true });
  before?.focus?.();
  say(done ? `${what} copied` : "The browser does not let this page copy: download it instead");
}

function download(name, data, type = "text/plain") {
  const bytes = typeof data === "string" ? encoded(data) : data;
  parent.postMessage({ download: { name, bytes, type } }, "*");
  say(`${name} saved`);
}

// A list of tabs as the ARIA practices have it: arrow keys move, one panel shows.
function tabs(list, onShown = () => {}) {
  const buttons = [...list.querySelectorAll("[role=tab]")];
  const show = (chosen, focus) => {
    for (const button of buttons) {
      const on = button === chosen;
      button.setAttribute("aria-selected", String(on));
      button.tabIndex = on ? 0 : -1;
      byId(button.getAttribute("aria-controls")).hidden = !on;
    }
    if (focus) chosen.focus();
    onShown(chosen.id);
  };
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => show(button, false));
    button.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const to = { Home: 0, End: buttons.length - 1 }[event.key] ?? (step && index + step);
      if (to === undefined) return;
      event.preventDefault();
      show(buttons[(to + buttons.length) % buttons.length], true);
    });
  });
  return { show: (id) => show(byId(id), false) };
}
