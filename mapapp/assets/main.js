// The start, the view, and messages from the page around.
(() => {
  "use strict";
  const app = window.mapapp;
  // From below to above.
  // Few of them: each is a picture of its own that the browser lays over the others in every frame.
  const PANES = ["tiles", "ground", "cells", "lines", "routes", "mentions", "events", "names"];

  // --- the view: inside what the panels leave free --------------------------------------------------------------
  const free = () => {
    const size = app.map.getSize();
    const pad = { left: 20, top: 20, right: 20, bottom: 20 };
    const box = (selector) => {
      const node = document.querySelector(selector);
      return node && !node.hidden ? node.getBoundingClientRect() : null;
    };
    const time = box(".time");
    if (time?.height) pad.bottom = size.y - time.top + 14;
    if (app.isPhone()) {
      const title = box(".title");
      const legend = box(".legend");
      if (title?.height) pad.top = title.bottom + 12;
      if (legend?.height && legend.height < size.y * 0.2) pad.bottom = size.y - legend.top + 10;
      pad.left = pad.right = 12;
      const card = box(".card");
      if (card?.height) pad.bottom = Math.max(pad.bottom, size.y - card.top + 10);
    } else {
      const legend = box(".legend");
      const card = box(".card");
      const tools = box(".tools");
      if (legend?.width && size.x > 900) pad.left = legend.right * 0.82;
      pad.right = card?.width ? size.x - card.left + 16 : tools?.width ? size.x - tools.left + 16 : 20;
      // A window too small for panels on both sides: what is behind them can be reached by moving the map.
      if (size.x - pad.left - pad.right < 240) pad.left = 20;
    }
    return pad;
  };

  app.fit = (bounds, maxZoom) => {
    if (!bounds || (bounds.isValid && !bounds.isValid())) return;
    const pad = free();
    app.map.fitBounds(bounds, {
      paddingTopLeft: [pad.left, pad.top], paddingBottomRight: [pad.right, pad.bottom],
      maxZoom: maxZoom ?? 11, animate: !app.prefersCalm(),
    });
  };
  app.fitAll = () => app.fit(L.latLngBounds(app.payload.bounds));

  // Brings a point out from behind the panels; from afar also nearer.
  app.showPoint = (latlng, isFar) => {
    const pad = free();
    const size = app.map.getSize();
    const point = app.map.latLngToContainerPoint(latlng);
    const inside = point.x > pad.left && point.x < size.x - pad.right && point.y > pad.top && point.y < size.y - pad.bottom;
    if (inside && !(isFar && app.map.getZoom() < 6)) return;
    const middle = L.point((pad.left + size.x - pad.right) / 2, (pad.top + size.y - pad.bottom) / 2);
    app.map.panBy(point.subtract(middle), { animate: !app.prefersCalm() });
  };

  // --- light and dark -------------------------------------------------------------------------------------------
  const dark = matchMedia("(prefers-color-scheme: dark)");
  app.themeChoice = "auto";
  app.setTheme = (choice) => {
    app.themeChoice = ["light", "dark"].includes(choice) ? choice : "auto";
    const theme = app.themeChoice === "auto" ? (dark.matches ? "dark" : "light") : app.themeChoice;
    if (document.documentElement.dataset.theme === theme) return;
    document.documentElement.dataset.theme = theme;
    if (!app.payload) return;
    app.prepareLooks();
    app.tell("onTheme");
  };
  dark.addEventListener("change", () => app.setTheme(app.themeChoice));

  // --- data -----------------------------------------------------------------------------------------------------
  const GROUND = ["country", "bounds", "days", "actors", "style"]; // what every layer depends on beside its own data

  // New data in the running page: the view, the date, the theme and the choice of layers stay. A layer whose data are
  // as they were is not drawn again, and one whose drawer can tell what is different (`change`) draws only that.
  app.load = (payload) => {
    if (!payload || typeof payload !== "object" || payload.format !== 1 || !Array.isArray(payload.layers)) {
      throw new Error("The data has another form than this page expects. Rebuild the page and its data together.");
    }
    const isFirst = app.payload === null;
    const iso = isFirst ? null : app.isoOf(app.day);
    const before = !isFirst && GROUND.every((name) => app.same(app.payload[name], payload[name])) ? app.data : {};
    const changed = payload.layers.filter((layer) => !app.same(before[layer.id], layer.data));
    const isChange = (id) => id in before && app.drawers[id]?.change;
    for (const { id } of isFirst ? [] : changed) if (!isChange(id)) app.drawers[id]?.clear?.();
    app.payload = payload;
    app.actors = new Map(payload.actors.map((actor) => [actor.code, actor]));
    app.prepareLooks();
    const kept = isFirst ? null : app.dayOf(iso);
    app.day = kept !== null && kept >= 0 && kept < payload.days.count ? kept : payload.day;
    app.highlighted = null;
    app.data = { ...before, ...Object.fromEntries(changed.map((layer) => [layer.id, layer.data])) };
    if (isFirst) app.setTheme(payload.theme);
    for (const layer of payload.layers) if (isFirst || !app.shown.has(layer.id)) app.shown.set(layer.id, !!layer.on);
    if (isFirst) {
      const [[south, west], [north, east]] = payload.bounds;
      app.map.setView([(south + north) / 2, (west + east) / 2], 6, { animate: false });
    }
    for (const { id, data } of changed) {
      const drawer = app.drawers[id];
      if (!drawer) continue;
      if (isChange(id)) drawer.change(data, before[id]);
      else drawer.draw(data);
      if (!app.shown.get(id)) drawer.setShown?.(false);
    }
    for (const part of app.parts) part.load?.(payload);
    document.body.classList.remove("is-empty");
    if (isFirst) {
      const pad = free();
      app.map.fitBounds(payload.bounds, { paddingTopLeft: [pad.left, pad.top], paddingBottomRight: [pad.right, pad.bottom], animate: false });
    }
    app.placeLabels();
    app.report();
  };

  // --- messages in, from the page around only -------------------------------------------------------------------
  const onMessage = (event) => {
    if (event.source !== window.parent || window.parent === window) return;
    const message = event.data;
    if (!message || typeof message !== "object") return;
    if (message.type === "mapapp:payload") {
      // As text it goes from page to page fastest.
      app.load(typeof message.payload === "string" ? JSON.parse(message.payload) : message.payload);
      window.parent.postMessage({ type: "mapapp:loaded" }, "*");
    } else if (message.type === "mapapp:set" && app.payload) {
      if (typeof message.date === "string") {
        const day = app.dayOf(message.date);
        if (day !== null) app.setDay(day);
      }
      if (message.fit === true) app.fitAll();
      else if (Array.isArray(message.fit) && message.fit.length === 4 && message.fit.every(Number.isFinite)) {
        const [west, south, east, north] = message.fit;
        app.fit(L.latLngBounds([[south, west], [north, east]]));
      }
      if (typeof message.route === "string") {
        const route = app.routes.list.find((item) => item.id === message.route);
        if (route) app.follow.start(route);
      }
      if (typeof message.theme === "string") app.setTheme(message.theme);
    }
  };

  app.start = (map) => {
    app.map = map;
    map.fitBounds([[-50, -120], [65, 120]], { animate: false });
    PANES.forEach((name, i) => {
      const pane = map.createPane(name);
      pane.style.zIndex = 210 + i * 20;
      pane.classList.add("pane-" + name);
    });
    for (const name of ["events", "names", "ground", "lines"]) map.getPane(name).style.pointerEvents = "none";
    // Unit borders, lines between holders and outlines share one drawing, from below to above.
    app.lines = L.svg({ pane: "lines", padding: app.PADDING }).addTo(map);
    document.body.classList.add("is-empty");
    document.body.append(app.el("div", { id: "mapapp-ui" }));
    app.setTheme("auto");
    for (const part of app.parts) part.start?.();
    map.on("click", (event) => { if (app.payload) app.pickAt(event, null); });
    const markFar = () => document.body.classList.toggle("is-far", map.getZoom() < 5);
    map.on("zoomend", markFar);
    map.on("zoomend viewreset", () => app.payload && app.tell("onView", "zoom"));
    map.on("moveend resize", () => {
      if (!app.payload) return;
      app.tell("onView", "move");
      app.report();
    });
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(map.getContainer());
    window.addEventListener("message", onMessage);
    const payload = JSON.parse(document.getElementById("mapapp-payload").textContent);
    if (payload) app.load(payload);
    else if (window.parent !== window) window.parent.postMessage({ type: "mapapp:ready" }, "*");
  };
})();
