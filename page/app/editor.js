// A field for a text with line numbers and marks on lines. No <textarea>: Chromium asks a service
// about each page on http(s) that has one. The text is one run in a contenteditable block.
"use strict";

// Of larger texts a part is shown, and they are not edited here.
const EDITABLE = 1_000_000;
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
    this.excerpt = null;
    this.steps = new Steps();
    this.fixed = "";
    this.note = element("p", {});
    this.earlier = element("button", { type: "button", onclick: () => this.#turn("earlier") }, "Earlier lines");
    this.later = element("button", { type: "button", onclick: () => this.#turn("later") }, "Later lines");
    const clear = element("button", { type: "button", onclick: () => this.#replace("") }, "Clear");
    this.told = element("div", { class: "note", hidden: true }, this.note, this.earlier, this.later, clear);
    this.noted = [];
    this.scroller = element("div", { class: "scroller" }, this.gutter, this.marks, this.field);
    root.append(this.told, this.scroller);
    this.field.addEventListener("beforeinput", (event) => this.#before(event));
    this.field.addEventListener("input", () => this.#typed());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.field.addEventListener("paste", (event) => this.#paste(event));
    this.lines = this.first = 0;
    this.set("");
  }

  get text() {
    if (this.excerpt) return this.excerpt.text;
    return textOf(this.field);
  }

  // Show a text; `fixed` says why it can't be edited, where it can't.
  set(text, { fixed = "", label } = {}) {
    const same = !label || label === this.field.getAttribute("aria-label");
    if (label) this.field.setAttribute("aria-label", label);
    if (same) this.steps.put(text, 0);
    else this.steps.clear(text);
    this.#fill(text, fixed);
  }

  #fill(text, fixed = "") {
    this.excerpt = text.length > EDITABLE ? new Excerpt(text) : null;
    const editable = !fixed && !this.excerpt;
    this.field.setAttribute("contenteditable", editable ? "plaintext-only" : "false");
    this.field.setAttribute("aria-readonly", String(!editable));
    this.earlier.hidden = this.later.hidden = !this.excerpt;
    this.fixed = fixed;
    this.noted = [];
    this.#show(text);
    this.scroller.scrollTop = 0;
  }

  #show(text) {
    const { excerpt } = this;
    const shown = excerpt ? excerpt.shown : text;
    this.field.replaceChildren(document.createTextNode(shown), document.createElement("br"));
    this.#number(shown);
    if (excerpt) {
      this.earlier.disabled = excerpt.start === 0;
      this.later.disabled = excerpt.end === excerpt.text.length;
    }
    this.mark(this.noted);
  }

  // What is to be known of the text that is shown, if anything is.
  #tell(shown) {
    const { excerpt } = this;
    const count = (number) => number.toLocaleString("en");
    this.note.textContent = [
      this.fixed,
      excerpt ? `Lines ${count(excerpt.first)} to ${count(excerpt.last)} of ${count(excerpt.lines)}: more than 1 MB is judged, not edited.` : "",
      TURNING.test(shown) ? "There are characters in it that change the order in which others are shown." : "",
    ].filter(Boolean).join(" ");
    this.told.hidden = !this.note.textContent;
  }

  #turn(way) {
    this.excerpt[way]();
    this.#show();
    this.scroller.scrollTop = 0;
  }

  // Marks: [{line, level, title}], the first of a line counts.
  mark(marks) {
    this.noted = marks;
    const { first, last } = this.excerpt ?? { first: 1, last: Infinity };
    const byLine = new Map();
    for (const mark of marks) {
      if (mark.line < first || mark.line > last) continue;
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
      made.style.setProperty("--line", mark.line - first);
      return made;
    }));
  }

  // Show a line and put the caret there.
  go(wanted, focus = true) {
    if (this.excerpt?.reveal(wanted)) this.#show();
    const line = wanted - (this.excerpt?.first ?? 1) + 1;
    const text = this.field.firstChild;
    if (!text) return;
    const offset = lineStart(text.textContent, line);
    if (focus) {
      this.field.focus({ preventScroll: true });
      this.scroller.scrollIntoView({ block: "nearest" });
    }
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
    const by = { historyUndo: -1, historyRedo: 1 }[event.inputType];
    if (by) {
      event.preventDefault();
      this.#step(by);
    }
  }

  #key(event) {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
    const by = { z: event.shiftKey ? 1 : -1, y: 1 }[event.key.toLowerCase()];
    if (!by) return;
    event.preventDefault();
    this.#step(by);
  }

  #step(by) {
    const state = this.field.isContentEditable || this.excerpt ? this.steps.go(by) : null;
    if (!state) return;
    this.#fill(state.text);
    this.changed(state.text);
    const node = this.field.firstChild;
    getSelection().collapse(node, Math.min(state.caret, node.length));
  }

  #paste(event) {
    const text = event.clipboardData.getData("text/plain").replaceAll("\r\n", "\n");
    if (!text) return;
    event.preventDefault();
    // The browser's own way takes seconds for a large one. This can't be undone, so it is for an empty field.
    const large = text.length > 50_000;
    if (this.excerpt || (large && (this.text.trim() === "" || getSelection().toString() === this.text))) {
      this.#replace(text);
    } else if (this.field.isContentEditable) this.#insert(text);
  }

  #replace(text) {
    this.set(text);
    this.field.focus({ preventScroll: true });
    this.changed(text);
  }

  #insert(text) {
    document.execCommand("insertText", false, text);
  }

  #typed() {
    const { text, field } = this;
    // One run again, where the browser made several: marks and colours count on it.
    const tidy = field.childNodes.length === 2 && field.firstChild.nodeType === Node.TEXT_NODE
      && field.lastChild.nodeName === "BR";
    const caret = this.#caret();
    if (!tidy) {
      field.replaceChildren(document.createTextNode(text), document.createElement("br"));
      getSelection().collapse(field.firstChild, Math.min(caret, text.length));
    }
    this.steps.put(text, caret);
    this.#number(text);
    this.changed(text);
  }

  #caret() {
    const selection = getSelection();
    if (!selection.rangeCount) return 0;
    const { anchorNode, anchorOffset } = selection;
    if (anchorNode === this.field.firstChild && anchorNode.nodeType === Node.TEXT_NODE) return anchorOffset;
    const range = selection.getRangeAt(0).cloneRange();
    range.setStart(this.field, 0);
    const holder = document.createElement("div");
    holder.append(range.cloneContents(), document.createElement("br"));
    return textOf(holder).length;
  }

  #number(text) {
    this.field.toggleAttribute("data-empty", text === "");
    const lines = 1 + newlines(text, 0, text.length);
    const first = this.excerpt?.first ?? 1;
    if (lines !== this.lines || first !== this.first) {
      this.lines = lines;
      this.first = first;
      this.gutter.textContent = Array.from({ length: lines }, (_, index) => first + index).join("\n");
      this.scroller.style.setProperty("--digits", String(first + lines).length);
    }
    this.#colour(text);
    this.#tell(text);
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

// The text of a block. A browser makes a block of each line that is pasted, or typed somewhere; a
// <br> at the end of one, or before one, is no line: without it the caret could not stand on an empty line.
function textOf(block) {
  let text = "";
  let begun = false;
  for (const node of block.childNodes) {
    const next = node.nextSibling;
    if (node.nodeName === "BR") text += !next || next.nodeName === "DIV" ? "" : "\n";
    else if (node.nodeType === Node.TEXT_NODE) text += node.textContent;
    else text += (begun ? "\n" : "") + textOf(node);
    begun = true;
  }
  return text;
}
