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
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
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
    box.textContent = text;
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
