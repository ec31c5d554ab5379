// Moments: seconds since 1970 as local time of the theatre and as UTC. The browser knows the time zones by their names.
(() => {
  "use strict";
  const app = window.mapapp;
  let formats = {};

  const format = (zone, parts) => new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...parts });
  const HOUR = { hour: "2-digit", minute: "2-digit" };

  app.setZone = (zone) => {
    const build = (name) => ({
      hour: format(name, HOUR),
      day: format(name, { weekday: "short", day: "numeric", month: "short", year: "numeric" }),
      parts: format(name, { year: "numeric", month: "2-digit", day: "2-digit" }),
    });
    formats = { utc: build("UTC") };
    try {
      formats.local = build(zone ?? "UTC");
    } catch {
      formats.local = formats.utc;
    }
  };

  const dateOf = (seconds) => new Date(seconds * 1000);
  app.localTime = (seconds) => formats.local.hour.format(dateOf(seconds));
  app.utcTime = (seconds) => formats.utc.hour.format(dateOf(seconds));
  app.localDate = (seconds) => formats.local.day.format(dateOf(seconds)).replace(",", "").replace("Sept", "Sep");
  // The day of the map, counted from its first one, on which a moment falls where the theatre is.
  app.localDay = (seconds) => {
    const [day, month, year] = formats.local.parts.format(dateOf(seconds)).split("/");
    return app.dayOf(`${year}-${month}-${day}`);
  };
  // Seconds from midnight where the theatre is, for ticks at round hours.
  app.sinceMidnight = (seconds) => {
    const [hour, minute] = app.localTime(seconds).split(":").map(Number);
    return hour * 3600 + minute * 60 + (((seconds % 60) + 60) % 60);
  };
})();
