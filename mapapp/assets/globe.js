// A long route on the globe as one sees it from above its middle: what a flat map bends and cuts is whole there.
(() => {
  "use strict";
  const app = window.mapapp;
  const LONG_KM = 1000; // from here on the flat map bends a straight way visibly
  const R = 100;
  const STEP_DEG = 0.4; // nearer vertices of a coast are one on a picture of this size
  const rad = (deg) => (deg * Math.PI) / 180;

  const sphere = ([lat, lon]) => [Math.cos(rad(lat)) * Math.cos(rad(lon)), Math.cos(rad(lat)) * Math.sin(rad(lon)), Math.sin(rad(lat))];

  // Looks at a place from above: [x, y, is it on the near side].
  const lookAt = (lat0, lon0) => {
    const [s0, c0] = [Math.sin(rad(lat0)), Math.cos(rad(lat0))];
    return ([lat, lon]) => {
      const [s, c, turn] = [Math.sin(rad(lat)), Math.cos(rad(lat)), rad(lon - lon0)];
      const x = c * Math.sin(turn);
      const y = c0 * s - s0 * c * Math.cos(turn);
      return [x * R, -y * R, s0 * s + c0 * c * Math.cos(turn) > 0];
    };
  };

  // Land: what lies behind the horizon is drawn along it.
  const land = (ring, project) => {
    let last = null;
    const kept = ring.filter((point) => {
      const isFar = !last || Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) > STEP_DEG;
      if (isFar) last = point;
      return isFar;
    });
    const points = kept.map(project);
    if (points.length < 3 || !points.some((point) => point[2])) return "";
    return "M" + points.map(([x, y, isNear]) => {
      const long = Math.hypot(x, y) || 1;
      const k = isNear ? 1 : R / long;
      return `${(x * k).toFixed(1)} ${(y * k).toFixed(1)}`;
    }).join("L") + "Z";
  };

  const line = (latlngs, project) => {
    let d = "";
    let isOpen = false;
    for (const latlng of latlngs) {
      const [x, y, isNear] = project(latlng);
      d += isNear ? `${isOpen ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}` : "";
      isOpen = isNear;
    }
    return d;
  };

  // Returns a picture, or null for a route that the flat map shows well enough.
  app.globe = (route) => {
    const places = route.lines.flatMap((item) => item.latlngs);
    let km = 0;
    for (const { latlngs } of route.lines) for (let i = 1; i < latlngs.length; i++) km += app.map.distance(latlngs[i - 1], latlngs[i]) / 1000;
    if (km < LONG_KM) return null;
    const sum = [0, 0, 0];
    for (const place of places) sphere(place).forEach((value, i) => { sum[i] += value; });
    const middle = [(Math.atan2(sum[2], Math.hypot(sum[0], sum[1])) * 180) / Math.PI, (Math.atan2(sum[1], sum[0]) * 180) / Math.PI];
    const project = lookAt(...middle);
    const data = app.data.basemap;
    const countries = (data?.countries ?? []).flatMap((country) => app.decodePolygons(country.shape, data.scale).map(([ring]) => land(ring, project)));
    const grid = [];
    for (let lon = -180; lon < 180; lon += 30) grid.push(line(Array.from({ length: 61 }, (_, i) => [i * 3 - 90, lon]), project));
    for (let lat = -60; lat <= 60; lat += 30) grid.push(line(Array.from({ length: 121 }, (_, i) => [lat, i * 3 - 180]), project));
    const title = `The route on the globe, ${Math.round(km).toLocaleString("en-GB")} km, seen from above its middle`;
    return app.svg("svg", { viewBox: "-104 -104 208 208", class: "globe", role: "img", "aria-label": title },
      app.svg("circle", { r: R, class: "globe-sea" }),
      app.svg("path", { d: countries.join(""), class: "globe-land" }),
      app.svg("path", { d: grid.join(""), class: "globe-grid" }),
      ...route.lines.map((item) => app.svg("path", { d: line(item.latlngs, project), class: "globe-leg " + item.kind })),
      ...route.points.filter((point) => point.point).map((point) => {
        const [x, y, isNear] = project(point.point);
        return isNear ? app.svg("circle", { cx: x.toFixed(1), cy: y.toFixed(1), r: 2.2, class: point.schematic ? "globe-guess" : "globe-stop" }) : "";
      }),
      app.svg("circle", { r: R, class: "globe-edge" }));
  };
})();
