// Land, sea, neighbours, units.
(() => {
  "use strict";
  const app = window.mapapp;
  let land = null;
  let lines = null;
  let units = null;
  let outline = null;
  let names = [];
  let seen = null; // the countries in view and where their names may stand: another day moves none of them

  const STEPS = 9; // points that are tried along and across what is seen of a country
  const LEAST_AREA_PX = 500; // of a country in view; less is a corner that no name could point at

  // The part of a country that is in view, and where its name may stand: every country by the same rule, as in pictures.
  const inView = (country) => {
    const map = app.map;
    const size = map.getSize();
    const frame = L.bounds([0, 0], [size.x, size.y]);
    let best = null;
    let area = 0;
    for (const ring of country.rings) {
      const clipped = L.PolyUtil.clipPolygon(ring.map((at) => map.latLngToContainerPoint(at)), frame);
      const own = Math.abs(clipped.reduce((sum, a, i) => {
        const b = clipped[(i + 1) % clipped.length];
        return sum + (a.x * b.y - b.x * a.y) / 2;
      }, 0));
      area += own;
      if (!best || own > best.own) best = { ring: clipped, own };
    }
    if (!best || area < LEAST_AREA_PX) return null;
    const around = L.bounds(best.ring);
    const found = [];
    const own = country.lat === undefined ? null : map.latLngToContainerPoint([country.lat, country.lon]);
    if (own && isWithin(own, best.ring)) found.push({ at: own, depth: Infinity });
    for (let i = 0; i < STEPS; i++) {
      for (let j = 0; j < STEPS; j++) {
        const at = L.point(
          around.min.x + ((i + 0.5) / STEPS) * (around.max.x - around.min.x),
          around.min.y + ((j + 0.5) / STEPS) * (around.max.y - around.min.y));
        if (isWithin(at, best.ring)) found.push({ at, depth: depthOf(at, best.ring) });
      }
    }
    if (!found.length) return null;
    found.sort((a, b) => b.depth - a.depth);
    return { country, area, spots: found.map(({ at }) => map.containerPointToLatLng(at)) };
  };

  const isWithin = (at, ring) => {
    let inside = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const a = ring[i];
      const b = ring[j];
      if (a.y > at.y !== b.y > at.y && at.x < ((b.x - a.x) * (at.y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
    }
    return inside;
  };

  const depthOf = (at, ring) => {
    let least = Infinity;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      least = Math.min(least, L.LineUtil.pointToSegmentDistance(at, ring[j], ring[i]));
    }
    return least;
  };

  const drawer = {
    title: "basemap",
    draw(data) {
      seen = null;
      const renderer = L.svg({ pane: "ground", padding: 0.6 });
      const own = data.country;
      land = L.featureGroup(
        data.countries.map((country) =>
          L.polygon(app.decodePolygons(country.shape, data.scale), {
            renderer, pane: "ground", interactive: false, smoothFactor: 0.8,
            className: country.iso2 && country.iso2 === own ? "land own" : "land",
          })
        )
      ).addTo(app.map);
      lines = L.polyline(data.lines.map((line) => app.decode(line, data.line_scale)), {
        renderer, pane: "ground", interactive: false, className: "province", smoothFactor: 1.2,
      }).addTo(app.map);
      const inner = data.unit_borders.filter((row) => row[0] >= 0);
      const outer = data.unit_borders.filter((row) => row[0] < 0);
      units = L.polyline(inner.map((row) => app.decode(row[2], data.unit_scale)), {
        renderer: app.lines, pane: "lines", interactive: false, className: "unit", smoothFactor: 0.8,
      }).addTo(app.map);
      outline = L.polyline(outer.map((row) => app.decode(row[2], data.unit_scale)), {
        renderer: app.lines, pane: "lines", interactive: false, className: "outline", smoothFactor: 0.8,
      }).addTo(app.map);
      names = data.countries.filter((country) => country.name && country.iso2 !== own)
        .map((country) => ({ ...country, rings: app.decodePolygons(country.shape, data.scale).map((rings) => rings[0].map(([lat, lon]) => L.latLng(lat, lon))) }));
      app.units = new Map(data.units.map((unit) => [unit.pcode, unit]));
    },
    clear() {
      for (const layer of [land, lines, units, outline]) layer?.remove();
    },
    onView() {
      seen = null;
    },
    setShown(on) {
      for (const layer of [land, lines, units, outline]) {
        if (!layer) continue;
        if (on) layer.addTo(app.map);
        else layer.remove();
      }
    },
    // Neighbours' names, for the one that places all names.
    labels() {
      if (!app.shown.get("basemap")) return [];
      seen ??= names.map(inView).filter(Boolean).sort((a, b) => b.area - a.area);
      return seen.map(({ country, spots }, i) => ({
        lat: spots[0].lat, lon: spots[0].lng, spots, text: country.name, beside: country.beside, kind: "country", rank: 1000 + i, centred: true,
      }));
    },
  };
  app.drawers.basemap = drawer;
})();
