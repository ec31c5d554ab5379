// All names on the map, placed greedily: the important ones first, none over another, over a panel or over a mark.
(() => {
  "use strict";
  const app = window.mapapp;
  let places = [];
  let pane = null;
  let pool = new Map();
  let queued = false;
  let later = 0;

  const SPARE = 14; // more names are tried than there is room for
  const SETTLED_MS = 120; // after the last change of a panel

  const wanted = () => {
    const zoom = app.map.getZoom();
    const list = [];
    for (const drawer of Object.values(app.drawers)) list.push(...(drawer.labels?.() ?? []));
    if (app.shown.get("places")) {
      const room = zoom < 5 ? -11 : zoom < 6 ? 9 : zoom < 7 ? 22 : zoom < 8 ? 48 : zoom < 9 ? 110 : 400;
      places.slice(0, room + SPARE).forEach((place, i) => {
        list.push({
          lat: place.point[0], lon: place.point[1], text: place.name, own: place.own, kind: "place",
          // The capital and the seats of governorates before the words of routes.
          rank: place.rank <= 1 ? -100 + i : i, level: place.rank <= 0 ? 0 : place.rank === 1 || i < 8 ? 1 : 2, place: place.id,
          onPick: app.territory.byPlace.has(place.id) ? () => app.openCell(app.territory.byPlace.get(place.id)) : null,
        });
      });
    }
    return list.sort((a, b) => a.rank - b.rank);
  };

  const nodeFor = (label) => {
    const key = label.kind + "|" + label.text + "|" + (label.centred ? "" : label.lat + "|" + label.lon) + "|" + (label.level ?? "") + (label.extra ?? []).join("|");
    let entry = pool.get(key);
    if (!entry) {
      const node = app.el("div", { class: `label ${label.kind} level-${label.level ?? 1}` },
        label.kind === "place" ? app.el("i", { class: "spot" }) : null,
        app.el("span", { class: "words" },
          app.bdi(label.text, "name"),
          label.own ? [" ", app.bdi(label.own, "own")] : null,
          (label.extra ?? []).map((line) => app.el("span", { class: "extra" }, app.bdi(line)))
        ));
      pane.append(node);
      const words = node.querySelector(".words");
      entry = { node, words, width: words.offsetWidth, height: words.offsetHeight };
      pool.set(key, entry);
    }
    entry.label = label;
    entry.words.onclick = label.onPick ? (event) => { event.stopPropagation(); label.onPick(); } : null;
    entry.words.classList.toggle("pickable", !!label.onPick);
    return entry;
  };

  const overlaps = (box, boxes) => boxes.some((b) => box[0] < b[2] && box[2] > b[0] && box[1] < b[3] && box[3] > b[1]);

  const place = () => {
    queued = false;
    if (!pane || !app.payload) return;
    const map = app.map;
    const size = map.getSize();
    const host = map.getContainer().getBoundingClientRect();
    const taken = [];
    for (const panel of document.querySelectorAll("[data-panel]")) {
      const box = panel.getBoundingClientRect();
      if (box.width && box.height) taken.push([box.left - host.left - 3, box.top - host.top - 3, box.right - host.left + 3, box.bottom - host.top + 3]);
    }
    const list = wanted();
    const kept = new Set();
    // Dots first: no name may lie on the dot of a more important place.
    for (const label of list) {
      const point = map.latLngToContainerPoint([label.lat, label.lon]);
      if (point.x < -40 || point.y < -20 || point.x > size.x + 40 || point.y > size.y + 20) continue;
      const entry = nodeFor(label);
      const { width: w, height: h } = entry;
      const gap = label.gap ?? 7;
      const ways = label.centred
        ? label.spots.map((spot) => map.latLngToContainerPoint(spot)).map((at) => [at.x - point.x - w / 2, at.y - point.y - h / 2])
        : [[gap, -h / 2], [-gap - w, -h / 2], [-w / 2, -gap - h], [-w / 2, gap], [gap, -gap - h * 0.6], [gap, gap - h * 0.4],
           [-gap - w, -gap - h * 0.6], [-gap - w, gap - h * 0.4]];
      const way = ways.find(([dx, dy]) => {
        const box = [point.x + dx - 2, point.y + dy, point.x + dx + w + 2, point.y + dy + h];
        if (box[0] < 2 || box[1] < 2 || box[2] > size.x - 2 || box[3] > size.y - 2) return false;
        return !overlaps(box, taken);
      });
      if (!way) continue;
      const [dx, dy] = way;
      taken.push([point.x + dx - 2, point.y + dy, point.x + dx + w + 2, point.y + dy + h]);
      if (label.kind === "place") taken.push([point.x - 4, point.y - 4, point.x + 4, point.y + 4]);
      const at = map.latLngToLayerPoint([label.lat, label.lon]).round();
      // Flat, unlike Leaflet's own way: a name that stands in space is a picture of its own for the browser.
      entry.node.style.transform = `translate(${at.x}px, ${at.y}px)`;
      entry.words.style.transform = `translate(${Math.round(dx)}px, ${Math.round(dy)}px)`;
      kept.add(entry);
    }
    // Of two countries one of which lies in the bend of the other, both are named or neither.
    const countries = list.filter((label) => label.kind === "country");
    for (const label of countries) {
      const other = label.beside && countries.find((item) => item.text === label.beside);
      if (!other) continue;
      const pair = [nodeFor(label), nodeFor(other)];
      if (!pair.every((entry) => kept.has(entry))) for (const entry of pair) kept.delete(entry);
    }
    for (const [key, entry] of pool) {
      if (kept.has(entry)) entry.node.classList.remove("away");
      else if (pool.size > 600) {
        entry.node.remove();
        pool.delete(key);
      } else entry.node.classList.add("away");
    }
  };

  app.placeLabels = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(place);
  };

  // Panels change their size with almost every day. While the date is dragged, names need not follow each of them.
  const placeSoon = () => {
    clearTimeout(later);
    later = setTimeout(app.placeLabels, SETTLED_MS);
  };

  let routesShown = 0;
  app.drawers.places = {
    draw(data) {
      places = data.places.filter((item) => item.point);
      app.placeList = places;
      pane = app.map.getPane("names");
      app.placeLabels();
    },
    clear() {
      for (const entry of pool.values()) entry.node.remove();
      pool = new Map();
      places = [];
    },
    onDay() {
      const now = app.routes.shownNow().filter((route) => route.strength === 1).length;
      if (now !== routesShown) app.placeLabels();
      routesShown = now;
    },
    onView: () => app.placeLabels(),
    onLayers: () => app.placeLabels(),
    onPanels: placeSoon,
    setShown: () => app.placeLabels(),
  };
})();
