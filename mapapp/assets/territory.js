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
  const defined = new Map();

  // --- states ---------------------------------------------------------------------------------------------------
  T.stateAt = (cell, day) => {
    let low = 0;
    let high = cell.states.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const state = cell.states[middle];
      if (day < state.from) high = middle - 1;
      else if (state.to !== undefined && day >= state.to) low = middle + 1;
      else return state;
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

  const looks = new Map();
  T.lookOf = (state, day) => {
    const style = app.payload.style;
    const key = T.keyOf(state);
    const holder = state?.holder ?? state?.others?.[0] ?? null;
    const mine = holder ? app.lookOf(holder, day) : null;
    const others = key === "contested" ? (state.others ?? []).filter((code) => code !== holder) : [];
    const id = key + "|" + (mine ? mine.colour + mine.hatch : "") + "|" + (others.length ? app.colourOf(others[0], day) : "");
    let look = looks.get(id);
    if (look) return look;
    const row = style.statuses[key];
    const ground = app.ground();
    const dim = app.isDark() ? 0.9 : 1;
    if (key === "unknown" || !mine) {
      look = { fill: "transparent", line: "none", swatch: null, key };
    } else {
      const fill = app.mix(mine.colour, row.fill_mix * dim, ground);
      const strong = app.mix(mine.colour, Math.min(1, row.fill_mix + 0.12), ground);
      if (key === "contested") {
        const other = others.length ? app.colourOf(others[0], day) : style.unknown;
        look = { fill: pattern(row.stripe ?? "diagonal", fill, app.mix(other, row.stripe_mix * dim, ground)), line: fill };
      } else if (row.stripe) {
        look = { fill: pattern(row.stripe, fill, app.mix(mine.colour, row.stripe_mix * dim, ground)), line: fill };
      } else if (mine.hatch) {
        look = { fill: pattern(mine.hatch, fill, app.mix(mine.colour, 0.85, "#000000")), line: fill };
      } else {
        look = { fill, line: app.mix(strong, 0.9, fill) };
      }
      look.key = key;
    }
    looks.set(id, look);
    return look;
  };

  // --- drawing --------------------------------------------------------------------------------------------------
  const paint = (cell, day) => {
    const state = T.stateAt(cell, day);
    const look = T.lookOf(state, day);
    const dimmed = app.highlighted !== null && !(state && (state.holder === app.highlighted || state.others?.includes(app.highlighted)));
    if (cell.look === look && cell.dimmed === dimmed && cell.state === state) return false;
    const moved = cell.look !== look || cell.holder !== (state?.holder ?? null);
    if (cell.look !== look) {
      const options = cell.layer.options;
      options.fillColor = look.fill;
      options.color = look.line;
      const path = cell.layer._path;
      if (path) {
        path.setAttribute("fill", look.fill);
        path.setAttribute("stroke", look.line);
      }
    }
    if (cell.dimmed !== dimmed) cell.layer._path?.classList.toggle("dimmed", dimmed);
    if (cell.holder !== state?.holder) cell.layer._path?.setAttribute("data-holder", state?.holder ?? "");
    if (cell.status !== look.key) cell.layer._path?.setAttribute("data-status", look.key);
    Object.assign(cell, { look, dimmed, state, holder: state?.holder ?? null, status: look.key });
    return moved;
  };

  // Lines between holders: solid where both sides are assessed, dashed where one is only claimed.
  const paintBorders = () => {
    const kinds = { solid: [], dashed: [], faint: [] };
    for (const border of borders) {
      const a = border.a;
      const b = border.b;
      if (!a || !b) continue;
      if (a.look === b.look && a.holder === b.holder) continue;
      const sure = (cell) => cell.status === "assessed" || cell.status === "unknown";
      if (a.holder !== b.holder && (a.holder || b.holder)) kinds[sure(a) && sure(b) ? "solid" : "dashed"].push(border.line);
      else kinds.faint.push(border.line);
    }
    for (const [kind, found] of Object.entries(kinds)) edges[kind].setLatLngs(found);
  };

  const paintChanges = (day) => {
    const cells = new Set(T.changesOn(day));
    const lines = cells.size
      ? borders.filter((border) => cells.has(border.a) !== cells.has(border.b)).map((border) => border.line)
      : [];
    for (const layer of changed) layer.setLatLngs(lines);
  };

  T.pick = (cell) => {
    T.picked = cell;
    pickedOutline?.remove();
    pickedOutline = null;
    if (!cell) return;
    const options = { renderer: renderer.above, pane: "marks", interactive: false, fill: false, smoothFactor: 0.6 };
    pickedOutline = L.featureGroup([
      L.polygon(cell.latlngs, { ...options, className: "picked-halo" }),
      L.polygon(cell.latlngs, { ...options, className: "picked" }),
    ]).addTo(app.map);
  };

  app.drawers.territory = {
    draw(data) {
      renderer = L.svg({ pane: "cells", padding: 0.4 });
      renderer.above = L.svg({ pane: "marks", padding: 0.4 });
      group = L.featureGroup();
      T.defs = app.svg("defs", {});
      defined.clear();
      looks.clear();
      const last = app.payload.days.count;
      T.cells = data.cells.map((record) => {
        const latlngs = app.decodePolygons(record.shape, data.scale);
        const layer = L.polygon(latlngs, {
          renderer, pane: "cells", smoothFactor: 0.5, weight: 0.9, fillOpacity: 1, opacity: 1, className: "cell",
          bubblingMouseEvents: false,
        });
        const cell = { ...record, latlngs, layer };
        layer.on("click", (event) => app.pickAt(event, cell));
        group.addLayer(layer);
        return cell;
      });
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
      group.addTo(app.map);
      renderer._container.prepend(T.defs);
      for (const cell of T.cells) cell.layer._path.setAttribute("data-cell", app.clean(cell.id));
      borders = data.borders.map(([a, b, line]) => ({
        a: a < 0 ? null : T.cells[a], b: b < 0 ? null : T.cells[b], line: app.decode(line, data.scale),
      }));
      const line = (className, above) =>
        L.polyline([], {
          renderer: above ? renderer.above : renderer, pane: above ? "marks" : "cells",
          interactive: false, className, smoothFactor: 0.5,
        }).addTo(app.map);
      edges = { faint: line("edge faint"), dashed: line("edge dashed"), solid: line("edge solid") };
      changed = [line("changed-halo", true), line("changed", true)];
      if (data.far.length) {
        far = L.polygon(app.decodePolygons(data.far, data.scale), {
          renderer: L.svg({ pane: "far", padding: 0.4 }), pane: "far", interactive: false, className: "far",
        }).addTo(app.map);
      }
      this.repaint();
    },
    clear() {
      T.pick(null);
      for (const layer of [group, far, ...Object.values(edges ?? {}), ...(changed ?? [])]) layer?.remove();
      renderer?.remove();
      renderer?.above.remove();
      group = far = edges = changed = null;
      T.cells = [];
      borders = [];
    },
    repaint() {
      looks.clear();
      for (const cell of T.cells) {
        cell.look = null;
        paint(cell, app.day);
      }
      if (edges) paintBorders();
      if (changed) paintChanges(app.day);
    },
    onDay(day) {
      let moved = 0;
      for (const cell of T.cells) if (paint(cell, day)) moved += 1;
      if (moved) paintBorders();
      if (changed) paintChanges(day);
    },
    onHighlight() {
      for (const cell of T.cells) paint(cell, app.day);
    },
    onTheme() {
      if (T.cells.length) this.repaint();
    },
    setShown(on) {
      for (const name of ["cells", "far", "marks"]) app.map.getPane(name).style.display = on ? "" : "none";
    },
  };

  // Share of the area on the day: holder -> square kilometres by how they are known.
  T.areas = (day) => {
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
