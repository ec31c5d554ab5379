// The ground that the other files stand on: text, elements, days, colours, and one list of parts that follow the date.
// Text from outside is shown with textContent only.
window.mapapp = (() => {
  "use strict";

  const app = {
    PADDING: 0.12, // of the window, drawn around it so that a short push shows no gap
    map: null,
    payload: null,
    day: 0,
    shown: new Map(), // layer id -> is it switched on
    highlighted: null, // actor code, or null
    drawers: {}, // layer id -> {draw(data), change(data, before), clear(), onDay(day, before), setShown(on)}
    parts: [], // {load(payload), onDay(day, before), onView(), onTheme(), onLayers()}
    data: {}, // layer id -> its data
  };

  // --- text -----------------------------------------------------------------------------------------------------
  // Characters that turn the direction of the text around them, and invisible controls, are made visible; the marks
  // and joiners that Arabic and Persian need (200C-200F) stay.
  const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;
  app.clean = (value) =>
    String(value ?? "").replace(UNSAFE, (c) =>
      c === "\r" ? "" : "\u27e8U+" + c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0") + "\u27e9");

  app.el = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value === null || value === undefined || value === false) continue;
      if (name === "class") node.className = value;
      else if (name === "on") for (const [kind, f] of Object.entries(value)) node.addEventListener(kind, f);
      else if (name === "style") for (const [key, text] of Object.entries(value)) node.style.setProperty(key, text);
      else node.setAttribute(name, value === true ? "" : app.clean(value));
    }
    for (const child of children.flat(3)) {
      if (child === null || child === undefined || child === false) continue;
      node.append(child instanceof Node ? child : document.createTextNode(app.clean(child)));
    }
    return node;
  };

  // Text from outside, kept apart from the direction of what stands around it.
  app.bdi = (text, className) => app.el("bdi", { dir: "auto", class: className }, text);

  app.link = (address, text, className) => {
    let url = null;
    try {
      url = new URL(String(address));
    } catch {
      url = null;
    }
    if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return app.bdi(text ?? address, className);
    return app.el(
      "a",
      { href: url.href, target: "_blank", rel: "noopener noreferrer nofollow", class: className, title: url.host },
      app.bdi(text ?? url.host)
    );
  };

  const NS = "http://www.w3.org/2000/svg";
  app.svg = (tag, attributes, ...children) => {
    const node = document.createElementNS(NS, tag);
    for (const [name, value] of Object.entries(attributes ?? {})) {
      if (value !== null && value !== undefined) node.setAttribute(name, value);
    }
    for (const child of children) node.append(child);
    return node;
  };

  // Icons are drawn, not loaded: paths on a 20 by 20 field.
  app.icon = (path) =>
    app.svg("svg", { viewBox: "0 0 20 20", width: 20, height: 20, "aria-hidden": "true", class: "icon" },
      app.svg("path", { d: path }));

  // --- days -----------------------------------------------------------------------------------------------------
  const MS = 86400000;
  const epoch = () => Date.UTC(...app.payload.days.first.split("-").map((n, i) => (i === 1 ? n - 1 : +n)));
  const formats = {
    full: { weekday: "short", day: "numeric", month: "short", year: "numeric" },
    short: { day: "numeric", month: "short" },
    plain: { day: "numeric", month: "short", year: "numeric" },
    month: { month: "short", year: "numeric" },
  };
  for (const [name, parts] of Object.entries(formats)) {
    const format = new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...parts });
    formats[name] = (date) => format.format(date).replace(",", "").replace("Sept", "Sep");
  }
  app.dateOf = (day) => new Date(epoch() + day * MS);
  app.formatDay = (day, form) => formats[form ?? "plain"](app.dateOf(day));
  app.isoOf = (day) => app.dateOf(day).toISOString().slice(0, 10);
  app.dayOf = (iso) => {
    if (!/^\d{4}-\d{2}-\d{2}$/.test(String(iso))) return null;
    const time = Date.parse(iso + "T00:00:00Z");
    return Number.isNaN(time) ? null : Math.round((time - epoch()) / MS);
  };
  app.formatIso = (iso, form) => {
    const day = app.dayOf(iso);
    return day === null ? app.clean(iso) : app.formatDay(day, form);
  };
  app.formatSpan = (from, to, precision) => {
    if (to === undefined || to === null || to === from) return app.formatDay(from);
    const words = precision >= 5 ? "some time in " : precision >= 2 ? "between " : "";
    return precision >= 5
      ? words + app.dateOf(from).getUTCFullYear()
      : words + app.formatDay(from, "short") + (words ? " and " : " – ") + app.formatDay(to);
  };
  const NUMBER = new Intl.NumberFormat("en-GB");
  app.plural = (n, one, many) => NUMBER.format(n) + " " + (n === 1 ? one : many ?? one + "s");

  // --- colours --------------------------------------------------------------------------------------------------
  const channels = (hex) => [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) || 0);
  app.mix = (colour, share, ground) => {
    const a = channels(colour);
    const b = channels(ground);
    return "#" + a.map((v, i) => Math.round(v * share + b[i] * (1 - share)).toString(16).padStart(2, "0")).join("");
  };
  app.isDark = () => document.documentElement.dataset.theme === "dark";
  // What colours are mixed with: paper in the light, slate in the dark.
  app.ground = () => (app.isDark() ? "#1d2126" : "#ffffff");
  // In the dark, colours that would sink into the ground are lifted until they stand off it.
  const LEAST_LIGHT = 0.13;
  const lightOf = (hex) => {
    const [r, g, b] = channels(hex).map((v) => (v / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const lift = (colour) => {
    let found = colour;
    for (let share = 0.95; app.isDark() && share > 0.4 && lightOf(found) < LEAST_LIGHT; share -= 0.05) {
      found = app.mix(colour, share, "#ffffff");
    }
    return found;
  };
  // Looks by actor with their days as numbers, made once for the data and the theme; a row is never copied, so that
  // "the same row" means "the same look".
  let looks = new Map();
  let turns = [];
  let nobody = { from: -Infinity, to: Infinity, colour: "#999999", hatch: null };
  app.prepareLooks = () => {
    const style = app.payload.style;
    looks = new Map();
    const days = new Set();
    for (const [code, rows] of Object.entries(style.actors)) {
      looks.set(code, rows.map((row) => {
        const from = row.start ? app.dayOf(row.start) : -Infinity;
        const to = row.end ? app.dayOf(row.end) : Infinity;
        for (const day of [from, to]) if (Number.isFinite(day)) days.add(day);
        return { from, to, colour: lift(row.colour), hatch: row.hatch };
      }));
    }
    turns = [...days].sort((a, b) => a - b);
    nobody = { from: -Infinity, to: Infinity, colour: lift(style.unknown), hatch: null };
  };
  // Grows with every day on which some actor changes its look.
  app.lookTurn = (day) => {
    let n = 0;
    while (n < turns.length && turns[n] <= day) n += 1;
    return n;
  };
  app.lookOf = (code, day) => {
    const rows = looks.get(code);
    if (!rows || !rows.length) return nobody;
    for (const row of rows) if (row.from <= day && day < row.to) return row;
    return day < rows[0].from ? rows[0] : rows[rows.length - 1];
  };
  app.colourOf = (code, day) => (code ? app.lookOf(code, day ?? app.day) : nobody).colour;
  // A colour that text and lines of an actor can have on the panels.
  app.inkOf = (code, day) => app.mix(app.colourOf(code, day), app.isDark() ? 0.72 : 0.82, app.isDark() ? "#ffffff" : "#000000");
  app.actorName = (code) => {
    if (!code) return "nobody named";
    return app.actors.get(code)?.name ?? code;
  };

  // --- geometry -------------------------------------------------------------------------------------------------
  // Flat steps [x, y, dx, dy, …] -> [[lat, lon], …]
  app.decode = (path, scale) => {
    const points = new Array(path.length / 2);
    let x = 0;
    let y = 0;
    for (let i = 0; i < path.length; i += 2) {
      x += path[i];
      y += path[i + 1];
      points[i / 2] = [y / scale, x / scale];
    }
    return points;
  };
  app.decodePolygons = (polygons, scale) => polygons.map((rings) => rings.map((ring) => app.decode(ring, scale)));

  // --- data -----------------------------------------------------------------------------------------------------
  // Whether two values of JSON say the same.
  app.same = (a, b) => {
    if (a === b) return true;
    if (typeof a !== "object" || typeof b !== "object" || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false;
    if (Array.isArray(a)) return a.length === b.length && a.every((item, i) => app.same(item, b[i]));
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => name in b && app.same(a[name], b[name]));
  };

  // --- one thing after another ----------------------------------------------------------------------------------
  app.tell = (what, ...values) => {
    for (const part of [...Object.values(app.drawers), ...app.parts]) part[what]?.(...values);
  };

  app.setDay = (day) => {
    if (!app.payload) return;
    const last = app.payload.days.count - 1;
    const next = Math.max(0, Math.min(last, Math.round(Number(day) || 0)));
    if (next === app.day) return;
    const before = app.day;
    app.day = next;
    app.tell("onDay", next, before);
    app.report();
  };

  app.prefersCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
  app.isPhone = () => matchMedia("(max-width: 640px)").matches;

  // --- messages out: what the reader looks at, at most every 150 ms ---------------------------------------------
  let timer = 0;
  let clicked = null;
  app.report = (what) => {
    if (what) clicked = what;
    if (window.parent === window || !app.payload) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      const box = app.map.getBounds();
      window.parent.postMessage(
        {
          type: "mapapp:state",
          date: app.isoOf(app.day),
          bounds: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()].map((v) => +v.toFixed(4)),
          zoom: app.map.getZoom(),
          clicked,
        },
        "*"
      );
      clicked = null;
    }, 150);
  };

  return app;
})();
