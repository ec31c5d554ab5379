// The title with the date, what changed on it, and the legend that is also the share of territory.
(() => {
  "use strict";
  const app = window.mapapp;
  const ui = {};
  const SHOWN_CHANGES = 4; // or three and a button for the others
  let rows = new Map();
  let rest = {};
  let known = [];
  let folded = null;

  const KEY_WORDS = {
    assessed: "independent, reliable information",
    claimed: "one side or one source says so",
    contested: "no side holds it alone",
    regional: "said of a whole region only",
    unknown: "no claim up to this day",
  };

  // A small picture of a status in a colour.
  const swatch = (key, colour, other) => {
    const style = app.payload.style.statuses[key];
    const ground = app.ground();
    const node = app.el("i", { class: "swatch " + key });
    if (key === "unknown") return node;
    const fill = app.mix(colour, style.fill_mix, ground);
    const ink = app.mix(other ?? colour, style.stripe_mix || 1, ground);
    node.style.background = style.stripe
      ? `repeating-linear-gradient(135deg, ${ink} 0 2px, ${fill} 2px ${key === "contested" ? 6 : 5}px)`
      : fill;
    node.style.borderColor = app.mix(colour, 0.8, app.isDark() ? "#ffffff" : "#000000");
    return node;
  };
  app.swatch = swatch;

  const build = () => {
    const host = document.getElementById("mapapp-ui");
    ui.over = app.el("div", { class: "over" });
    ui.date = app.el("h1", { class: "date", "aria-live": "polite" });
    ui.under = app.el("div", { class: "under" });
    ui.changes = app.el("div", { class: "changes" });
    ui.journeys = app.el("div", { class: "journeys" });
    ui.title = app.el("header", { class: "panel title", "data-panel": "" }, ui.over, ui.date, ui.under, ui.changes, ui.journeys);
    ui.share = app.el("div", { class: "share", "aria-hidden": "true" });
    ui.rows = app.el("div", { class: "rows" });
    ui.rest = app.el("div", { class: "rest" });
    ui.key = app.el("details", { class: "key" }, app.el("summary", {}, "How to read the colours"), app.el("div", { class: "key-rows" }));
    ui.fold = app.el("button", {
      class: "fold", type: "button", "aria-expanded": "true", "aria-label": "Legend",
      on: { click: () => fold(!folded) },
    }, app.el("span", {}, "Share of the area"));
    ui.legend = app.el("section", { class: "panel legend", "data-panel": "", "aria-label": "Legend: share of the area" },
      ui.fold, ui.share, app.el("div", { class: "body" }, ui.rows, ui.rest, ui.key));
    ui.key.addEventListener("toggle", () => app.tell("onPanels"));
    host.append(ui.title, ui.legend);
    // The panels grow and shrink with the date: names move out of their way.
    const watch = new ResizeObserver(() => app.payload && app.tell("onPanels"));
    watch.observe(ui.title);
    watch.observe(ui.legend);
  };

  const fold = (isFolded) => {
    folded = isFolded;
    ui.legend.classList.toggle("folded", isFolded);
    ui.fold.setAttribute("aria-expanded", String(!isFolded));
    app.tell("onPanels");
  };

  const percent = (share) => {
    if (share === 0) return "–";
    if (share < 0.001) return "< 0.1 %";
    return (share * 100).toFixed(1).replace(/\.0$/, "") + " %";
  };

  // Writes to the page only what is different: a step of the date touches little.
  const put = (node, key, value) => {
    node.put ??= {};
    if (node.put[key] === value) return;
    node.put[key] = value;
    if (key === "text") node.textContent = value;
    else if (key.startsWith("aria-")) node.setAttribute(key, value);
    else node.style.setProperty(key, value);
  };

  const HOW = ["assessed", "claimed", "regional"];
  const paintOf = (code, how, day) => {
    const style = app.payload.style.statuses[how];
    const colour = app.colourOf(code, day);
    const fill = app.mix(colour, style.fill_mix, app.ground());
    return style.stripe
      ? `repeating-linear-gradient(135deg, ${app.mix(colour, style.stripe_mix, app.ground())} 0 2px, ${fill} 2px 4px)`
      : fill;
  };

  const load = () => {
    const payload = app.payload;
    ui.over.replaceChildren(app.bdi(payload.country), " · who holds what");
    document.title = app.clean(payload.title) + ": who holds what";
    rows = new Map();
    ui.rows.replaceChildren();
    const present = new Set();
    for (const cell of app.territory.cells) for (const state of cell.states) if (state.holder) present.add(state.holder);
    ui.share.replaceChildren();
    for (const actor of payload.actors) {
      if (!present.has(actor.code)) continue;
      const row = { parts: {}, pieces: {}, turn: null };
      for (const how of HOW) {
        row.parts[how] = app.el("i");
        row.pieces[how] = app.el("i", { class: how });
      }
      row.swatch = app.el("i", { class: "chip" });
      row.number = app.el("span", { class: "number" });
      row.node = app.el("button", {
        type: "button", class: "row", "aria-pressed": "false", title: actor.note || null, "data-actor": actor.code,
        on: { click: () => highlight(app.highlighted === actor.code ? null : actor.code) },
      }, row.swatch, app.el("span", { class: "who" }, app.bdi(actor.name)), row.number,
        app.el("span", { class: "bar" }, Object.values(row.parts)));
      rows.set(actor.code, row);
      ui.rows.append(row.node);
      ui.share.append(...Object.values(row.pieces));
    }
    rest = {};
    ui.rest.replaceChildren();
    for (const [key, title] of [["contested", "Contested"], ["unknown", "Unknown"]]) {
      rest[key] = { piece: app.el("i", { class: key }), number: app.el("span", { class: "number" }) };
      rest[key].node = app.el("div", { class: "row rest-row" }, app.el("i", { class: "chip " + key }),
        app.el("span", { class: "who" }, title), rest[key].number);
      ui.share.append(rest[key].piece);
      ui.rest.append(rest[key].node);
    }
    // How many events there were up to each day.
    known = new Array(payload.days.count).fill(0);
    for (const event of app.events.list) if (!event.hidden && event.from < known.length) known[Math.max(0, event.from)] += 1;
    for (let day = 1; day < known.length; day++) known[day] += known[day - 1];
    drawKey();
    // In a low window, as beside an article, the whole list would lie over the title.
    if (folded === null) folded = app.isPhone() || innerHeight < 700;
    fold(folded);
    show();
  };

  // The longer nothing was reported, the paler: the steps side by side, from the style that also paints the areas.
  const agesRow = (colour) => {
    const ages = app.payload.style.ages;
    if (!ages) return null;
    const factors = [...ages.steps.map(([, factor]) => factor), ages.oldest];
    const fill = app.payload.style.statuses.assessed.fill_mix;
    const node = app.el("i", { class: "swatch ages-key" });
    const paint = (factor) => app.mix(colour, fill * factor, app.ground());
    node.style.background = `linear-gradient(90deg, ${factors.map((factor, i) =>
      `${paint(factor)} ${(i / factors.length) * 100}% ${((i + 1) / factors.length) * 100}%`).join(", ")})`;
    const days = ages.steps.map(([limit]) => limit).join(", ");
    return app.el("div", { class: "key-row" }, node,
      app.el("span", {}, app.el("b", {}, "Paler as a whole"), ` the longer ago it was last reported: after ${days} days`));
  };

  const drawKey = () => {
    const codes = [...rows.keys()];
    const colour = app.colourOf(codes[1] ?? codes[0]);
    const other = app.colourOf(codes[0]);
    ui.key.querySelector(".key-rows").replaceChildren(
      ...Object.entries(app.payload.style.statuses).map(([key, style]) =>
        app.el("div", { class: "key-row" }, swatch(key, colour, key === "contested" ? other : null),
          app.el("span", {}, app.el("b", {}, style.title), " " + (style.meaning ?? KEY_WORDS[key] ?? "")))),
      app.el("div", { class: "key-row" }, app.el("i", { class: "swatch far-key" }),
        app.el("span", {}, app.el("b", {}, "Fading outwards"), " farther from its place than evidence carries")),
      ...[agesRow(colour)].filter(Boolean),
      app.el("div", { class: "key-row" }, app.el("i", { class: "swatch changed-key" }),
        app.el("span", {}, app.el("b", {}, "Outlined"), " changed on this day")),
      ...(app.incidents.sets.length ? [app.el("div", { class: "key-row" },
        app.el("i", { class: "swatch", style: { transform: "rotate(45deg) scale(0.55)", background: app.isDark() ? "#c9c4d6" : "#56506a" } }),
        app.el("span", {}, app.el("b", {}, "Diamond"), " event of an imported table; it colours no area"))] : []),
      ...Object.entries(app.payload.style.legs).map(([kind, leg]) =>
        app.el("div", { class: "key-row" }, app.el("i", { class: "stroke " + kind }),
          app.el("span", {}, app.el("b", {}, leg.title), " route, " + leg.meaning)))
    );
  };

  const show = () => {
    const day = app.day;
    const turn = app.lookTurn(day) + (app.isDark() ? "d" : "l");
    put(ui.date, "text", app.formatDay(day, "full"));
    const areas = app.territory.areas(day);
    const whole = areas.km2 || 1;
    let most = 1;
    for (const area of areas.holders.values()) most = Math.max(most, area.assessed + area.claimed + area.regional);
    for (const [code, row] of rows) {
      const area = areas.holders.get(code) ?? { assessed: 0, claimed: 0, regional: 0 };
      const sum = area.assessed + area.claimed + area.regional;
      if (row.turn !== turn) {
        row.turn = turn;
        put(row.swatch, "background", app.colourOf(code, day));
        for (const how of HOW) {
          const paint = paintOf(code, how, day);
          put(row.parts[how], "background", paint);
          put(row.pieces[how], "background", paint);
        }
      }
      if (row.none !== (sum === 0)) row.node.classList.toggle("none", (row.none = sum === 0));
      put(row.number, "text", percent(sum / whole));
      for (const how of HOW) {
        put(row.parts[how], "width", ((area[how] / most) * 100).toFixed(2) + "%");
        put(row.pieces[how], "width", ((area[how] / whole) * 100).toFixed(2) + "%");
      }
      put(row.node, "aria-label",
        `${app.clean(app.actorName(code))}: ${percent(sum / whole)} of the area, ${percent(area.assessed / whole)} assessed, ` +
        `${percent((area.claimed + area.regional) / whole)} claimed`);
    }
    for (const [key, { piece, number, node }] of Object.entries(rest)) {
      put(piece, "width", ((areas[key] / whole) * 100).toFixed(2) + "%");
      put(number, "text", percent(areas[key] / whole));
      put(node, "display", areas[key] ? "" : "none");
    }
    put(ui.under, "text",
      `${app.plural(known[day], "event")} up to this day · ${app.plural(app.payload.sources.length, "source")}`);
    const changed = app.territory.changesOn(day);
    ui.changes.replaceChildren();
    if (changed.length) {
      ui.changes.append(app.el("span", { class: "lead" }, `Changed on this day: ${app.plural(changed.length, "area")}`));
      const shown = changed.length > SHOWN_CHANGES ? SHOWN_CHANGES - 1 : changed.length;
      for (const cell of changed.slice(0, shown)) {
        const state = app.territory.stateAt(cell, day);
        ui.changes.append(app.el("button", { type: "button", class: "pill", on: { click: () => app.openCell(cell, true) } },
          app.el("i", { class: "chip", style: { background: state?.holder ? app.colourOf(state.holder, day) : "transparent" } }),
          app.bdi(cell.name)));
      }
      if (changed.length > shown) {
        ui.changes.append(app.el("button", { type: "button", class: "pill more", on: { click: () => app.openChanges(day) } },
          `${changed.length - shown} more`));
      }
    } else {
      ui.changes.append(app.el("span", { class: "lead none" }, "No area changed on this day"));
    }
    showJourneys();
  };

  const showJourneys = () => {
    const today = app.routes.shownNow().filter((route) => route.from === undefined || (app.day >= route.from && app.day <= (route.to ?? route.from) + 2));
    ui.journeys.replaceChildren(...today.slice(0, 2).map((route) =>
      app.el("button", { type: "button", class: "pill journey", on: { click: () => app.openRoute(route, null, true) } },
        app.el("i", { class: "stroke observed" }), app.bdi(route.title))));
  };

  const highlight = (code) => {
    app.highlighted = code;
    for (const [other, row] of rows) row.node.setAttribute("aria-pressed", String(other === code));
    ui.legend.classList.toggle("has-highlight", code !== null);
    app.tell("onHighlight");
  };

  app.parts.push({
    start: build,
    load,
    onDay: show,
    onLayers: showJourneys,
    onTheme() {
      for (const row of rows.values()) row.turn = null;
      drawKey();
      show();
    },
  });
})();
