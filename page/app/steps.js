// What was in a field before, to undo and redo: a browser's own way does not know of what the page
// puts there itself, and takes the lines that it pasted as blocks for others.
"use strict";

class Steps {
  static MOST = 200;
  static SIZE = 20_000_000; // characters of all together
  static PAUSE = 700; // ms, that end a run of single characters

  constructor() {
    this.clear("");
  }

  clear(text) {
    this.states = [{ text, caret: 0 }];
    this.at = 0;
    this.run = 0;
  }

  put(text, caret) {
    const last = this.states[this.at];
    if (last.text === text) return;
    const single = Math.abs(text.length - last.text.length) === 1 && text[caret - 1] !== "\n";
    const now = performance.now();
    const joined = single && this.at > 0 && now - this.run < Steps.PAUSE;
    this.run = single ? now : 0;
    this.states.splice(joined ? this.at : this.at + 1, Infinity, { text, caret });
    let size = this.states.reduce((sum, state) => sum + state.text.length, 0);
    while (this.states.length > 2 && (size > Steps.SIZE || this.states.length > Steps.MOST)) {
      size -= this.states.shift().text.length;
    }
    this.at = this.states.length - 1;
  }

  // The state so many steps on, or undefined.
  go(by) {
    const state = this.states[this.at + by];
    if (state) this.at += by;
    this.run = 0;
    return state;
  }
}
