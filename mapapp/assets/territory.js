// Cells: each is drawn once; a step of the date touches only those whose look changes.
(() => {
  "use strict";
  const app = window.mapapp;
  const T = (app.territory = { cells: [], byId: new Map(), byPlace: new Map(), changes: new Map(), picked: null });
  let renderer = null;
  let group = null;
  let far = null;
  let borders = [];
  let edges = null;
  let changed = null;
  let pickedOutline = null;
  let lines = null;
  const VEIL = 0.5; // how much of the colour is gone where it is farthest from any place
  const defined = new Map();
  const areasOf = new Map(); // day -> areas, as they are asked for

  // --- states ---------------------------------------------------------------------------------------------------
  T.stateAt = (cell, day) => {
    const states = cell.states;
    const covers = (state) => state && state.from <= day && (state.to === undefined || day < state.to);
    // Mostly it is the state that was asked for last.
    if (covers(states[cell.at])) return states[cell.at];
    let low = 0;
    let high = states.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (day < states[middle].from) high = middle - 1;
      else if (covers(states[middle])) {
        cell.at = middle;
        return states[middle];
      } else low = middle + 1;
    }
    return null;
  };
  T.keyOf = (state) => {
    if (!state || state.hidden) return "unknown";
    if (state.status === "unknown" || (!state.holder && state.status !== "contested")) return "unknown";
    if (state.regional) return "regional";
    return state.status;
  };
  const isChange = (a, b) =>
    !a || !b || a.holder !== b.holder || a.status !== b.status || !!a.regional !== !!b.regional ||
    (a.others ?? []).join() !== (b.others ?? []).join();
  T.changesOn = (day) => T.changes.get(day) ?? [];

  // --- looks ----------------------------------------------------------------------------------------------------
  // The pattern of this name in the drawing's own list, made when it is first needed.
  const pattern = (hatch, ground, ink) => {
    const name = "p" + [hatch, ground ?? "none", ink].join("").replace(/[^a-z0-9]/gi, "");
    if (!defined.has(name)) {
      const shape = app.payload.style.hatches[hatch] ?? { kind: "lines", angles_deg: [45], spacing_px: 8, width_px: 2.6 };
      const size = shape.spacing_px;
      const turn = shape.kind === "lines" ? -(shape.angles_deg[0] ?? 45) : 0;
      const node = app.svg("pattern", {
        id: name, width: size, height: size, patternUnits: "userSpaceOnUse", patternTransform: `rotate(${turn})`,
      });
      if (ground) node.append(app.svg("rect", { width: size + 1, height: size + 1, x: -0.5, y: -0.5, fill: ground }));
      if (shape.kind === "dots") {
        node.append(app.svg("circle", { cx: size / 2, cy: size / 2, r: shape.width_px / 2, fill: ink }));
      } else {
        node.append(app.svg("rect", { width: size + 1, x: -0.5, height: shape.width_px, y: (size - shape.width_px) / 2, fill: ink }));
        if (shape.angles_deg.length > 1) {
          node.append(app.svg("rect", { width: shape.width_px, height: size + 1, y: -0.5, x: (size - shape.width_px) / 2, fill: ink }));
        }
      }
      defined.set(name, node);
      T.defs.append(node);
    }
    return `url(#${name})`;
  };

  // How much of its strength a colour keeps: the less, the longer nothing was reported.
  T.ageOf = (state, day) => {
    const ages = app.payload.style.ages;
    if (!state || !ages) return 1;
    const days = day - (state.reported ?? state.from);
    for (const [limit, factor] of ages.steps) if (days <= limit) return factor;
    return ages.oldest;
  };

  const looks = new Map();
  T.lookOf = (state, day) => {
    const style = app.payload.style;
    const key = T.keyOf(state);
    const holder = state?.holder ?? state?.others?.[0] ?? null;
    const mine = holder ? app.lookOf(holder, day) : null;
    const others = key === "contested" ? (state.others ?? []).filter((code) => code !== holder) : [];
    const age = T.ageOf(state, day);
    const kind = key + "|" + (mine ? mine.colour + mine.hatch : "") + "|" + (others.length ? app.colourOf(others[0], day) : "");
    const id = kind + "|" + age;
    let look = looks.get(id);
    if (look) return look;
    const row = style.statuses[key];
    const ground = app.ground();
    const dim = (app.isDark() ? 0.9 : 1) * age;
    if (key === "unknown" || !mine) {
      look = { fill: "transparent", key };
    } else {
      const fill = app.mix(mine.colour, row.fill_mix * dim, ground);
      if (key === "contested") {
        const other = others.length ? app.colourOf(others[0], day) : style.unknown;
        look = { fill: pattern(row.stripe ?? "diagonal", fill, app.mix(other, row.stripe_mix * dim, ground)) };
      } else if (row.stripe) {
        look = { fill: pattern(row.stripe, fill, app.mix(mine.colour, row.stripe_mix * dim, ground)) };
      } else if (mine.hatch) {
        look = { fill: pattern(mine.hatch, fill, app.mix(mine.colour, 0.85, "#000000")) };
      } else {
        look = { fill };
      }
      look.key = key;
    }
    look.kind = kind;
    looks.set(id, look);
    return look;
  };

  // --- drawing --------------------------------------------------------------------------------------------------
  const paint = (cell, day, turn) => {
    const state = T.stateAt(cell, day);
    const age = T.ageOf(state, day);
    if (state === cell.state && turn === cell.turn && age === cell.age && cell.highlight === app.highlighted) return false;
    const look = T.lookOf(state, day);
    const holder = state?.holder ?? null;
    const dimmed = app.highlighted !== null && holder !== app.highlighted && !state?.others?.includes(app.highlighted);
    const isMoved = cell.look?.kind !== look.kind || cell.holder !== holder;
    const path = cell.layer._path;
    if (cell.look !== look) {
      cell.layer.options.fillColor = look.fill;
      path.setAttribute("fill", look.fill);
    }
    if (cell.dimmed !== dimmed) path.classList.toggle("dimmed", dimmed);
    if (cell.holder !== holder) path.setAttribute("data-holder", holder ?? "");
    Object.assign(cell, { look, dimmed, state, turn, age, holder, status: look.key, highlight: app.highlighted });
    return isMoved;
  };

  const paintAll = (day) => {
    const turn = app.lookTurn(day);
    let moved = 0;
    for (const cell of T.cells) if (paint(cell, day, turn)) moved += 1;
    return moved;
  };

  // Borders are paths of our own, joined from pieces that are made once for every scale: Leaflet would project, clip
  // and simplify each of them again on every step of the date.
  const projectBorders = () => {
    const map = app.map;
    for (const border of borders) {
      let d = "";
      let last = null;
      for (let i = 0; i < border.line.length; i++) {
        const point = map.latLngToLayerPoint(border.line[i]);
        if (last && i < border.line.length - 1 && Math.abs(point.x - last.x) + Math.abs(point.y - last.y) < 1.5) continue;
        d += (last ? "L" : "M") + point.x + " " + point.y;
        last = point;
      }
      border.d = d;
    }
  };

  // One kind of line over the whole map, in blocks: where nothing changed, nothing is painted again.
  const BLOCKS = 6; // per direction
  const blockLine = (className) => {
    const host = lines.appendChild(app.svg("g", { class: className, fill: "none", "pointer-events": "none" }));
    const paths = new Array(BLOCKS * BLOCKS).fill(null);
    const drawn = new Array(BLOCKS * BLOCKS).fill("");
    return (wanted) => {
      for (let i = 0; i < paths.length; i++) {
        if (drawn[i] === wanted[i]) continue;
        drawn[i] = wanted[i];
        paths[i] ??= host.appendChild(app.svg("path", {}));
        paths[i].setAttribute("d", wanted[i]);
      }
    };
  };
  const noLines = () => new Array(BLOCKS * BLOCKS).fill("");

  const isSure = (cell) => cell.status === "assessed" || cell.status === "unknown";

  // Lines between holders: solid where both sides are assessed, dashed where one is only claimed.
  const paintBorders = () => {
    const kinds = { solid: noLines(), dashed: noLines(), faint: noLines() };
    for (const { a, b, d, block } of borders) {
      if (!a || !b || (a.look.kind === b.look.kind && a.holder === b.holder)) continue;
      if (a.holder === b.holder) kinds.faint[block] += d;
      else kinds[isSure(a) && isSure(b) ? "solid" : "dashed"][block] += d;
    }
    for (const kind of Object.keys(kinds)) edges[kind](kinds[kind]);
  };

  const paintChanges = (day) => {
    const cells = new Set(T.changesOn(day));
    const wanted = noLines();
    if (cells.size) for (const border of borders) if (cells.has(border.a) !== cells.has(border.b)) wanted[border.block] += border.d;
    changed(wanted);
  };

  // --- data -----------------------------------------------------------------------------------------------------
  const addCell = (record, latlngs) => {
    const layer = L.polygon(latlngs, {
      renderer, pane: "cells", smoothFactor: 0.5, weight: 0.7, fillOpacity: 1, className: "cell",
      bubblingMouseEvents: false,
    });
    const cell = { ...record, latlngs, layer, at: 0, turn: -1 };
    layer.on("click", (event) => app.pickAt(event, cell));
    group.addLayer(layer);
    layer._path.setAttribute("data-cell", app.clean(cell.id));
    return cell;
  };

  // Cells by id and by place, and on which day which of them change.
  const index = () => {
    const last = app.payload.days.count;
    areasOf.clear();
    T.byId = new Map(T.cells.map((cell) => [cell.id, cell]));
    T.byPlace = new Map();
    T.changes = new Map();
    for (const cell of T.cells) {
      if (cell.place && !T.byPlace.has(cell.place)) T.byPlace.set(cell.place, cell);
      cell.states.forEach((state, i) => {
        if (i === 0 || state.from < 0 || state.from >= last || !isChange(cell.states[i - 1], state)) return;
        if (!T.changes.has(state.from)) T.changes.set(state.from, []);
        T.changes.get(state.from).push(cell);
      });
    }
    for (const cells of T.changes.values()) cells.sort((a, b) => (b.people ?? 0) - (a.people ?? 0));
  };

  const readBorders = (data) => {
    const [[south, west], [north, east]] = app.payload.bounds;
    const nth = (value, low, high) => Math.max(0, Math.min(BLOCKS - 1, Math.floor(((value - low) / (high - low || 1)) * BLOCKS)));
    borders = data.borders.map(([a, b, path]) => {
      const line = app.decode(path, data.scale);
      const [lat, lon] = line[line.length >> 1];
      return {
        a: a < 0 ? null : T.cells[a], b: b < 0 ? null : T.cells[b], line,
        block: nth(lat, south, north) * BLOCKS + nth(lon, west, east),
      };
    });
    projectBorders();
  };

  T.pick = (cell) => {
    T.picked = cell;
    pickedOutline?.remove();
    pickedOutline = null;
    if (!cell) return;
    const options = { renderer: app.lines, pane: "lines", interactive: false, fill: false, smoothFactor: 0.6 };
    pickedOutline = L.featureGroup([
      L.polygon(cell.latlngs, { ...options, className: "picked-halo" }),
      L.polygon(cell.latlngs, { ...options, className: "picked" }),
    ]).addTo(app.map);
  };

  app.drawers.territory = {
    draw(data) {
      renderer = L.svg({ pane: "cells", padding: app.PADDING });
      lines = app.lines._rootGroup.appendChild(app.svg("g", {}));
      edges = {
        faint: blockLine("edge faint"),
        dashed: blockLine("edge dashed"),
        solid: blockLine("edge solid"),
      };
      changed = blockLine("changed");
      group = L.featureGroup().addTo(app.map);
      renderer.addTo(app.map);
      T.defs = app.svg("defs", {});
      renderer._container.prepend(T.defs);
      defined.clear();
      looks.clear();
      this.change(data, { shapes: [], borders: [], far: [] });
    },
    // Draws what is different: cells that are new or cut anew, borders and veils only if any of them is another one.
    change(data, before) {
      T.pick(null);
      const known = T.cells;
      const drawn = new Map(known.map((cell, i) => [cell.id, { cell, shape: before.shapes[i] }]));
      T.cells = data.cells.map((record, i) => {
        const { cell, shape } = drawn.get(record.id) ?? {};
        if (!cell || !app.same(shape, data.shapes[i])) return addCell(record, app.decodePolygons(data.shapes[i], data.scale));
        drawn.delete(record.id);
        return Object.assign(cell, { turn: -1, at: 0 }, record);
      });
      for (const { cell } of drawn.values()) group.removeLayer(cell.layer);
      index();
      const isCutAnew = T.cells.length !== known.length || T.cells.some((cell, i) => cell !== known[i]);
      if (isCutAnew || !app.same(before.borders, data.borders)) readBorders(data);
      if (!app.same(before.far, data.far)) {
        far?.remove();
        far = L.featureGroup(data.far.map((polygons, i) =>
          L.polygon(app.decodePolygons(polygons, data.scale), {
            fillOpacity: (VEIL * (i + 1)) / data.far.length,
            renderer, pane: "cells", interactive: false, className: "far", smoothFactor: 1,
          }))).addTo(app.map);
      }
      far?.bringToFront();
      paintAll(app.day);
      paintBorders();
      paintChanges(app.day);
    },
    clear() {
      T.pick(null);
      for (const layer of [group, far, renderer, lines]) layer?.remove();
      group = far = edges = changed = null;
      T.cells = [];
      borders = [];
    },
    repaint() {
      looks.clear();
      for (const cell of T.cells) cell.turn = -1;
      paintAll(app.day);
      paintBorders();
      paintChanges(app.day);
    },
    onDay(day) {
      if (!T.cells.length) return;
      if (paintAll(day)) paintBorders();
      paintChanges(day);
    },
    onView(kind) {
      if (kind !== "zoom" || !T.cells.length) return;
      projectBorders();
      paintBorders();
      paintChanges(app.day);
    },
    onHighlight() {
      paintAll(app.day);
    },
    onTheme() {
      if (T.cells.length) this.repaint();
    },
    setShown(on) {
      app.map.getPane("cells").style.display = on ? "" : "none";
      if (lines) lines.style.display = on ? "" : "none";
    },
  };

  // Share of the area on the day: holder -> square kilometres by how they are known.
  T.areas = (day) => {
    if (!areasOf.has(day)) areasOf.set(day, measureAreas(day));
    return areasOf.get(day);
  };
  const measureAreas = (day) => {
    const total = { km2: 0, unknown: 0, contested: 0, holders: new Map() };
    for (const cell of T.cells) {
      const state = T.stateAt(cell, day);
      const key = state?.hidden ? T.keyOf({ ...state, hidden: false }) : T.keyOf(state);
      total.km2 += cell.km2;
      if (key === "unknown") total.unknown += cell.km2;
      else if (key === "contested") total.contested += cell.km2;
      else {
        if (!total.holders.has(state.holder)) total.holders.set(state.holder, { assessed: 0, claimed: 0, regional: 0 });
        total.holders.get(state.holder)[key] += cell.km2;
      }
    }
    return total;
  };
})();
