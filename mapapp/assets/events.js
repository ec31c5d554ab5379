// Events of the day, fading over the two days before, on one canvas: ten thousand of them cost no more than a few.
(() => {
  "use strict";
  const app = window.mapapp;
  const E = (app.events = { list: [], evidence: [], byDay: new Map() });
  const TAIL_DAYS = 2;
  const TOO_NEAR_PX = 3;
  let canvas = null;
  let onScreen = [];

  const SHAPES = {
    "Armed clash": "cross",
    "Non-violent transfer of territory": "square",
    "Control reported": "ring",
    Movement: "triangle",
  };

  E.on = (day) => E.byDay.get(day) ?? [];

  const drawShape = (ctx, shape, x, y, r) => {
    ctx.beginPath();
    if (shape === "square") ctx.rect(x - r * 0.85, y - r * 0.85, r * 1.7, r * 1.7);
    else if (shape === "triangle") {
      ctx.moveTo(x, y - r * 1.1);
      ctx.lineTo(x + r, y + r * 0.8);
      ctx.lineTo(x - r, y + r * 0.8);
      ctx.closePath();
    } else if (shape === "cross") {
      ctx.moveTo(x - r, y - r);
      ctx.lineTo(x + r, y + r);
      ctx.moveTo(x + r, y - r);
      ctx.lineTo(x - r, y + r);
    } else ctx.arc(x, y, r, 0, Math.PI * 2);
  };

  // Each mark is drawn once and then copied.
  const sprites = new Map();
  const sprite = (shape, colour, r, paper, ratio) => {
    const key = shape + colour + r + paper + ratio;
    let picture = sprites.get(key);
    if (picture) return picture;
    const half = Math.ceil(r + 4);
    picture = document.createElement("canvas");
    picture.half = half;
    picture.width = picture.height = half * 2 * ratio;
    const ctx = picture.getContext("2d");
    ctx.scale(ratio, ratio);
    drawShape(ctx, shape, half, half, r);
    if (shape === "cross") {
      ctx.lineWidth = 4.5;
      ctx.strokeStyle = paper;
      ctx.stroke();
      ctx.lineWidth = 2;
      ctx.strokeStyle = colour;
      ctx.stroke();
    } else {
      ctx.fillStyle = shape === "ring" ? paper : colour;
      ctx.fill();
      ctx.lineWidth = shape === "ring" ? 2 : 1.4;
      ctx.strokeStyle = shape === "ring" ? colour : paper;
      ctx.stroke();
    }
    sprites.set(key, picture);
    return picture;
  };

  // A canvas as large as the window, empty, with what turns an event's pixel into a place on it.
  app.wipe = (sheet) => {
    const map = app.map;
    const size = map.getSize();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (sheet.width !== Math.round(size.x * ratio) || sheet.height !== Math.round(size.y * ratio)) {
      sheet.width = Math.round(size.x * ratio);
      sheet.height = Math.round(size.y * ratio);
      sheet.style.width = size.x + "px";
      sheet.style.height = size.y + "px";
    }
    L.DomUtil.setPosition(sheet, map.containerPointToLayerPoint([0, 0]));
    const ctx = sheet.getContext("2d");
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    ctx.clearRect(0, 0, size.x, size.y);
    const origin = map.getPixelOrigin().add(map._getMapPanePos().multiplyBy(-1));
    return { ctx, size, ratio, scale: map.options.crs.scale(map.getZoom()), origin };
  };
  app.pixelOf = (latlng) => {
    const crs = app.map.options.crs;
    return crs.transformation.transform(crs.projection.project(L.latLng(latlng)), 1);
  };

  const draw = () => {
    if (!canvas) return;
    const map = app.map;
    const { ctx, size, ratio, scale, origin } = app.wipe(canvas);
    onScreen = [];
    if (!app.shown.get("events")) return;
    const paper = app.isDark() ? "#15181c" : "#ffffff";
    const taken = new Set();
    const zoom = map.getZoom();
    const r = zoom >= 8 ? 6.5 : zoom >= 5.5 ? 5.5 : zoom >= 5 ? 3.5 : 2.2;
    // The newest last, so that it lies on top.
    for (let age = 0; age <= TAIL_DAYS; age++) {
      const alpha = age === 0 ? 1 : age === 1 ? 0.4 : 0.2;
      for (const event of E.on(app.day - age)) {
        if (!event.pixel) continue;
        const x = event.pixel.x * scale - origin.x;
        const y = event.pixel.y * scale - origin.y;
        if (x < -10 || y < -10 || x > size.x + 10 || y > size.y + 10) continue;
        const spot = Math.round(x / TOO_NEAR_PX) * 65536 + Math.round(y / TOO_NEAR_PX);
        if (taken.has(spot)) continue;
        taken.add(spot);
        if (age === 0) onScreen.push({ x, y, event });
        const colour = event.actor ? app.colourOf(event.actor, app.day) : app.payload.style.unknown;
        const shape = SHAPES[event.kind] ?? "dot";
        ctx.globalAlpha = alpha;
        const picture = sprite(shape, colour, age === 0 ? r : r * 0.7, paper, ratio);
        ctx.drawImage(picture, x - picture.half, y - picture.half, picture.half * 2, picture.half * 2);
      }
    }
    ctx.globalAlpha = 1;
  };

  // Events within reach of a click, the nearest first.
  E.near = (point) =>
    onScreen
      .map((item) => ({ ...item, gap: Math.hypot(item.x - point.x, item.y - point.y) }))
      .filter((item) => item.gap <= 9)
      .sort((a, b) => a.gap - b.gap)
      .map((item) => item.event);

  // Days on which an event may have happened.
  E.daysOf = (event) => {
    const days = [];
    for (let day = Math.max(0, event.from); day <= Math.min(event.to ?? event.from, app.payload.days.count - 1); day++) days.push(day);
    return days;
  };

  app.drawers.events = {
    draw(data) {
      E.evidence = data.evidence;
      E.list = data.events;
      E.byDay = new Map();
      for (const event of E.list) {
        if (event.point) event.pixel = app.pixelOf(event.point);
        for (const day of event.hidden ? [] : E.daysOf(event)) {
          if (!E.byDay.has(day)) E.byDay.set(day, []);
          E.byDay.get(day).push(event);
        }
      }
      canvas = app.el("canvas", { class: "events leaflet-zoom-hide", "aria-hidden": "true" });
      app.map.getPane("events").append(canvas);
      draw();
    },
    clear() {
      canvas?.remove();
      canvas = null;
      E.list = [];
      E.byDay = new Map();
    },
    onDay: draw,
    onView: draw,
    onTheme: draw,
    setShown: draw,
  };
})();
