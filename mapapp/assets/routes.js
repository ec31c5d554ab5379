// Journeys: three strokes, arrows along the way, fans and dashed circles for what nobody published.
(() => {
  "use strict";
  const app = window.mapapp;
  const R = (app.routes = { list: [], off: new Set() });
  const ARROW_EVERY_PX = 110;
  const EVENTS = new Set(["turn-back", "last-known"]); // their labels say what happened, those of the others where
  const BESIDE = 0.3; // how strongly other routes stand beside the one in focus
  const TICK_EVERY_PX = 84;
  const TICK_STEPS_S = [60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400];
  let renderer = null;
  let words = {};

  // Words of ours in English and, where the theatre reads one, its own language: {en, own}.
  R.word = (key) => words[key] ?? { en: key };
  R.roleName = (role) => words[role]?.en ?? role;

  // How strongly a route is drawn: whole on its own days and where somebody asked for it, then fading.
  const strengthOf = (route) => {
    if (!app.shown.get("routes")) return 0;
    if (app.focus?.route === route || R.on.has(route.id)) return 1;
    if (route.from === undefined || R.off.has(route.id) || app.day < route.from) return 0;
    const past = app.day - (route.to ?? route.from);
    return past <= 0 ? 1 : past <= R.fadeDays ? 0.62 - 0.4 * (past - 1) / R.fadeDays : 0;
  };
  R.isOn = (route) => strengthOf(route) > 0;
  // What a box beside it says: drawn on its days, or on all of them where somebody asked for it.
  R.isChosen = (route) => R.on.has(route.id) || (route.from !== undefined && !R.off.has(route.id));

  const strokeOf = (kind) => app.payload.style.legs[kind] ?? { width_px: 2, dash_px: [], opacity: 1 };

  const build = (route, scale) => {
    const group = L.featureGroup();
    const common = { renderer, pane: "routes", smoothFactor: 0.4 };
    const lines = [];
    const legLayers = [];
    // Where somebody may have been lies under the lines, where somebody was seen above them.
    const stops = [];
    for (const point of route.points) {
      if (!point.point) continue;
      const options = { ...common, bubblingMouseEvents: false };
      const pick = (event) => app.pickRoute(event, route, point);
      if (!point.schematic) {
        stops.push(L.circleMarker(point.point, { ...options, radius: 5.5, className: "stop", weight: 2 }).on("click", pick));
      } else if (point.radius_km) {
        L.circle(point.point, { ...options, radius: point.radius_km * 1000, className: "guess", weight: 1.6 }).on("click", pick).addTo(group);
      } else {
        L.circleMarker(point.point, { ...options, radius: 13, className: "guess", weight: 1.6 }).on("click", pick).addTo(group);
      }
    }
    for (const [number, leg] of route.legs.entries()) {
      const stroke = strokeOf(leg.kind);
      const pick = (layer) => layer.on("click", (event) => app.pickRoute(event, route));
      for (const polygon of leg.sector ? app.decodePolygons(leg.sector, scale) : []) {
        const fan = pick(L.polygon(polygon, { ...common, className: "fan", weight: 0, fillOpacity: 1 })).addTo(group);
        fan.isFan = true;
        legLayers.push({ leg: number, layer: fan });
      }
      for (const [part, path] of (leg.lines ?? []).entries()) {
        const latlngs = app.decode(path, scale);
        const halo = L.polyline(latlngs, { ...common, className: "leg-halo", weight: stroke.width_px + 4.5, interactive: false }).addTo(group);
        legLayers.push({ leg: number, layer: halo });
        pick(L.polyline(latlngs, {
          ...common, className: "leg " + leg.kind, weight: stroke.width_px + 0.4, opacity: stroke.opacity,
          dashArray: stroke.dash_px.length ? stroke.dash_px.map((v) => v * 1.2).join(" ") : null,
          lineCap: leg.kind === "inferred" ? "round" : "butt",
        })).addTo(group);
        pick(L.polyline(latlngs, { ...common, className: "leg-touch", weight: 18, opacity: 0 })).addTo(group);
        lines.push({ latlngs, kind: leg.kind, leg: number, times: leg.times ? timesOf(leg.times[part], route.clock.start) : null });
      }
    }
    const arrows = L.polyline([], { ...common, className: "arrows", interactive: false, weight: 2 }).addTo(group);
    const ticks = L.polyline([], { ...common, className: "time-ticks", interactive: false, weight: 1.6 }).addTo(group);
    for (const stop of stops) stop.addTo(group);
    return { ...route, group, arrows, ticks, lines, legLayers, times: [], isShown: false };
  };

  const timesOf = (steps, start) => {
    let sum = 0;
    return steps.map((step) => start + (sum += step) * R.timeStep);
  };

  // Ticks at round local times, along measured positions only: between told times a tick would be a guess.
  const markTimes = (route) => {
    const map = app.map;
    const legs = new Set((route.clock?.spans ?? []).filter((span) => span.measured).flatMap((span) => span.legs));
    const lines = route.lines.filter((line) => line.times && legs.has(line.leg));
    route.times = [];
    let long = 0;
    let time = 0;
    const pixels = lines.map((line) => line.latlngs.map((latlng) => map.latLngToLayerPoint(latlng)));
    lines.forEach((line, n) => {
      for (let i = 1; i < pixels[n].length; i++) long += pixels[n][i].distanceTo(pixels[n][i - 1]);
      time += line.times[line.times.length - 1] - line.times[0];
    });
    const step = TICK_STEPS_S.find((seconds) => (long * seconds) / time >= TICK_EVERY_PX);
    const strokes = [];
    for (const [n, line] of step && time > 0 ? lines.entries() : []) {
      const behind = app.sinceMidnight(line.times[0]) % step;
      for (let at = line.times[0] + (behind ? step - behind : 0); at <= line.times[line.times.length - 1] && strokes.length < 200; at += step) {
        const place = app.follow.along([line], at);
        const p = map.latLngToLayerPoint([place.lat, place.lon]);
        const turn = ((place.turn ?? 0) * Math.PI) / 180;
        const wing = (side) => map.layerPointToLatLng(L.point(p.x + side * Math.cos(turn) * 6, p.y + side * Math.sin(turn) * 6));
        strokes.push([wing(-1), wing(1)]);
        route.times.push({ at, lat: place.lat, lon: place.lon });
      }
    }
    route.ticks.setLatLngs(strokes);
  };

  // Arrowheads at equal steps on the screen, so that they stand as well at every scale.
  const pointArrows = (route) => {
    const map = app.map;
    const heads = [];
    for (const line of route.lines) {
      const pixels = line.latlngs.map((latlng) => map.latLngToLayerPoint(latlng));
      let total = 0;
      for (let i = 1; i < pixels.length; i++) total += pixels[i].distanceTo(pixels[i - 1]);
      if (total < 26) continue;
      const n = Math.max(1, Math.floor(total / ARROW_EVERY_PX));
      let next = total / (n + 1);
      let walked = 0;
      for (let i = 1; i < pixels.length; i++) {
        const a = pixels[i - 1];
        const b = pixels[i];
        const length = b.distanceTo(a);
        while (length > 0 && walked + length >= next && heads.length < 400) {
          const t = (next - walked) / length;
          const tip = L.point(a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t);
          const dx = (b.x - a.x) / length;
          const dy = (b.y - a.y) / length;
          const wing = (side) => map.layerPointToLatLng(L.point(tip.x - dx * 8 + side * dy * 5, tip.y - dy * 8 - side * dx * 5));
          heads.push([wing(1), map.layerPointToLatLng(L.point(tip.x + dx * 2, tip.y + dy * 2)), wing(-1)]);
          next += total / (n + 1);
        }
        walked += length;
      }
    }
    route.arrows.setLatLngs(heads);
  };

  // A fan fades with the distance from its tip.
  const fadeFans = (route) => {
    route.group.eachLayer((layer) => {
      if (!layer.isFan || !layer._path) return;
      const ring = layer.getLatLngs()[0].map((latlng) => app.map.latLngToLayerPoint(latlng));
      if (!ring.length) return;
      const tip = ring[0];
      const reach = Math.max(...ring.map((pixel) => pixel.distanceTo(tip)));
      const id = "fan" + L.stamp(layer);
      R.defs.querySelector("#" + id)?.remove();
      const gradient = app.svg("radialGradient", { id, gradientUnits: "userSpaceOnUse", cx: tip.x, cy: tip.y, r: reach });
      gradient.append(app.svg("stop", { offset: 0, class: "fan-near" }), app.svg("stop", { offset: 1, class: "fan-far" }));
      R.defs.append(gradient);
      layer.options.fillColor = `url(#${id})`;
      layer._path.setAttribute("fill", `url(#${id})`);
      layer._path.setAttribute("fill-opacity", 1);
    });
  };

  const fade = (route, strength, seen) => {
    route.strength = strength;
    route.seen = seen;
    route.group.eachLayer((layer) => { if (layer._path) layer._path.style.opacity = seen < 1 ? seen : ""; });
  };

  const update = () => {
    for (const route of R.list) {
      const strength = strengthOf(route);
      const on = strength > 0;
      if (on !== route.isShown) {
        route.isShown = on;
        if (on) {
          route.group.addTo(app.map);
          if (!R.defs.isConnected) renderer._container.prepend(R.defs);
          pointArrows(route);
          markTimes(route);
          fadeFans(route);
        } else {
          route.group.remove();
        }
        route.strength = undefined;
      }
      const seen = app.focus && app.focus.route !== route ? Math.min(strength, BESIDE) : strength;
      if (on && (strength !== route.strength || seen !== route.seen)) fade(route, strength, seen);
    }
  };

  // Of a route that is not drawn, too: Leaflet knows the size of a circle only on the map.
  R.bounds = (route) => {
    const bounds = L.latLngBounds([]);
    route.group.eachLayer((layer) => { if (!(layer instanceof L.CircleMarker) && layer.getBounds().isValid()) bounds.extend(layer.getBounds()); });
    for (const point of route.points) {
      if (point.point) bounds.extend(L.latLng(point.point).toBounds(2000 * (point.radius_km ?? 0)));
    }
    return bounds;
  };
  // What somebody switches on stays, whatever the day.
  R.setVersion = (route, on) => {
    R.on[on ? "add" : "delete"](route.id);
    R.off[on ? "delete" : "add"](route.id);
    update();
    app.tell("onLayers");
  };
  R.shownNow = () => R.list.filter((route) => route.isShown);

  app.drawers.routes = {
    draw(data) {
      renderer = L.svg({ pane: "routes", padding: 0.6 });
      R.defs = app.svg("defs", {});
      R.off = new Set();
      R.on = new Set();
      R.timeStep = data.time_step;
      words = data.words ?? {};
      app.setZone(data.zone);
      R.list = data.routes.map((route) => build(route, data.scale));
      R.fadeDays = data.fade_days ?? 0;
      // Of several versions of one journey one is drawn; the others are a choice.
      for (const route of R.list) if (!route.lead) R.off.add(route.id);
      update();
    },
    clear() {
      for (const route of R.list) route.group.remove();
      renderer?.remove();
      renderer = null;
      R.list = [];
    },
    onDay: update,
    onFocus: update,
    setShown: update,
    onView(kind) {
      if (kind !== "zoom") return;
      for (const route of R.shownNow()) {
        pointArrows(route);
        markTimes(route);
        fadeFans(route);
      }
    },
    labels() {
      const found = [];
      for (const route of R.shownNow()) {
        // A route that fades keeps its line; its words give way to those of the day.
        if (route.strength < 1 || (app.focus && app.focus.route !== route)) continue;
        for (const point of route.points) {
          if (!point.point) continue;
          found.push({
            lat: point.point[0], lon: point.point[1], kind: "route", rank: -2,
            text: point.label || R.roleName(point.role), own: point.own ?? (EVENTS.has(point.role) || !point.label ? words[point.role]?.own : null),
            extra: [app.map.getZoom() >= 6 && !app.isPhone() ? point.time : null,
              point.schematic ? [R.word("not_reported").en, R.word("not_reported").own].filter(Boolean).join(" · ") : null].filter(Boolean),
            gap: point.schematic ? 16 : 10,
            onPick: () => app.openRoute(route, point),
          });
        }
        for (const tick of route.times) {
          found.push({ lat: tick.lat, lon: tick.lon, kind: "tick", rank: 900, text: app.localTime(tick.at), gap: 9 });
        }
      }
      return found;
    },
  };
})();
