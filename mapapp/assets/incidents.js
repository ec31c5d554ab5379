// Events of tables that were brought in, on one canvas: grey diamonds, because they say nothing of who holds what.
(() => {
  "use strict";
  const app = window.mapapp;
  const TAIL_DAYS = 2;
  const REACH_PX = 9;
  const SHOWN = 12;
  const I = (app.incidents = { list: [], sets: [], byDay: new Map(), off: new Set() });
  let canvas = null;
  let onScreen = [];

  const read = (data) => {
    const word = (n) => (n < 0 ? null : data.words[n]);
    I.sets = data.sets;
    I.list = data.rows.map(([set, from, to, lat, lon, what, place, sides, deaths, prec, reporter]) => ({
      set: data.sets[set], from, to, prec, deaths, what: word(what), place: word(place), reporter: word(reporter),
      sides: sides.map(word).filter(Boolean),
      pixel: app.pixelOf([lat, lon]),
    }));
    I.byDay = new Map();
    const last = app.payload.days.count - 1;
    for (const item of I.list) {
      for (let day = Math.max(0, item.from); day <= Math.min(item.to, last); day++) {
        if (!I.byDay.has(day)) I.byDay.set(day, []);
        I.byDay.get(day).push(item);
      }
    }
  };

  const draw = () => {
    if (!canvas) return;
    onScreen = [];
    const wanted = app.shown.get("incidents") && I.list.length > 0;
    canvas.style.display = wanted ? "" : "none";
    if (!wanted) return;
    const { ctx, size, scale, origin } = app.wipe(canvas);
    const r = app.map.getZoom() >= 8 ? 5.5 : 4.5;
    ctx.fillStyle = app.isDark() ? "#c9c4d6" : "#56506a";
    ctx.strokeStyle = app.isDark() ? "#15181c" : "#ffffff";
    ctx.lineWidth = 1.2;
    for (let age = TAIL_DAYS; age >= 0; age--) {
      ctx.globalAlpha = age === 0 ? 1 : age === 1 ? 0.4 : 0.2;
      for (const item of I.byDay.get(app.day - age) ?? []) {
        if (I.off.has(item.set.id)) continue;
        const x = item.pixel.x * scale - origin.x;
        const y = item.pixel.y * scale - origin.y;
        if (x < -10 || y < -10 || x > size.x + 10 || y > size.y + 10) continue;
        if (age === 0) onScreen.push({ x, y, item });
        ctx.beginPath();
        ctx.moveTo(x, y - r);
        ctx.lineTo(x + r, y);
        ctx.lineTo(x, y + r);
        ctx.lineTo(x - r, y);
        ctx.closePath();
        ctx.fill();
        ctx.stroke();
      }
    }
    ctx.globalAlpha = 1;
  };

  const near = (point) =>
    onScreen
      .map((one) => ({ item: one.item, gap: Math.hypot(one.x - point.x, one.y - point.y) }))
      .filter((one) => one.gap <= REACH_PX)
      .sort((a, b) => a.gap - b.gap)
      .map((one) => one.item);

  const card = (items) => [
    app.el("h2", {}, app.bdi(items[0].place ?? "Imported events")),
    app.el("p", { class: "remark" }, "Recorded by others. It does not say here who holds the place."),
    items.slice(0, SHOWN).map((item) => app.el("section", { class: "incident" },
      app.el("p", {}, app.el("b", {}, app.bdi(item.what ?? "Event")), " · ", app.formatSpan(item.from, item.to, item.prec)),
      item.sides.length ? app.el("p", {}, item.sides.map((side, i) => [i ? " – " : null, app.bdi(side)])) : null,
      app.el("p", { class: "facts" },
        item.deaths === null ? "deaths not told" : app.plural(item.deaths, "death"),
        item.reporter ? [" · reported by ", app.bdi(item.reporter)] : null,
        " · ", app.link(item.set.source, item.set.title)))),
    items.length > SHOWN ? app.el("p", { class: "remark" }, `and ${items.length - SHOWN} more here`) : null,
  ];

  // A click on a diamond opens its card, unless an event of the map itself lies there.
  const pickAt = app.pickAt;
  app.pickAt = (event, cell) => {
    const point = event.containerPoint ?? app.map.latLngToContainerPoint(event.latlng);
    const found = app.events.near(point).length ? [] : near(point);
    if (!found.length) return pickAt(event, cell);
    L.DomEvent.stop(event);
    app.territory.pick(null);
    app.openCard(() => card(found));
  };

  // What the list of layers offers below the layer itself, where there are several tables.
  I.choices = () => (I.sets.length < 2 ? [] : I.sets.map((set) => ({
    title: set.title,
    text: [app.plural(set.n, "event"), set.not_drawn ? `${set.not_drawn} without an exact place` : null].filter(Boolean).join(", "),
    isOn: !I.off.has(set.id),
    choose: (on) => {
      if (on) I.off.delete(set.id);
      else I.off.add(set.id);
      draw();
    },
  })));

  app.drawers.incidents = {
    draw(data) {
      read(data);
      canvas = app.el("canvas", { class: "incidents leaflet-zoom-hide", "aria-hidden": "true",
        style: { position: "absolute", left: "0", top: "0", "pointer-events": "none" } });
      app.map.getPane("events").append(canvas);
      draw();
    },
    clear() {
      canvas?.remove();
      canvas = null;
      I.list = [];
      I.byDay = new Map();
    },
    onDay: draw,
    onView: draw,
    onTheme: draw,
    setShown: draw,
  };
})();
