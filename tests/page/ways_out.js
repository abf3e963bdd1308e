// Tries every way out of a page or worker that we know: (targets, word, pattern, left out) to the
// names of those that it tried. What one way throws is no failure of the next one.
async (targets, word, pattern, leftOut) => {
  const tried = [];
  const made = (name, fields) => Object.assign(document.createElement(name), fields);
  for (const target of targets) {
    const url = (way) => `${target}/${way}?${word}`;
    const host = target.replace("http://", "");
    const ways = {
      fetch: () => fetch(url("fetch"), { mode: "no-cors" }),
      keepalive: () => fetch(url("keepalive"), { mode: "no-cors", keepalive: true, method: "POST", body: word }),
      xhr: () => { const x = new XMLHttpRequest(); x.open("POST", url("xhr")); x.send(word); },
      websocket: () => new WebSocket(url("websocket").replace("http", "ws")),
      events: () => new EventSource(url("events")),
      transport: () => new WebTransport(url("transport").replace("http:", "https:")),
      beacon: () => navigator.sendBeacon(url("beacon"), word),
      import: () => import(url("import")),
      scripts: () => importScripts(url("scripts")),
      worker: () => new Worker(url("worker")),
      shared: () => new SharedWorker(url("shared")),
      service: () => navigator.serviceWorker.register(url("service")),
      image: () => { new Image().src = url("image"); },
      audio: () => { new Audio(url("audio")).play(); },
      font: () => new FontFace("x", `url(${url("font")})`).load(),
      rtc: () => {
        const rtc = new RTCPeerConnection({ iceServers: [{ urls: `stun:${host}` }] });
        rtc.createDataChannel(word);
        return rtc.createOffer().then((offer) => rtc.setLocalDescription(offer));
      },
      // Pages alone from here.
      style: () => { document.head.append(made("style", { textContent: `body { background: url(${url("style")}) }` })); },
      property: () => { document.body.style.background = `url(${url("property")})`; },
      form: () => { const f = made("form", { action: url("form"), method: "post" }); document.body.append(f); f.submit(); },
      script: () => document.head.append(made("script", { src: url("script") })),
      inline: () => document.head.append(made("script", { textContent: `fetch("${url("inline")}")` })),
      evaluated: () => eval(`fetch("${url("evaluated")}")`),
      markup: () => { document.body.insertAdjacentHTML("beforeend", `<img src="${url("markup")}" onerror="fetch('${url("handler")}')">`); },
      frame: () => document.body.append(made("iframe", { src: url("frame") })),
      srcdoc: () => document.body.append(made("iframe", { srcdoc: `<img src="${url("srcdoc")}">` })),
      object: () => document.body.append(made("object", { data: url("object") })),
      embed: () => document.body.append(made("embed", { src: url("embed") })),
      video: () => document.body.append(made("video", { poster: url("video"), src: url("video2") })),
      base: () => document.head.append(made("base", { href: url("base") })),
      open: () => window.open(url("open")),
      ...Object.fromEntries(["prefetch", "preload", "preconnect", "dns-prefetch", "modulepreload", "stylesheet", "icon", "manifest", "prerender"]
        .map((rel) => [rel, () => document.head.append(made("link", { rel, href: url(rel), as: "image" }))])),
      speculation: () => document.head.append(made("script", { type: "speculationrules",
        textContent: JSON.stringify({ prefetch: [{ source: "list", urls: [url("speculation")] }] }) })),
      ping: () => { const a = made("a", { href: "#x", ping: url("ping") }); document.body.append(a); a.click(); },
      saved: () => { const a = made("a", { href: url("saved"), download: "x" }); document.body.append(a); a.click(); },
      clicked: () => { const a = made("a", { href: url("clicked") }); document.body.append(a); a.click(); },
      blank: () => { const a = made("a", { href: url("blank"), target: "_blank" }); document.body.append(a); a.click(); },
      above: () => { const a = made("a", { href: url("above"), target: "_top" }); document.body.append(a); a.click(); },
      refresh: () => document.head.append(made("meta", { httpEquiv: "refresh", content: `0;url=${url("refresh")}` })),
      parent: () => { parent.location.href = url("parent"); },
      top: () => { top.location.href = url("top"); },
      location: () => { location.href = url("location"); },
    };
    for (const [way, go] of Object.entries(ways)) {
      if (!new RegExp(pattern).test(way) || new RegExp(leftOut).test(way)) continue;
      tried.push(way);
      try {
        Promise.resolve(go()).catch(() => {});
      } catch {
        // It was stopped.
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  return tried;
}
