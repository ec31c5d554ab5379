// A route in focus: a marker stands where it was. Solid on measured positions, hollow where a place between two known
// times is a guess, and none at all where nobody knows more than the legs: those are then marked.
(() => {
  "use strict";
  const app = window.mapapp;
  app.focus = null; // {route, at (seconds since 1970), first, last, day}
  const F = (app.follow = {});
  const PAD_SHARE = 0.08; // room on the control for legs before and after the known times
  const PAD_LEAST = 300;
  const moments = new Map(); // route id -> where somebody left it
  let isStepping = false;
  let marker = null;
  let parts = {};
  let marked = [];

  const ARROW = "M0 -11.5 7.6 8.6 0 4.6 -7.6 8.6Z";

  // --- where it was ---------------------------------------------------------------------------------------------
  const lastIndexUpTo = (values, value) => {
    let low = 0;
    let high = values.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (values[middle] <= value) low = middle;
      else high = middle - 1;
    }
    return low;
  };

  const turnAt = (line, i) => {
    // Standing still, it looks where it goes next, else where it came from.
    const from = line.latlngs[i];
    const differs = (p) => p[0] !== from[0] || p[1] !== from[1];
    let a = from;
    let b = line.latlngs.slice(i + 1).find(differs);
    if (!b) {
      b = from;
      a = line.latlngs.slice(0, i).reverse().find(differs);
    }
    if (!a || !b) return null;
    const p = app.map.project(a, 8);
    const q = app.map.project(b, 8);
    return (Math.atan2(q.x - p.x, p.y - q.y) * 180) / Math.PI;
  };

  F.along = (lines, at) => {
    const line = lines.find((item) => item.times && at <= item.times[item.times.length - 1]) ?? lines[lines.length - 1];
    if (!line?.times) return null;
    const i = Math.min(lastIndexUpTo(line.times, at), line.times.length - 2);
    const long = line.times[i + 1] - line.times[i];
    const share = long > 0 ? Math.max(0, Math.min(1, (at - line.times[i]) / long)) : 0;
    const [a, b] = [line.latlngs[i], line.latlngs[i + 1]];
    return { lat: a[0] + (b[0] - a[0]) * share, lon: a[1] + (b[1] - a[1]) * share, turn: turnAt(line, i) };
  };

  // What is known at a moment: {legs, isMeasured, place: {lat, lon, turn} | null}.
  F.stateAt = (route, at) => {
    const clock = route.clock;
    if (at < clock.start) return { legs: clock.before, place: null };
    if (at > clock.end) return { legs: clock.after, place: null };
    // At a moment that ends one span and begins another, the one that knows more.
    const found = clock.spans.filter((span) => span.from <= at && at <= span.to);
    const rank = (span) => (span.measured ? 2 : span.placed ? 1 : 0);
    const span = found.sort((a, b) => rank(b) - rank(a))[0];
    if (!span) return { legs: [], place: null };
    if (!span.placed) return { legs: span.legs, place: null };
    for (const number of span.legs) {
      const lines = route.lines.filter((line) => line.leg === number && line.times);
      if (!lines.length || at > lines[lines.length - 1].times.at(-1) + 0.05) continue;
      return { legs: [number], isMeasured: !!span.measured, place: F.along(lines, at) };
    }
    const lines = route.lines.filter((line) => line.leg === span.legs.at(-1));
    return { legs: span.legs, isMeasured: !!span.measured, place: F.along(lines, at) };
  };

  F.words = (route, state) => {
    if (state.isMeasured) return null;
    if (!state.place) return app.routes.word("no_position");
    return app.routes.word(route.legs[state.legs[0]]?.kind === "observed" ? "worked_out" : "not_published");
  };

  // --- the marker -----------------------------------------------------------------------------------------------
  const build = () => {
    parts.arrow = app.svg("path", { d: ARROW, class: "marker-arrow" });
    parts.time = app.el("b", { class: "marker-time" });
    parts.words = app.el("span", { class: "marker-words" });
    parts.label = app.el("div", { class: "marker-label" }, parts.time, parts.words);
    parts.node = app.el("div", { class: "marker", "aria-hidden": "true" },
      app.svg("svg", { viewBox: "-18 -18 36 36", width: 36, height: 36 },
        app.svg("circle", { r: 15.5, class: "marker-disc" }), parts.arrow),
      parts.label);
    const icon = L.divIcon({ className: "marker-host", html: parts.node, iconSize: [0, 0] });
    marker = L.marker([0, 0], { icon, pane: "names", interactive: false, keyboard: false });
    parts.shown = null;
  };

  const say = (route, state) => {
    const words = F.words(route, state);
    const key = words ? words.en : "";
    if (parts.shown === key) return;
    parts.shown = key;
    parts.words.replaceChildren(...(words ? [app.el("span", {}, words.en), words.own ? app.bdi(words.own, "own") : ""] : []));
  };

  const mark = (numbers) => {
    const key = numbers.join();
    if (marked.key === key) return;
    for (const layer of marked) layer._path?.classList.remove("now");
    marked = app.focus ? app.focus.route.legLayers.filter((item) => numbers.includes(item.leg)).map((item) => item.layer) : [];
    marked.key = key;
    for (const layer of marked) layer._path?.classList.add("now");
  };

  const draw = () => {
    const { route, at } = app.focus;
    const state = F.stateAt(route, at);
    const { place } = state;
    if (place) {
      marker.setLatLng([place.lat, place.lon]);
      if (!marker._map) marker.addTo(app.map);
      if (place.turn !== null) parts.arrow.style.transform = `rotate(${place.turn.toFixed(1)}deg)`;
      // The words stand beside the way, not on it.
      const side = place.turn !== null && place.turn > 0 && place.turn < 180 ? "left" : "right";
      if (parts.side !== side) parts.label.dataset.side = parts.side = side;
      parts.node.classList.toggle("is-measured", state.isMeasured);
      say(route, state);
    } else if (marker._map) {
      marker.remove();
    }
    mark(place && state.isMeasured ? [] : state.legs);
    return state;
  };

  // --- focus ----------------------------------------------------------------------------------------------------
  F.start = (route) => {
    if (!route.clock) return F.stop();
    if (app.focus?.route === route) return;
    const day = app.focus ? app.focus.day : app.day;
    if (app.focus) moments.set(app.focus.route.id, app.focus.at);
    mark([]);
    const { clock } = route;
    const pad = Math.max(PAD_LEAST, (clock.end - clock.start) * PAD_SHARE);
    const first = clock.start - (clock.before.length ? pad : 0);
    const last = clock.end + (clock.after.length ? pad : 0);
    const kept = moments.get(route.id);
    app.focus = { route, day, first, last, at: kept >= first && kept <= last ? kept : clock.start, minute: null };
    document.body.classList.add("has-focus");
    parts.shown = null;
    app.tell("onFocus", app.focus);
    F.set(app.focus.at);
    app.tell("onLayers");
  };

  // Back to days: to the day on which somebody came, and the moment is kept for the next time.
  F.stop = () => {
    if (!app.focus) return;
    const { route, day, at } = app.focus;
    moments.set(route.id, at);
    mark([]);
    app.focus = null;
    marker?.remove();
    document.body.classList.remove("has-focus");
    app.tell("onFocus", null);
    app.setDay(day);
    app.tell("onLayers");
  };

  F.set = (at) => {
    const focus = app.focus;
    if (!focus) return;
    focus.at = Math.max(focus.first, Math.min(focus.last, at));
    const minute = Math.floor(focus.at / 60);
    const isNew = minute !== focus.minute;
    focus.minute = minute;
    if (isNew) {
      const day = app.localDay(focus.at);
      isStepping = true;
      if (day !== null) app.setDay(day);
      isStepping = false;
      parts.time.textContent = app.localTime(focus.at);
    }
    const state = draw();
    app.tell("onMoment", focus, state, isNew);
  };

  app.parts.push({
    start: build,
    load() {
      if (!app.focus) return;
      const { route, at } = app.focus;
      const again = app.routes.list.find((other) => other.id === route.id && other.clock);
      moments.set(route.id, at);
      app.focus.route = { ...route, legLayers: [] };
      if (again) F.start(again);
      else F.stop();
    },
    // Whoever picks another day elsewhere, such as in an area's card, wants days.
    onDay(day) {
      if (!app.focus || isStepping) return;
      app.focus.day = day;
      F.stop();
    },
    onView(kind) {
      if (kind === "zoom" && app.focus) {
        marked.key = null;
        draw();
      }
    },
    onLayers() {
      if (app.focus && !app.shown.get("routes")) F.stop();
    },
  });
})();
