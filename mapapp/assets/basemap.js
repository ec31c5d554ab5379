// Land, sea, neighbours, units.
(() => {
  "use strict";
  const app = window.mapapp;
  let land = null;
  let lines = null;
  let units = null;
  let outline = null;
  let names = [];

  const drawer = {
    title: "basemap",
    draw(data) {
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
      lines = L.polyline(data.lines.map((line) => app.decode(line, data.scale)), {
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
      names = data.countries.filter((country) => country.name && country.iso2 !== own);
      app.units = new Map(data.units.map((unit) => [unit.pcode, unit]));
    },
    clear() {
      for (const layer of [land, lines, units, outline]) layer?.remove();
      land = lines = units = outline = null;
      names = [];
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
      return names.map((country) => ({
        lat: country.lat, lon: country.lon, text: country.name, kind: "country", rank: 9, centred: true,
      }));
    },
  };
  app.drawers.basemap = drawer;
})();
