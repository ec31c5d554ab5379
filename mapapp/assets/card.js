// The card: what is known of one area, event, route or place, sentence by sentence. All of it through textContent.
(() => {
  "use strict";
  const app = window.mapapp;
  const ui = {};
  let again = null; // draws the open card once more, for another day or theme
  let opener = null;

  const CLOSE = "M4.5 3.3 10 8.8l5.5-5.5 1.2 1.2L11.2 10l5.5 5.5-1.2 1.2L10 11.2l-5.5 5.5-1.2-1.2L8.8 10 3.3 4.5Z";
  const GRADES = {
    A: "completely reliable source", B: "usually reliable source", C: "fairly reliable source",
    D: "not usually reliable source", E: "unreliable source", F: "reliability of the source not known",
    1: "confirmed", 2: "probably true", 3: "possibly true", 4: "doubtful", 5: "improbable", 6: "truth not judged",
  };
  const SHOWN_PIECES = 12;

  const build = () => {
    ui.body = app.el("div", { class: "card-body" });
    ui.close = app.el("button", { type: "button", class: "close", "aria-label": "Close", on: { click: () => close(true) } }, app.icon(CLOSE));
    ui.card = app.el("aside", { class: "panel card", "data-panel": "", role: "dialog", "aria-label": "Details", tabindex: "-1", hidden: true },
      app.el("div", { class: "grip", "aria-hidden": "true" }), ui.close, ui.body);
    document.getElementById("mapapp-ui").append(ui.card);
    document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !ui.card.hidden) close(true); });
    let from = null;
    ui.card.addEventListener("pointerdown", (event) => { from = app.isPhone() && ui.card.scrollTop === 0 ? event.clientY : null; });
    ui.card.addEventListener("pointerup", (event) => { if (from !== null && event.clientY - from > 80) close(false); from = null; });
  };

  const open = (draw, keep) => {
    if (!keep) {
      opener = document.activeElement;
      ui.card.scrollTop = 0;
    }
    again = draw;
    ui.body.replaceChildren(...draw().flat(3).filter(Boolean));
    const wasHidden = ui.card.hidden;
    ui.card.hidden = false;
    document.body.classList.add("has-card");
    if (!keep) ui.card.focus({ preventScroll: true });
    if (wasHidden || !keep) app.tell("onPanels");
  };

  const close = (refocus) => {
    if (ui.card.hidden) return;
    ui.card.hidden = true;
    again = null;
    document.body.classList.remove("has-card");
    app.territory.pick(null);
    app.tell("onPanels");
    if (refocus && opener?.isConnected) opener.focus?.({ preventScroll: true });
  };
  app.closeCard = close;
  app.openCard = open;

  // --- pieces ---------------------------------------------------------------------------------------------------
  const names = (name, own) => app.el("h2", {}, app.bdi(name), own ? [" ", app.bdi(own, "own")] : null);

  const badge = (state, day) => {
    const key = app.territory.keyOf(state);
    const style = app.payload.style.statuses[key];
    const node = app.el("span", { class: "badge " + key });
    if (key === "unknown") {
      node.append("Unknown");
    } else if (key === "contested") {
      node.append("Contested");
      const parties = [state.holder, ...(state.others ?? [])].filter(Boolean);
      if (parties.length) node.append(": ", ...parties.flatMap((code, i) => [i ? ", " : "", app.bdi(app.actorName(code))]));
    } else {
      node.append(app.bdi(app.actorName(state.holder)), " · " + style.title.toLowerCase());
    }
    if (state?.holder && key !== "unknown") {
      const colour = app.colourOf(state.holder, day);
      if (key === "assessed") {
        node.style.background = app.inkOf(state.holder, day);
        node.style.color = app.isDark() ? "#111418" : "#ffffff";
      } else {
        node.style.background = app.mix(colour, 0.22, app.ground());
        node.style.borderColor = app.inkOf(state.holder, day);
      }
    }
    return node;
  };

  const ago = (from, to) => {
    const days = to - from;
    if (days <= 0) return "on this day";
    return app.plural(days, "day") + " ago";
  };

  const evidencePiece = (item, colour, isAgainst) => {
    const who = [];
    if (item.speaker) who.push(app.bdi(item.speaker, "speaker"));
    if (item.publisher || item.url) {
      who.push([item.speaker ? "via " : "", item.url ? app.link(item.url, item.publisher ?? null) : app.bdi(item.publisher)]);
    }
    if (!who.length) who.push("source not named");
    const grade = String(item.grade ?? "");
    return app.el("article", { class: "evidence" + (isAgainst ? " against" : ""), style: { "--colour": colour } },
      item.quote
        ? app.el("blockquote", { dir: "auto" }, "“", app.bdi(item.text), "”")
        : app.el("p", { class: "summary", dir: "auto" }, app.bdi(item.text), " ", app.el("span", { class: "tag" }, "our summary")),
      app.el("footer", {},
        ...who.map((part, i) => [i ? " " : "", part]),
        item.published ? " · " + app.formatIso(item.published) : " · undated",
        grade ? [" · ", app.el("abbr", { title: [GRADES[grade[0]], GRADES[grade[1]]].filter(Boolean).join("; ") }, grade)] : null,
        item.assertion && item.assertion !== "asserted" ? " · " + app.clean(item.assertion) : null,
        isAgainst ? app.el("b", { class: "says-otherwise" }, " · says otherwise") : null));
  };

  const evidenceList = (items, colour, isAgainst, title) => {
    if (!items.length) return null;
    const list = app.el("section", { class: "evidence-list", "aria-label": title }, app.el("h3", {}, title));
    for (const item of items.slice(0, SHOWN_PIECES)) list.append(evidencePiece(item, colour, isAgainst));
    if (items.length > SHOWN_PIECES) {
      list.append(app.el("button", {
        type: "button", class: "pill more",
        on: { click: (event) => {
          event.currentTarget.remove();
          for (const item of items.slice(SHOWN_PIECES)) list.append(evidencePiece(item, colour, isAgainst));
        } },
      }, `${items.length - SHOWN_PIECES} more`));
    }
    return list;
  };

  const gather = (events, side) => {
    const seen = new Set();
    for (const event of events) for (const number of event[side] ?? []) seen.add(number);
    return [...seen].map((number) => app.events.evidence[number]).filter(Boolean);
  };

  const unitLine = (cell) => {
    const unit = app.units?.get(cell.unit);
    return [unit ? [app.bdi(unit.name), unit.name_own ? [" ", app.bdi(unit.name_own, "own")] : null, " · "] : null, app.bdi(cell.unit)];
  };

  // The cell's states as a strip under the days.
  const strip = (cell) => {
    const count = app.payload.days.count;
    const node = app.el("div", { class: "strip", role: "img" });
    const words = [];
    for (const state of cell.states) {
      const from = Math.max(0, state.from);
      const to = Math.min(count, state.to ?? count);
      if (to <= from) continue;
      const piece = app.el("button", {
        type: "button", tabindex: "-1", class: "piece " + app.territory.keyOf(state),
        title: `${app.formatDay(from, "short")} – ${app.formatDay(to - 1, "short")}: ${stateWords(state)}`,
        on: { click: () => app.setDay(from) },
      });
      const look = app.territory.lookOf(state, from);
      piece.style.width = ((to - from) / count) * 100 + "%";
      if (look.key !== "unknown" && state.holder) {
        const style = app.payload.style.statuses[look.key];
        const colour = app.colourOf(state.holder, from);
        const fill = app.mix(colour, style.fill_mix, app.ground());
        const ink = look.key === "contested"
          ? app.mix(app.colourOf((state.others ?? [])[0], from), style.stripe_mix, app.ground())
          : app.mix(colour, style.stripe_mix, app.ground());
        piece.style.background = style.stripe ? `repeating-linear-gradient(135deg, ${ink} 0 2px, ${fill} 2px 5px)` : fill;
      }
      words.push(piece.title);
      node.append(piece);
    }
    node.setAttribute("aria-label", app.clean(words.join("; ")));
    const mark = app.el("i", { class: "mark" });
    mark.style.left = ((app.day + 0.5) / count) * 100 + "%";
    node.append(mark);
    return app.el("div", { class: "strip-frame" }, node,
      app.el("div", { class: "strip-ends" }, app.el("span", {}, app.formatDay(0, "short")), app.el("span", {}, app.formatDay(count - 1, "short"))));
  };

  const stateWords = (state) => {
    const key = app.territory.keyOf(state);
    if (key === "unknown") return "unknown";
    const title = app.payload.style.statuses[key].title.toLowerCase();
    return key === "contested" ? title : app.clean(app.actorName(state.holder)) + ", " + title;
  };

  const eventLine = (event) =>
    app.el("div", { class: "event-line" },
      app.el("i", { class: "chip", style: { background: event.actor ? app.colourOf(event.actor, app.day) : app.payload.style.unknown } }),
      app.el("span", {},
        app.el("b", {}, app.bdi(event.kind)), " · ",
        app.formatSpan(event.from, event.to, event.prec),
        event.actor ? [" · ", app.bdi(app.actorName(event.actor))] : null,
        event.unit ? [" · said of the whole of ", app.bdi(app.units?.get(event.unit)?.name ?? event.unit)] : null,
        event.remainder ? [" · said of all that ", app.bdi(app.actorName(event.remainder)), " still held"] : null,
        event.share ? ` · about ${Math.round(event.share * 100)} % of it` : null,
        event.note ? app.el("div", { class: "note" }, app.bdi(event.note)) : null));

  // --- an area --------------------------------------------------------------------------------------------------
  app.openCell = (cell, isFar) => {
    app.territory.pick(cell);
    app.report({ kind: "cell", id: cell.id });
    open(() => cellCard(cell));
    app.showPoint([cell.lat, cell.lon], isFar);
  };

  const cellCard = (cell) => {
    const day = app.day;
    const state = app.territory.stateAt(cell, day);
    const key = app.territory.keyOf(state);
    const events = (state?.events ?? []).map((number) => app.events.list[number]).filter(Boolean);
    const colour = state?.holder && key !== "unknown" ? app.inkOf(state.holder, day) : "var(--muted)";
    const index = cell.states.indexOf(state);
    const before = index > 0 ? cell.states[index - 1] : null;
    const since = state && (index > 0 ? `since ${app.formatDay(state.from)}` : `since ${app.formatDay(state.from)} or before`);
    const far = gather(events, "for");
    const against = gather(events, "against");
    const heldBefore = before ? (before.holder ? app.actorName(before.holder) : stateWords(before)) : null;
    return [
      names(cell.name, cell.name_own),
      app.el("div", { class: "state-line" }, badge(state, day), app.el("span", { class: "since" }, since)),
      app.el("p", { class: "facts" }, unitLine(cell),
        heldBefore ? [" · before: ", app.bdi(heldBefore)] : null,
        key === "unknown" && state?.last ? [" · last held by ", app.bdi(app.actorName(state.last))] : null),
      app.el("p", { class: "facts" },
        state?.reported !== undefined
          ? `Last reported ${ago(state.reported, day)} (${app.formatDay(state.reported)})`
          : "No report in this period: from the baseline only",
        ` · about ${Math.round(cell.km2).toLocaleString("en-GB")} km²`),
      key === "regional" ? app.el("p", { class: "remark" }, "Nobody reported this place itself: the claim is on the whole region, so the area is hatched.") : null,
      key === "claimed" ? app.el("p", { class: "remark" }, "Said by one side or one source, not corroborated.") : null,
      key === "unknown" ? app.el("p", { class: "remark" }, "No claim up to this day says who holds it. It is left without a colour.") : null,
      strip(cell),
      events.map(eventLine),
      evidenceList(far, colour, false, "What says so"),
      evidenceList(against, "var(--against)", true, "What says otherwise"),
      !far.length && !against.length
        ? app.el("p", { class: "remark" }, "The baseline of the first day: compiled from public reporting, see Sources.")
        : null,
      elsewhere(cell, events),
      mentionsOf(cell),
    ];
  };

  // Events of the day at this place that did not change its state, such as fighting.
  const elsewhere = (cell, shown) => {
    if (!cell.place) return null;
    const others = app.events.list.filter((event) => event.place_id === cell.place && event.from <= app.day && !shown.includes(event));
    if (!others.length) return null;
    return app.el("details", { class: "others" }, app.el("summary", {}, `${app.plural(others.length, "other event")} here up to this day`),
      others.slice(-20).reverse().map((event) => [eventLine(event),
        gather([event], "for").map((item) => evidencePiece(item, event.actor ? app.inkOf(event.actor, app.day) : "var(--muted)", false)),
        gather([event], "against").map((item) => evidencePiece(item, "var(--against)", true))]));
  };

  // --- events under the pointer ---------------------------------------------------------------------------------
  const eventCard = (events) => [
    app.el("h2", {}, app.bdi(events[0].place ?? "Event")),
    events.slice(0, SHOWN_PIECES).map((event) => [
      eventLine(event),
      gather([event], "for").map((item) => evidencePiece(item, event.actor ? app.inkOf(event.actor, app.day) : "var(--muted)", false)),
      gather([event], "against").map((item) => evidencePiece(item, "var(--against)", true)),
    ]),
    events.length > SHOWN_PIECES ? app.el("p", { class: "remark" }, `and ${events.length - SHOWN_PIECES} more here`) : null,
  ];

  // A click on the map: the area under it; an event or an article's place without an area gets a card of its own.
  app.pickAt = (event, cell) => {
    L.DomEvent.stop(event);
    const near = app.events.near(event.containerPoint ?? app.map.latLngToContainerPoint(event.latlng));
    const own = near.find((item) => item.place_id && app.territory.byPlace.has(item.place_id));
    if (own) return app.openCell(app.territory.byPlace.get(own.place_id));
    if (near.length) {
      app.report({ kind: "event", id: near[0].id });
      return open(() => eventCard(near));
    }
    if (cell) app.openCell(cell);
    else close(false);
  };

  app.openChanges = (day) => {
    const cells = app.territory.changesOn(day);
    open(() => [
      app.el("h2", {}, app.formatDay(day, "full")),
      app.el("p", { class: "facts" }, `${app.plural(cells.length, "area")} changed on this day`),
      app.el("ul", { class: "list" }, cells.map((cell) => {
        const state = app.territory.stateAt(cell, day);
        return app.el("li", {}, app.el("button", { type: "button", class: "line", on: { click: () => app.openCell(cell, true) } },
          app.el("i", { class: "chip", style: { background: state?.holder ? app.colourOf(state.holder, day) : "transparent" } }),
          app.bdi(cell.name), cell.name_own ? [" ", app.bdi(cell.name_own, "own")] : null,
          app.el("span", { class: "after" }, stateWords(state))));
      })),
    ]);
  };

  // --- a route --------------------------------------------------------------------------------------------------
  app.openRoute = (route, point, isFar) => {
    app.territory.pick(null);
    app.report({ kind: "route", id: route.id });
    app.follow.start(route);
    open(() => routeCard(route, point));
    if (isFar) app.fit(app.routes.bounds(route), 7);
  };
  app.pickRoute = (event, route, point) => {
    L.DomEvent.stop(event);
    app.openRoute(route, point);
  };

  const moment = (text) => {
    const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(.*)$/.exec(text ?? "");
    return match ? `${app.formatIso(match[1], "short")} ${match[2]} ${match[3] === "+00:00" || match[3] === "Z" ? "UTC" : match[3]}` : app.clean(text);
  };

  // The way into the minutes of a route and back, or why there is none.
  const followed = (route) => {
    if (!route.clock) return app.el("p", { class: "remark" }, "No two times of it are known, so no marker can follow it.");
    const isOn = app.focus?.route === route;
    return app.el("button", { type: "button", class: "pill", on: { click: () => {
      if (isOn) app.follow.stop();
      else app.follow.start(route);
      if (!isOn && app.isPhone()) close(false);
    } } }, isOn ? "Back to days" : "Follow it by the minute");
  };

  // Over whose territory the lines lead, in order; a drawn line is no flight path.
  const crossedList = (route) => {
    if (!route.crossed?.length) return null;
    const when = (item) => {
      if (item.from === undefined) return null;
      const [from, to] = [app.localTime(item.from), app.localTime(item.to ?? item.from)];
      return ` · ${item.measured ? "" : "about "}${from}${from === to ? "" : "–" + to}`;
    };
    const isDrawn = route.crossed.some((item) => !item.measured);
    return [
      app.el("h3", { class: "legs-title" }, "Over whose territory"),
      isDrawn ? app.el("p", { class: "note" }, route.crossed.some((item) => item.measured)
        ? "Where it was not measured: if the line were flown as drawn." : "If the line were flown as drawn; the path itself was not published.") : null,
      app.el("ol", { class: "list crossed" }, route.crossed.map((item) =>
        app.el("li", { class: item.measured ? null : "drawn" }, app.bdi(item.name),
          app.el("span", { class: "after" }, `${item.km.toLocaleString("en-GB")} km`, when(item))))),
    ];
  };

  const routeCard = (route, picked) => {
    const line = (item) => evidencePiece(item, "var(--route)", item.assertion === "denied");
    const versions = app.routes.list.filter((other) => route.journey && other.journey === route.journey);
    const stops = route.points.map((point) =>
      app.el("section", { class: "stop-line" + (point === picked ? " picked" : "") },
        app.el("h3", {}, app.routes.roleName(point.role), point.label && point.label !== app.routes.roleName(point.role) ? [": ", app.bdi(point.label)] : null,
          point.schematic || !point.point ? app.el("span", { class: "tag" }, "position not reported") : null),
        point.time ? app.el("p", { class: "facts" }, app.bdi(point.time)) : null,
        point.note ? app.el("p", { class: "note" }, app.bdi(point.note)) : null,
        !point.point ? app.el("p", { class: "facts" }, "Not drawn on the map.") : null,
        point.radius_km ? app.el("p", { class: "facts" }, `Drawn as a region of ${Math.round(point.radius_km)} km radius.`) : null,
        point.evidence.map(line)));
    return [
      app.el("h2", {}, app.bdi(route.title)),
      app.el("p", { class: "facts" },
        route.who ? [app.bdi(route.who), " · "] : null,
        route.vehicle ? [app.bdi(route.vehicle), " · "] : null,
        route.from === undefined ? "day not known" : app.formatSpan(route.from, route.to),
        route.assertion && route.assertion !== "asserted" ? ` · ${app.clean(route.assertion)}` : null),
      app.el("button", { type: "button", class: "pill", on: { click: () => app.fit(app.routes.bounds(route), 8) } }, "Show the whole route"),
      followed(route),
      versions.length > 1
        ? app.el("fieldset", { class: "versions" }, app.el("legend", {}, "Versions of this journey"),
            versions.map((other) => app.el("label", {},
              app.el("input", { type: "checkbox", checked: app.routes.isChosen(other), on: { change: (event) => app.routes.setVersion(other, event.target.checked) } }),
              app.bdi(other.title),
              other !== route && other.clock
                ? app.el("button", { type: "button", class: "pill", on: { click: () => app.openRoute(other) } }, "Follow") : null)))
        : null,
      stops,
      crossedList(route),
      app.globe(route),
      app.el("h3", { class: "legs-title" }, "How the line is drawn"),
      route.legs.map((leg) =>
        app.el("section", { class: "leg-line" },
          app.el("p", {}, app.el("i", { class: "stroke " + leg.kind }), app.el("b", {}, app.payload.style.legs[leg.kind]?.title ?? leg.kind),
            leg.start || leg.end ? " · " + [leg.start, leg.end].filter(Boolean).map(moment).join(" – ") : null),
          leg.note ? app.el("p", { class: "note" }, app.bdi(leg.note)) : null,
          leg.evidence.map(line))),
      route.also_said.length
        ? [app.el("h3", { class: "legs-title" }, "Also said"), route.also_said.map((item) => evidencePiece(item, "var(--against)", item.assertion === "denied"))]
        : null,
    ];
  };

  // --- a place that articles mention ----------------------------------------------------------------------------
  const mentioned = (place) => [
    app.el("p", { class: "facts" }, `Mentioned ${app.plural(place.n, "time")} in the articles`),
    place.said.map((said) =>
      app.el("article", { class: "evidence mentioned" },
        app.el("blockquote", { dir: "auto" }, app.bdi(said.before), app.el("mark", {}, app.bdi(said.surface)), app.bdi(said.after)),
        app.el("footer", {}, said.url ? app.link(said.url, said.publisher ?? said.title) : app.bdi(said.publisher ?? said.title ?? "article without a title"),
          said.published ? " · " + app.formatIso(said.published) : null))),
  ];

  // The section of an area's card, after who holds it.
  const mentionsOf = (cell) => {
    const place = cell.place && app.data?.mentions?.places.find((item) => item.id === cell.place);
    return place ? app.el("section", { class: "mentions-of" }, app.el("h3", {}, "Mentions in articles"), mentioned(place).flat(2)) : null;
  };

  app.openMentions = (place) => {
    app.report({ kind: "mention", id: place.id });
    open(() => [app.el("h2", {}, app.bdi(place.name)), mentioned(place)]);
  };

  // Who holds a place comes first, what articles say of it below; a place without an area has the latter only.
  app.pickMention = (place) => {
    const cell = app.territory.byPlace.get(place.id);
    if (cell) app.openCell(cell);
    else app.openMentions(place);
  };

  app.openSources = () =>
    open(() => [
      app.el("h2", {}, "Sources"),
      app.el("p", { class: "facts" }, "Every colour rests on these. The number says how many statements were used."),
      app.el("ul", { class: "list sources" }, app.payload.sources.map((source) =>
        app.el("li", {}, app.el("details", {}, app.el("summary", {}, app.bdi(source.name), app.el("span", { class: "after" }, source.n)),
          source.urls.map((url) => app.el("div", {}, app.link(url, url))))))),
      app.payload.articles.length
        ? [app.el("h3", {}, "Articles added"), app.el("ul", { class: "list" }, app.payload.articles.map((article) =>
            app.el("li", {}, article.url ? app.link(article.url, article.title ?? article.url) : app.bdi(article.title ?? "without a title"),
              app.el("span", { class: "after" }, app.bdi(article.publisher ?? "")))))]
        : null,
      app.el("h3", {}, "Data"),
      app.el("ul", { class: "list" }, app.payload.attributions.map((line) => app.el("li", {}, app.bdi(line)))),
      app.el("p", { class: "facts" }, "Data as bundled: " + app.clean(app.payload.data_hash)),
    ]);

  app.parts.push({
    start: build,
    load() {
      if (!again) return;
      close(false);
    },
    onDay() {
      if (again) open(again, true);
    },
    onTheme() {
      if (again) open(again, true);
    },
    onFocus() {
      if (again) open(again, true);
    },
  });
})();
