// Stands first in the page, the app and the worker. WebRTC is a way out that a content security policy
// does not close: it is taken away before anything else runs.
"use strict";

for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (/rtc/i.test(name)) {
    Object.defineProperty(globalThis, name, { value: undefined, writable: false, configurable: false });
  }
}
