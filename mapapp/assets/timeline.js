// The date: the largest thing on the screen, and the slider whose track is the histogram of events.
(() => {
  "use strict";
  const app = window.mapapp;
  const SPEEDS = [{ name: "½×", ms: 1800 }, { name: "1×", ms: 900 }, { name: "2×", ms: 450 }, { name: "4×", ms: 225 }];
  const PAGE_DAYS = 7;
  const MAX_BARS = 180;
  let speed = 1;
  let playing = 0;
  let bars = [];
  let ticks = new Map();
  const ui = {};

  const PLAY = "M5 3.2 16.5 10 5 16.8Z";
  const PAUSE = "M5 3.5h3.6v13H5zM11.4 3.5H15v13h-3.6z";

  const build = () => {
    ui.play = app.el("button", { class: "play", type: "button", "aria-label": "Play", on: { click: () => toggle() } }, app.icon(PLAY));
    ui.speed = app.el("button", {
      class: "speed", type: "button", "aria-label": "Speed 1×", title: "Speed",
      on: { click: () => setSpeed((speed + 1) % SPEEDS.length) },
    }, SPEEDS[speed].name);
    ui.bars = app.svg("svg", { class: "bars", "aria-hidden": "true", preserveAspectRatio: "none" });
    ui.done = app.el("div", { class: "done" });
    ui.thumb = app.el("div", { class: "thumb" });
    ui.slider = app.el("div", {
      class: "slider", role: "slider", tabindex: "0", "aria-label": "Date", "aria-orientation": "horizontal",
      on: { pointerdown: onDown, pointermove: onHover, pointerleave: () => { ui.hint.hidden = true; } },
    }, ui.bars, app.el("div", { class: "rail" }, ui.done), ui.thumb);
    ui.ticks = app.el("div", { class: "ticks" });
    ui.hint = app.el("div", { class: "hint", hidden: true });
    ui.track = app.el("div", { class: "track" }, ui.slider, ui.ticks, ui.hint);
    ui.root = app.el("section", { class: "panel time", "data-panel": "", "aria-label": "Time" },
      app.el("div", { class: "buttons" }, ui.play, ui.speed), ui.track);
    document.getElementById("mapapp-ui").append(ui.root);
    new ResizeObserver(() => { if (app.payload) layOut(); }).observe(ui.track);
  };

  const span = () => Math.max(1, app.payload.days.count - 1);
  const xOf = (day) => (app.payload.days.count === 1 ? 0.5 : day / span());

  // --- bars -----------------------------------------------------------------------------------------------------
  const count = () => {
    const days = app.payload.days.count;
    const width = Math.ceil(days / MAX_BARS);
    bars = [];
    for (let from = 0; from < days; from += width) {
      bars.push({ from, to: Math.min(days, from + width), n: 0, inexact: 0, actors: new Map() });
    }
    for (const event of app.events.list) {
      if (event.hidden) continue;
      // An event whose day is not known exactly counts in parts on each of its days.
      const on = app.events.daysOf(event);
      const part = 1 / ((event.to ?? event.from) - event.from + 1);
      for (const day of on) {
        const bar = bars[Math.floor(day / width)];
        bar.n += part;
        if (part < 1) bar.inexact += part;
        bar.actors.set(event.actor ?? "", (bar.actors.get(event.actor ?? "") ?? 0) + part);
      }
    }
  };

  const layOut = () => {
    const width = ui.slider.clientWidth;
    const height = ui.bars.clientHeight || 56;
    if (!width) return;
    ui.bars.setAttribute("viewBox", `0 0 ${width} ${height}`);
    ui.bars.replaceChildren();
    const most = Math.max(1, ...bars.map((bar) => bar.n));
    const scale = (n) => (n ? Math.max(3, (n / most) * (height - 4)) : 0);
    const step = bars.length > 1 ? width * xOf(bars[1].from) : width;
    const wide = Math.max(1, Math.min(40, step * 0.62));
    const order = [...app.actors.keys(), ""];
    for (const bar of bars) {
      const middle = (bar.from + bar.to - 1) / 2;
      const group = app.svg("g", { "data-from": bar.from });
      const whole = scale(bar.n);
      let y = height;
      for (const code of order) {
        const n = bar.actors.get(code);
        if (!n) continue;
        const tall = (whole * n) / bar.n;
        y -= tall;
        group.append(app.svg("rect", {
          x: width * xOf(middle) - wide / 2, y, width: wide, height: Math.max(0.8, tall - 0.6), rx: Math.min(1.5, wide / 3),
          fill: code ? app.colourOf(code, bar.from) : app.payload.style.unknown,
        }));
      }
      bar.node = group;
      bar.isLater = false;
      ui.bars.append(group);
    }
    // Ticks: as many as there is room for, on round steps.
    const room = app.isPhone() ? 46 : 62;
    const steps = [1, 2, 5, 7, 14, 30, 61, 91, 182, 365, 730, 1825, 3650];
    const days = app.payload.days.count;
    const every = steps.find((n) => (days / n) * room <= width) ?? steps[steps.length - 1];
    ui.ticks.replaceChildren();
    ticks = new Map();
    ui.now = null;
    ui.slider.setAttribute("aria-valuemin", 0);
    ui.slider.setAttribute("aria-valuemax", days - 1);
    for (let day = 0; day < days; day += every) {
      const tick = app.el("button", {
        type: "button", class: "tick", tabindex: "-1", "data-day": app.isoOf(day), "aria-label": "Go to " + app.formatDay(day),
        on: { click: () => { stop(); app.setDay(day); ui.slider.focus({ preventScroll: true }); } },
      }, every >= 61 ? app.formatDay(day, "month") : app.formatDay(day, "short"));
      tick.style.left = xOf(day) * 100 + "%";
      ui.ticks.append(tick);
      ticks.set(day, tick);
    }
    show();
  };

  const show = () => {
    const day = app.day;
    const share = xOf(day) * 100 + "%";
    ui.done.style.width = share;
    ui.thumb.style.left = share;
    for (const bar of bars) {
      if (!bar.node || bar.isLater === bar.from > day) continue;
      bar.isLater = bar.from > day;
      bar.node.classList.toggle("later", bar.isLater);
    }
    if (ui.now !== ticks.get(day)) {
      ui.now?.classList.remove("now");
      ui.now = ticks.get(day);
      ui.now?.classList.add("now");
    }
    const today = app.events.on(day).length;
    const changes = app.territory.changesOn(day).length;
    ui.slider.setAttribute("aria-valuenow", day);
    ui.slider.setAttribute("aria-valuetext",
      `${app.formatDay(day, "full")}, ${app.plural(today, "event")}, ${app.plural(changes, "area")} changed`);
  };

  // --- dragging -------------------------------------------------------------------------------------------------
  let wantedDay = null;
  const dayAt = (event) => {
    const box = ui.slider.getBoundingClientRect();
    return Math.round(Math.max(0, Math.min(1, (event.clientX - box.left) / box.width)) * span());
  };
  const follow = () => {
    if (wantedDay !== null) app.setDay(wantedDay);
    wantedDay = null;
  };
  const onDown = (event) => {
    if (event.button !== 0) return;
    stop();
    event.preventDefault();
    ui.slider.focus({ preventScroll: true });
    ui.slider.setPointerCapture(event.pointerId);
    ui.root.classList.add("dragging");
    app.setDay(dayAt(event));
    const move = (e) => {
      if (wantedDay === null) requestAnimationFrame(follow);
      wantedDay = dayAt(e);
    };
    const up = () => {
      follow();
      ui.root.classList.remove("dragging");
      ui.slider.removeEventListener("pointermove", move);
      ui.slider.removeEventListener("pointerup", up);
      ui.slider.removeEventListener("pointercancel", up);
    };
    ui.slider.addEventListener("pointermove", move);
    ui.slider.addEventListener("pointerup", up);
    ui.slider.addEventListener("pointercancel", up);
  };
  const onHover = (event) => {
    if (event.pointerType === "touch" || !app.payload) return;
    const day = dayAt(event);
    const bar = bars.find((item) => day >= item.from && day < item.to);
    if (!bar) return;
    const whole = Math.round(bar.n * 10) / 10;
    ui.hint.replaceChildren(
      app.el("b", {}, app.formatDay(bar.from, "short") + (bar.to - bar.from > 1 ? " – " + app.formatDay(bar.to - 1, "short") : "")),
      " · " + app.plural(whole, "event") + (bar.inexact ? `, ${Math.round(bar.inexact * 10) / 10} without an exact day` : ""),
      [...bar.actors].sort((a, b) => b[1] - a[1]).slice(0, 4).map(([code, n]) =>
        app.el("span", { class: "hint-row" },
          app.el("i", { class: "chip", style: { background: code ? app.colourOf(code, bar.from) : app.payload.style.unknown } }),
          app.bdi(app.actorName(code)), " " + Math.round(n * 10) / 10))
    );
    ui.hint.hidden = false;
    const box = ui.track.getBoundingClientRect();
    const x = Math.max(70, Math.min(box.width - 70, event.clientX - box.left));
    ui.hint.style.left = x + "px";
  };

  // --- playing --------------------------------------------------------------------------------------------------
  const setSpeed = (next) => {
    speed = next;
    ui.speed.textContent = SPEEDS[speed].name;
    ui.speed.setAttribute("aria-label", "Speed " + SPEEDS[speed].name);
    if (playing) {
      stop();
      toggle();
    }
  };
  const stop = () => {
    clearInterval(playing);
    playing = 0;
    ui.play.replaceChildren(app.icon(PLAY));
    ui.play.setAttribute("aria-label", "Play");
  };
  const toggle = () => {
    if (playing) return stop();
    if (app.day >= app.payload.days.count - 1) app.setDay(0);
    playing = setInterval(() => {
      app.setDay(app.day + 1);
      if (app.day >= app.payload.days.count - 1) stop();
    }, SPEEDS[speed].ms);
    ui.play.replaceChildren(app.icon(PAUSE));
    ui.play.setAttribute("aria-label", "Pause");
  };

  const KEYS = {
    ArrowLeft: () => app.day - 1,
    ArrowRight: () => app.day + 1,
    Home: () => 0,
    End: () => app.payload.days.count - 1,
    PageUp: () => app.day + PAGE_DAYS,
    PageDown: () => app.day - PAGE_DAYS,
  };
  const onKey = (event) => {
    if (!app.payload || app.focus || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.defaultPrevented) return;
    const target = event.target;
    if (target instanceof Element && target.closest("input, select, textarea")) return;
    const inPanel = target instanceof Element && target.closest(".card, .menu");
    if (inPanel && event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    if (KEYS[event.key]) {
      event.preventDefault();
      stop();
      app.setDay(KEYS[event.key]());
    } else if (event.key === " " && !(target instanceof Element && target.closest("button, a, summary"))) {
      event.preventDefault();
      toggle();
    }
  };

  app.parts.push({
    start() {
      build();
      document.addEventListener("keydown", onKey);
    },
    load() {
      stop();
      count();
      layOut();
    },
    onDay: show,
    onFocus: () => stop(),
    onTheme: () => layOut(),
  });
})();
