// Buttons, the layer control, the corner with scale, locator and attribution.
(() => {
  "use strict";
  const app = window.mapapp;
  const ui = {};
  let tiles = null;
  let online = [];

  const ICONS = {
    in: "M9 3h2v6h6v2h-6v6H9v-6H3V9h6z",
    out: "M3 9h14v2H3z",
    fit: "M3 3h5v2H5v3H3zM12 3h5v5h-2V5h-3zM3 12h2v3h3v2H3zM15 12h2v5h-5v-2h3z",
    layers: "M10 2 19 7l-9 5L1 7zM3.2 10 1 11.3l9 5 9-5L16.8 10 10 13.8z",
    sources: "M4 2h9l4 4v12H4zm2 2v12h9V7h-3V4zm1.5 5h6v1.4h-6zm0 3h6v1.4h-6z",
  };

  const button = (icon, label, f, extra) =>
    app.el("button", { type: "button", class: "tool", "aria-label": label, title: label, on: { click: f }, ...extra }, app.icon(ICONS[icon]));

  const build = () => {
    const host = document.getElementById("mapapp-ui");
    ui.menuButton = button("layers", "Layers and places", () => toggleMenu(), { "aria-expanded": "false" });
    ui.tools = app.el("nav", { class: "tools", "data-panel": "", "aria-label": "Map" },
      button("in", "Zoom in", () => app.map.zoomIn(0.75)),
      button("out", "Zoom out", () => app.map.zoomOut(0.75)),
      button("fit", "Show everything", () => app.fitAll()),
      ui.menuButton,
      button("sources", "Sources", () => app.openSources()));
    ui.menu = app.el("section", { class: "panel menu", "data-panel": "", "aria-label": "Layers and places", hidden: true });
    ui.scaleText = app.el("span");
    ui.scaleBar = app.el("i");
    ui.scale = app.el("div", { class: "scale", "data-panel": "" }, ui.scaleText, ui.scaleBar);
    ui.locator = app.el("div", { class: "panel locator", "data-panel": "", "aria-hidden": "true" });
    ui.attribution = app.el("div", { class: "attribution", "data-panel": "" });
    ui.corner = app.el("div", { class: "corner" }, ui.locator, ui.scale);
    host.append(ui.tools, ui.menu, ui.corner, ui.attribution);
    online = JSON.parse(document.getElementById("mapapp-tiles").textContent);
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !ui.menu.hidden) toggleMenu(false);
      const typing = event.target instanceof Element && event.target.closest("input, select, textarea");
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "+" || event.key === "=") app.map.zoomIn(0.75);
      if (event.key === "-") app.map.zoomOut(0.75);
      const push = { ArrowLeft: [-120, 0], ArrowRight: [120, 0], ArrowUp: [0, -120], ArrowDown: [0, 120] }[event.key];
      if (push && event.shiftKey) app.map.panBy(push);
    });
  };

  const toggleMenu = (on) => {
    const show = on ?? ui.menu.hidden;
    if (show) fillMenu();
    ui.menu.hidden = !show;
    ui.menuButton.setAttribute("aria-expanded", String(show));
    if (show) ui.menu.querySelector("input, button")?.focus({ preventScroll: true });
    else ui.menuButton.focus({ preventScroll: true });
    app.tell("onPanels");
  };

  const choice = (kind, name, title, text, checked, f) =>
    app.el("label", { class: "choice" },
      app.el("input", { type: kind, name, checked, on: { change: f } }),
      app.el("span", {}, app.el("b", {}, app.bdi(title)), text ? app.el("small", {}, text) : null));

  const fillMenu = () => {
    const payload = app.payload;
    const found = app.el("div", { class: "found" });
    const search = app.el("input", { type: "search", class: "search", placeholder: "Find a place", "aria-label": "Find a place", on: {
      input: (event) => {
        const text = event.target.value.trim().toLocaleLowerCase();
        const hits = text.length < 2 ? [] : app.territory.cells.filter((cell) =>
          cell.name.toLocaleLowerCase().includes(text) || (cell.name_own ?? "").includes(text)).slice(0, 8);
        found.replaceChildren(...hits.map((cell) =>
          app.el("button", { type: "button", class: "line", on: { click: () => { toggleMenu(false); app.openCell(cell, true); } } },
            app.bdi(cell.name), cell.name_own ? [" ", app.bdi(cell.name_own, "own")] : null)));
      },
    } });
    const versions = app.routes.list.filter((route) => route.journey || route.from === undefined);
    ui.menu.replaceChildren(
      search, found,
      app.el("h3", {}, "Layers"),
      ...payload.layers.filter((layer) => !layer.data.is_empty).map((layer) =>
        choice("checkbox", "layer", layer.title, layer.description, app.shown.get(layer.id), (event) => app.setShown(layer.id, event.target.checked))),
      ...app.incidents.choices().map((set) =>
        choice("checkbox", "incidents", set.title, set.text, set.isOn, (event) => set.choose(event.target.checked))),
      ...(versions.length ? [app.el("h3", {}, "Routes"), ...versions.map((route) =>
        choice("checkbox", "route", route.title, route.from === undefined ? "day not known" : app.formatSpan(route.from, route.to),
          app.routes.isChosen(route), (event) => app.routes.setVersion(route, event.target.checked)))] : []),
      ...(online.length ? [app.el("h3", {}, "Ground"),
        choice("radio", "ground", "Paper", "bundled, needs no network", tiles === null, () => app.setTiles(null)),
        ...online.map((tile) => choice("radio", "ground", tile.title, "online: its host sees which part of the map you look at",
          tiles?.id === tile.id, () => app.setTiles(tile)))] : []),
      app.el("h3", {}, "Light"),
      app.el("div", { class: "themes" }, [["auto", "As the system"], ["light", "Light"], ["dark", "Dark"]].map(([id, title]) =>
        choice("radio", "theme", title, null, app.themeChoice === id, () => app.setTheme(id))))
    );
  };

  app.setShown = (id, on) => {
    app.shown.set(id, on);
    app.drawers[id]?.setShown?.(on);
    app.tell("onLayers");
  };

  app.setTiles = (tile) => {
    tiles?.layer.remove();
    tiles = null;
    if (tile) {
      tiles = { id: tile.id, credit: tile.credit, layer: L.tileLayer(tile.url, { pane: "tiles", maxZoom: 19, maxNativeZoom: tile.max_zoom }).addTo(app.map) };
    }
    document.body.classList.toggle("has-tiles", tile !== null);
    attribute();
  };

  const attribute = () => {
    ui.attribution.replaceChildren(app.bdi([...(tiles ? [tiles.credit] : []), ...app.payload.attributions].join(" · ")));
    ui.attribution.title = ui.attribution.textContent;
  };

  // --- scale: a round length at the middle of the map -----------------------------------------------------------
  const drawScale = () => {
    const size = app.map.getSize();
    const a = app.map.containerPointToLatLng([0, size.y / 2]);
    const b = app.map.containerPointToLatLng([100, size.y / 2]);
    const most = app.map.distance(a, b) / 1000;
    if (!(most > 0)) return;
    const power = 10 ** Math.floor(Math.log10(most));
    const km = [5, 2, 1].map((n) => n * power).find((n) => n <= most) ?? power;
    ui.scaleText.textContent = km >= 1 ? `${km.toLocaleString("en-GB")} km` : `${Math.round(km * 1000)} m`;
    ui.scaleBar.style.width = (km / most) * 100 + "px";
  };

  // --- locator --------------------------------------------------------------------------------------------------
  const LOCATOR_SPAN = 5; // times the extent of the theatre
  const drawLocator = () => {
    const data = app.data.basemap;
    if (ui.located === data) return; // new claims leave the ground as it is
    ui.located = data;
    const [[south, west], [north, east]] = app.payload.bounds;
    const middle = [(west + east) / 2, (south + north) / 2];
    const stretch = Math.cos((middle[1] * Math.PI) / 180) || 1;
    const half = Math.max((east - west) * stretch, north - south) * (LOCATOR_SPAN / 2);
    const paths = [];
    let own = "";
    for (const country of data?.countries ?? []) {
      let d = "";
      for (const [ring] of app.decodePolygons(country.shape, data.scale)) {
        let last = null;
        const points = ring.filter((p) => {
          const keep = !last || Math.abs(p[0] - last[0]) + Math.abs(p[1] - last[1]) > half / 60;
          if (keep) last = p;
          return keep;
        });
        if (points.length < 3) continue;
        if (!points.some((p) => Math.abs((p[1] - middle[0]) * stretch) < half * 1.6 && Math.abs(p[0] - middle[1]) < half * 1.6)) continue;
        d += "M" + points.map((p) => `${(p[1] * stretch).toFixed(2)} ${(-p[0]).toFixed(2)}`).join("L") + "Z";
      }
      if (country.iso2 && country.iso2 === data.country) own = d;
      else paths.push(d);
    }
    ui.locatorView = app.svg("rect", { class: "view" });
    ui.stretch = stretch;
    ui.locator.replaceChildren(app.svg("svg", { viewBox: `${middle[0] * stretch - half} ${-middle[1] - half * 0.72} ${2 * half} ${1.44 * half}` },
      app.svg("path", { d: paths.join(""), class: "land" }), app.svg("path", { d: own, class: "own" }), ui.locatorView));
    drawView();
  };
  const drawView = () => {
    if (!ui.locatorView) return;
    const box = app.map.getBounds();
    const west = box.getWest() * ui.stretch;
    const east = box.getEast() * ui.stretch;
    ui.locatorView.setAttribute("x", west);
    ui.locatorView.setAttribute("y", -box.getNorth());
    ui.locatorView.setAttribute("width", Math.max(0.1, east - west));
    ui.locatorView.setAttribute("height", Math.max(0.1, box.getNorth() - box.getSouth()));
  };

  app.parts.push({
    start: build,
    load() {
      attribute();
      drawScale();
      drawLocator();
      if (!ui.menu.hidden) fillMenu();
    },
    onView() {
      drawScale();
      drawView();
    },
  });
})();
