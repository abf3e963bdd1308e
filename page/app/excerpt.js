// The part of a text that is shown, where all of it is more than a browser lays out in a moment.
"use strict";

class Excerpt {
  static SIZE = 200_000;

  constructor(text) {
    this.text = text;
    this.lines = 1 + newlines(text, 0, text.length);
    this.at(0);
  }

  // Show what is around a place, from and to the ends of lines unless one is longer than all of it.
  at(offset) {
    const { text } = this;
    const near = Excerpt.SIZE / 4;
    const middle = Math.max(0, Math.min(offset, text.length - 1));
    this.start = Math.max(0, middle - near);
    const begin = text.lastIndexOf("\n", this.start - 1) + 1;
    if (this.start && this.start - begin < near) this.start = begin;
    this.end = Math.min(text.length, this.start + Excerpt.SIZE);
    const end = text.indexOf("\n", this.end) + 1 || text.length;
    if (end - this.end < near) this.end = end;
    this.first = 1 + newlines(text, 0, this.start);
    this.last = this.first + newlines(text, this.start, this.end - 1);
  }

  // Show a line; whether that changed what is shown.
  reveal(line) {
    if (line >= this.first && line <= this.last) return false;
    this.at(lineStart(this.text, line));
    return true;
  }

  earlier() {
    this.at(this.start - Excerpt.SIZE / 2);
  }

  later() {
    this.at(this.end);
  }

  get shown() {
    return this.text.slice(this.start, this.end);
  }
}

function newlines(text, from, to) {
  let count = 0;
  for (let at = text.indexOf("\n", from); at >= 0 && at < to; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

// Where a line begins, counted from one; the last one's begin for a line that is not there.
function lineStart(text, line) {
  let offset = 0;
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf("\n", offset);
    if (end < 0) break;
    offset = end + 1;
  }
  return offset;
}
