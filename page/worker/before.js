// What stands before Pyodide in the worker. Nothing in here, Pyodide among it, can reach the network:
// the page's policy forbids every connection, and what would make one is taken away as well.
"use strict";

// Pyodide 314 takes a worker that has it for one without modules, and refuses that.
self.importScripts = undefined;
for (const name of ["XMLHttpRequest", "WebSocket", "EventSource", "WebTransport", "Worker",
  "SharedWorker", "BroadcastChannel", "indexedDB", "caches"]) {
  if (name in self) Object.defineProperty(self, name, { value: undefined, configurable: false });
}
