// A field for a text with line numbers and marks on lines. No <textarea>: Chromium asks a service
// about each page on http(s) that has one. The text is one run in a contenteditable block.
"use strict";

// Larger texts are shown, and not edited here.
const EDITABLE = 2_000_000;
const COLOURED = 200_000;
const TOKENS = /(#[^\n]*)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(\$\{?\w+\}?)|((?<=^|[;{}])[ \t\n]*[a-z_]\w*)/gm;
const KINDS = ["comment", "string", "variable", "directive"];

class Editor {
  constructor(root, label, changed, { coloured = true, hint = "" } = {}) {
    this.changed = changed;
    this.coloured = coloured;
    this.gutter = element("div", { class: "gutter", "aria-hidden": "true" });
    this.marks = element("div", { class: "marks" });
    this.field = element("div", {
      class: "field",
      role: "textbox",
      "aria-multiline": "true",
      "aria-label": label,
      "aria-placeholder": hint || null,
      spellcheck: "false",
      autocapitalize: "off",
      translate: "no",
      contenteditable: "plaintext-only",
      tabindex: "0",
    });
    this.note = element("p", { class: "note", hidden: true });
    this.scroller = element("div", { class: "scroller" }, this.gutter, this.marks, this.field);
    root.append(this.note, this.scroller);
    this.field.addEventListener("beforeinput", (event) => this.#before(event));
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("paste", (event) => this.#paste(event));
    this.lines = 0;
    this.set("");
  }

  get text() {
    let text = "";
    for (const node of this.field.childNodes) {
      // The last <br> is the browser's or ours: without it the caret could not stand on the last line.
      if (node.nodeName === "BR") text += node === this.field.lastChild ? "" : "\n";
      else text += node.textContent;
    }
    return text;
  }

  set(text, { editable = true, label } = {}) {
    const fits = text.length <= EDITABLE;
    const shown = fits ? text : text.slice(0, EDITABLE);
    this.field.replaceChildren(document.createTextNode(shown), document.createElement("br"));
    this.field.setAttribute("contenteditable", fits && editable ? "plaintext-only" : "false");
    this.field.setAttribute("aria-readonly", String(!(fits && editable)));
    if (label) this.field.setAttribute("aria-label", label);
    this.note.hidden = fits && editable;
    this.note.textContent = fits
      ? "Bytes that are no UTF-8 are in this file: it is judged as it is, and can't be edited here."
      : "The first 2 MB of the file. All of it is judged; it is too large to be edited here.";
    this.#number(shown);
  }

  // Marks: [{line, level, title}], the first of a line counts.
  mark(marks) {
    const byLine = new Map();
    for (const mark of marks) {
      if (!byLine.has(mark.line)) byLine.set(mark.line, { ...mark, titles: [] });
      byLine.get(mark.line).titles.push(mark.title);
      if (mark.level === "deny") byLine.get(mark.line).level = "deny";
    }
    fill(this.marks, [...byLine.values()].slice(0, 2000).map((mark) => {
      const made = element("button", {
        class: `mark ${mark.level}`,
        type: "button",
        tabindex: "-1",
        title: mark.titles.slice(0, 5).join("\n"),
        "aria-label": `Line ${mark.line}: ${mark.titles.slice(0, 3).join("; ")}`,
        onclick: () => this.chosen?.(mark.line),
      });
      made.style.setProperty("--line", mark.line - 1);
      return made;
    }));
  }

  // Show a line and put the caret there.
  go(line, focus = true) {
    const text = this.field.firstChild;
    if (!text) return;
    let offset = 0;
    for (let at = 1; at < line; at += 1) {
      const end = text.textContent.indexOf("\n", offset);
      if (end < 0) break;
      offset = end + 1;
    }
    if (focus) this.field.focus({ preventScroll: true });
    const selection = getSelection();
    if (text.nodeType === Node.TEXT_NODE) selection.collapse(text, Math.min(offset, text.length));
    const height = parseFloat(getComputedStyle(this.field).lineHeight);
    const top = (line - 1) * height;
    const { scrollTop, clientHeight } = this.scroller;
    if (top < scrollTop + height || top > scrollTop + clientHeight - 3 * height) {
      this.scroller.scrollTop = Math.max(0, top - clientHeight / 3);
    }
    this.scroller.scrollLeft = 0;
    const flash = element("div", { class: "flash" });
    flash.style.setProperty("--line", line - 1);
    this.scroller.querySelector(".flash")?.remove();
    this.scroller.append(flash);
  }

  #before(event) {
    // Every browser has its own way to break a line; a line feed is what the file gets.
    if (event.inputType === "insertParagraph" || event.inputType === "insertLineBreak") {
      event.preventDefault();
      this.#insert("\n");
    }
  }

  #paste(event) {
    const text = event.clipboardData.getData("text/plain");
    if (!text) return;
    event.preventDefault();
    if (text.length > 50_000) {
      // The browser's own way takes seconds then. It can't be undone, so it is for an empty field.
      if (this.text.trim() === "" || getSelection().toString() === this.text) {
        this.set(text);
        this.changed(text);
        return;
      }
    }
    this.#insert(text.replaceAll("\r\n", "\n"));
  }

  #insert(text) {
    // The one way that keeps what undo knows.
    document.execCommand("insertText", false, text);
  }

  #typed() {
    const { text, field } = this;
    // One run again, where the browser made several: marks and colours count on it.
    const tidy = field.childNodes.length === 2 && field.firstChild.nodeType === Node.TEXT_NODE
      && field.lastChild.nodeName === "BR";
    if (!tidy) {
      const caret = this.#caret();
      field.replaceChildren(document.createTextNode(text), document.createElement("br"));
      getSelection().collapse(field.firstChild, Math.min(caret, text.length));
    }
    this.#number(text);
    this.changed(text);
  }

  #caret() {
    const selection = getSelection();
    if (!selection.rangeCount) return 0;
    const range = selection.getRangeAt(0).cloneRange();
    range.setStart(this.field, 0);
    const holder = document.createElement("div");
    holder.append(range.cloneContents());
    return [...holder.childNodes].reduce(
      (sum, node) => sum + (node.nodeName === "BR" ? 1 : node.textContent.length), 0);
  }

  #number(text) {
    this.field.toggleAttribute("data-empty", text === "");
    let lines = 1;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines += 1;
    if (lines !== this.lines) {
      this.lines = lines;
      this.gutter.textContent = Array.from({ length: lines }, (_, index) => index + 1).join("\n");
      this.scroller.style.setProperty("--digits", String(lines).length);
    }
    this.#colour(text);
  }

  #colour(text) {
    if (!this.coloured || !globalThis.CSS?.highlights) return;
    const node = this.field.firstChild;
    const ranges = KINDS.map(() => []);
    if (node?.nodeType === Node.TEXT_NODE && text.length <= COLOURED) {
      for (const found of text.matchAll(TOKENS)) {
        const kind = found.slice(1).findIndex((each) => each !== undefined);
        const range = document.createRange();
        range.setStart(node, found.index);
        range.setEnd(node, found.index + found[0].length);
        ranges[kind].push(range);
      }
    }
    KINDS.forEach((kind, index) => CSS.highlights.set(kind, new Highlight(...ranges[index])));
  }
}
