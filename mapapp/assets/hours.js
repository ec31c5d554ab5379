// The time control zoomed from days to minutes: the span of the route in focus, with what was measured along it.
(() => {
  "use strict";
  const app = window.mapapp;
  const SPEEDS = [1, 10, 60, 300, 600];
  const TICK_STEPS_S = [60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800];
  const MINUTE = 60;
  const PLAY = "M5 3.2 16.5 10 5 16.8Z";
  const PAUSE = "M5 3.5h3.6v13H5zM11.4 3.5H15v13h-3.6z";
  const BACK = "M12.6 4 6.6 10l6 6 1.4-1.4L9.4 10 14 5.4Z";
  let speed = 2;
  let frame = 0;
  let before = 0;
  const ui = {};

  const build = () => {
    ui.play = app.el("button", { class: "play", type: "button", "aria-label": "Play the route", on: { click: () => toggle() } }, app.icon(PLAY));
    ui.speed = app.el("button", { class: "speed", type: "button", title: "Speed", on: { click: () => setSpeed((speed + 1) % SPEEDS.length) } });
    ui.clock = app.el("b", { class: "clock" });
    ui.more = app.el("span", { class: "clock-more" });
    ui.name = app.el("span", { class: "clock-route" });
    ui.back = app.el("button", { class: "pill back", type: "button", title: "Back to days (Escape)", on: { click: () => app.follow.stop() } },
      app.icon(BACK), "Days");
    ui.drawing = app.svg("svg", { class: "bars", "aria-hidden": "true", preserveAspectRatio: "none" });
    ui.spans = app.el("div", { class: "spans" });
    ui.thumb = app.el("div", { class: "thumb" });
    ui.scales = app.el("div", { class: "scales", "aria-hidden": "true" });
    ui.slider = app.el("div", {
      class: "slider", role: "slider", tabindex: "0", "aria-label": "Time of the route", "aria-orientation": "horizontal",
      on: { pointerdown: onDown },
    }, ui.drawing, app.el("div", { class: "rail" }, ui.spans), ui.thumb);
    ui.ticks = app.el("div", { class: "ticks" });
    ui.track = app.el("div", { class: "track hours" },
      app.el("div", { class: "hours-head" }, ui.back, ui.clock, ui.more, ui.name, ui.scales), ui.slider, ui.ticks);
    ui.root = document.querySelector(".time");
    ui.buttons = app.el("div", { class: "buttons hours" }, ui.play, ui.speed);
    setSpeed(speed);
    new ResizeObserver(() => { if (app.focus) layOut(); }).observe(ui.track);
    document.addEventListener("keydown", onKey);
  };

  const shareOf = (at) => (at - app.focus.first) / Math.max(1, app.focus.last - app.focus.first);

  // --- what is known along the way ------------------------------------------------------------------------------
  const layOut = () => {
    const { route, first, last } = app.focus;
    const { clock } = route;
    ui.name.replaceChildren(app.bdi(route.title));
    ui.name.title = ui.name.textContent;
    const piece = (from, to, kind, title) => {
      const node = app.el("i", { class: "span " + kind, title });
      node.style.left = shareOf(from) * 100 + "%";
      node.style.width = (shareOf(to) - shareOf(from)) * 100 + "%";
      return node;
    };
    ui.spans.replaceChildren(
      ...(first < clock.start ? [piece(first, clock.start, "untimed", "Before the first known time")] : []),
      ...clock.spans.map((span) => piece(span.from, span.to, span.measured ? "measured" : span.placed ? "placed" : "unknown",
        span.measured ? "Measured positions" : span.placed ? "Between two known times: the place is a guess" : "Between two known times: no place is known")),
      ...(last > clock.end ? [piece(clock.end, last, "untimed", "After the last known time")] : []));
    drawProfile(route);
    const width = ui.slider.clientWidth || 1;
    const room = app.isPhone() ? 46 : 64;
    const step = TICK_STEPS_S.find((seconds) => ((last - first) / seconds) * room <= width) ?? TICK_STEPS_S.at(-1);
    const behind = app.sinceMidnight(first) % step;
    ui.ticks.replaceChildren();
    for (let at = first + (behind ? step - behind : 0); at <= last; at += step) {
      const tick = app.el("button", {
        type: "button", class: "tick", tabindex: "-1", "aria-label": "Go to " + app.localTime(at),
        on: { click: () => { pause(); app.follow.set(at); ui.slider.focus({ preventScroll: true }); } },
      }, step >= 86400 ? app.formatDay(app.localDay(at), "short") : app.localTime(at));
      tick.style.left = shareOf(at) * 100 + "%";
      ui.ticks.append(tick);
    }
    ui.slider.setAttribute("aria-valuemin", 0);
    ui.slider.setAttribute("aria-valuemax", Math.ceil((last - first) / MINUTE));
    show(app.focus, app.follow.stateAt(route, app.focus.at), true);
  };

  // Height as an area, speed as a line, each to its own scale; nothing where the track has neither.
  const drawProfile = (route) => {
    ui.drawing.replaceChildren();
    ui.scales.replaceChildren();
    if (!route.profile) return;
    const [times, heights, speeds] = route.profile;
    const width = ui.slider.clientWidth || 1;
    const height = ui.drawing.clientHeight || 40;
    ui.drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const stretch = (values) => {
      const known = values.filter((value) => value !== null);
      return known.length ? Math.max(...known, 1) : 0;
    };
    // A line breaks where values are missing, or two positions lie farther apart than a loss of signal.
    const pieces = (values, most) => {
      const found = [[]];
      values.forEach((value, i) => {
        const gap = i && times[i] - times[i - 1] > Math.max(600, (times.at(-1) - times[0]) / 60);
        if (value === null || gap) found.push([]);
        if (value !== null) found.at(-1).push([shareOf(times[i]) * width, height - (Math.max(0, value) / most) * (height - 3)]);
      });
      return found.filter((piece) => piece.length > 1);
    };
    const text = (points) => points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
    const top = stretch(heights);
    const fast = stretch(speeds);
    for (const points of top ? pieces(heights, top) : []) {
      ui.drawing.append(app.svg("path", { class: "height", d: `M${points[0][0].toFixed(1)} ${height}L${text(points)}L${points.at(-1)[0].toFixed(1)} ${height}Z` }));
    }
    for (const points of fast ? pieces(speeds, fast) : []) ui.drawing.append(app.svg("path", { class: "pace", d: "M" + text(points) }));
    if (top) ui.scales.append(app.el("span", { class: "height-key" }, `altitude to ${top.toLocaleString("en-GB")} m`));
    if (fast) ui.scales.append(app.el("span", { class: "pace-key" }, `speed to ${fast.toLocaleString("en-GB")} km/h`));
  };

  const valueAt = (times, values, at) => {
    let found = null;
    for (let i = 0; i < times.length && times[i] <= at; i++) found = i;
    return found === null || at - times[found] > 600 ? null : values[found];
  };

  // --- the moment -----------------------------------------------------------------------------------------------
  const show = (focus, state, isNew) => {
    ui.thumb.style.left = shareOf(focus.at) * 100 + "%";
    if (!isNew) return;
    const { route, at } = focus;
    const words = app.follow.words(route, state);
    const isOutside = at < route.clock.start ? "before the first known time" : at > route.clock.end ? "after the last known time" : null;
    const told = [];
    if (route.profile) {
      const [times, heights, speeds] = route.profile;
      const height = valueAt(times, heights, at);
      const pace = valueAt(times, speeds, at);
      if (height !== null) told.push(`${height.toLocaleString("en-GB")} m`);
      if (pace !== null) told.push(`${pace.toLocaleString("en-GB")} km/h`);
    }
    ui.clock.textContent = app.localTime(at);
    const note = isOutside ?? words?.en;
    ui.more.replaceChildren(
      app.el("span", { class: "clock-day" }, `${app.localDate(at)} · `), `${app.utcTime(at)} UTC`,
      told.length ? " · " + told.join(" · ") : "", note ? app.el("em", {}, " · " + note) : "");
    ui.slider.setAttribute("aria-valuenow", Math.round((at - focus.first) / MINUTE));
    ui.slider.setAttribute("aria-valuetext",
      [`${app.localTime(at)} local time, ${app.localDate(at)}, ${app.utcTime(at)} UTC`, ...told, note].filter(Boolean).join(", "));
  };

  // --- dragging, keys, playing ----------------------------------------------------------------------------------
  const onDown = (event) => {
    if (event.button !== 0 || !app.focus) return;
    pause();
    event.preventDefault();
    ui.slider.focus({ preventScroll: true });
    ui.slider.setPointerCapture(event.pointerId);
    ui.root.classList.add("dragging");
    let wanted = null;
    const apply = () => {
      if (wanted === null || !app.focus) return;
      const box = ui.slider.getBoundingClientRect();
      const share = Math.max(0, Math.min(1, (wanted - box.left) / box.width));
      const at = app.focus.first + share * (app.focus.last - app.focus.first);
      app.follow.set(share === 0 || share === 1 ? at : Math.round(at / MINUTE) * MINUTE);
      wanted = null;
    };
    const move = (e) => {
      if (wanted === null) requestAnimationFrame(apply);
      wanted = e.clientX;
    };
    const up = () => {
      apply();
      ui.root.classList.remove("dragging");
      for (const [kind, f] of [["pointermove", move], ["pointerup", up], ["pointercancel", up]]) ui.slider.removeEventListener(kind, f);
    };
    wanted = event.clientX;
    apply();
    for (const [kind, f] of [["pointermove", move], ["pointerup", up], ["pointercancel", up]]) ui.slider.addEventListener(kind, f);
  };

  const step = (minutes) => (Math.floor(app.focus.at / MINUTE + (minutes > 0 ? 1e-6 : -1e-6)) + (minutes > 0 ? minutes : minutes + 1)) * MINUTE;
  const page = () => ((app.focus.last - app.focus.first) / MINUTE > 360 ? 60 : 10);
  const KEYS = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    PageDown: () => step(-page()),
    PageUp: () => step(page()),
    Home: () => app.focus.first,
    End: () => app.focus.last,
  };
  const onKey = (event) => {
    if (!app.focus || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    const target = event.target instanceof Element ? event.target : null;
    if (event.key === "Escape") {
      // First what lies over the map, then the way back to days.
      if (document.querySelector(".card:not([hidden]), .menu:not([hidden])")) return;
      event.preventDefault();
      app.follow.stop();
      return;
    }
    if (target?.closest("input, select, textarea")) return;
    if (target?.closest(".card, .menu") && event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    if (KEYS[event.key]) {
      event.preventDefault();
      pause();
      app.follow.set(KEYS[event.key]());
    } else if (event.key === " " && !target?.closest("button, a, summary")) {
      event.preventDefault();
      toggle();
    }
  };

  const setSpeed = (next) => {
    speed = next;
    ui.speed.textContent = SPEEDS[speed] + "×";
    ui.speed.setAttribute("aria-label", `Speed ${SPEEDS[speed]}×`);
  };
  const pause = () => {
    cancelAnimationFrame(frame);
    frame = 0;
    ui.play.replaceChildren(app.icon(PLAY));
    ui.play.setAttribute("aria-label", "Play the route");
  };
  const run = (now) => {
    if (!app.focus) return pause();
    // A page in the background gets no frames: time then stands still instead of jumping.
    const seconds = Math.min(0.25, (now - before) / 1000);
    before = now;
    app.follow.set(app.focus.at + seconds * SPEEDS[speed]);
    if (app.focus.at >= app.focus.last) return pause();
    frame = requestAnimationFrame(run);
  };
  const toggle = () => {
    if (frame) return pause();
    if (app.focus.at >= app.focus.last) app.follow.set(app.focus.first);
    before = performance.now();
    frame = requestAnimationFrame(run);
    ui.play.replaceChildren(app.icon(PAUSE));
    ui.play.setAttribute("aria-label", "Pause");
  };

  app.parts.push({
    start: build,
    onFocus(focus) {
      pause();
      const hadKeys = ui.root.contains(document.activeElement);
      ui.root.classList.toggle("is-hours", !!focus);
      if (focus) ui.root.append(ui.buttons, ui.track);
      else for (const node of [ui.buttons, ui.track]) node.remove();
      if (focus) layOut();
      if (hadKeys) ui.root.querySelector(focus ? ".hours .slider" : ".track:not(.hours) .slider").focus({ preventScroll: true });
    },
    onMoment(focus, state, isNew) {
      show(focus, state, isNew);
      // While it plays the marker stays in sight.
      if (isNew && frame && state.place) app.showPoint([state.place.lat, state.place.lon], false);
    },
  });
})();
