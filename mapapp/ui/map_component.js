// Shows the map document in a sandboxed frame, posts data into it and hands its state to the app.
//
// It is mounted twice. First the ground, which stays while people decide, so that it is sent once:
//   {name, shell: string, text: string (JSON), hash: string}
// then the view, with what is to be shown as changes of that text: new text, and stretches of it as [start, end]:
//   {name, ground: string (its hash), hash: string, changes: [string | [number, number]], date: string,
//    isSmall: boolean, command: {id, fit, date?, route?} | null}
// The frame is made once and never reloaded while it is on the page: new data is posted into the running document.
// The frame has no `allow-same-origin`, so its origin is opaque: what comes from it is known by its window alone, and
// what goes to it can only be addressed to "*". It is still taken as hostile here and read field by field.

const views = new WeakMap();
// Of this page, whichever of the mounts made them.
const grounds = (window.mapappGrounds ??= new Map());
const shown = (window.mapappViews ??= new Set());

const isDark = (host) => {
  const colour = getComputedStyle(host).getPropertyValue("--st-background-color").trim();
  const probe = document.createElement("span");
  probe.style.color = colour || "#fff";
  document.body.append(probe);
  const [red, green, blue] = (getComputedStyle(probe).color.match(/[\d.]+/g) || [255, 255, 255]).map(Number);
  probe.remove();
  return 0.299 * red + 0.587 * green + 0.114 * blue < 128;
};

// Returns the state with only the fields of the contract, or null if the message is not one.
const readState = (message) => {
  const { date, bounds, zoom, clicked } = message;
  if (typeof date !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(date)) return null;
  const hasBounds = Array.isArray(bounds) && bounds.length === 4 && bounds.every(Number.isFinite);
  return {
    date,
    bounds: hasBounds ? bounds : null,
    zoom: Number.isFinite(zoom) ? zoom : null,
    clicked: clicked && typeof clicked === "object" ? `${clicked.kind}:${clicked.id}`.slice(0, 200) : null,
  };
};

const mount = (root) => {
  const view = { isOpen: false, isLoaded: false, shownHash: null, shownTheme: null, doneCommand: null, lastState: null, data: null };
  const frame = document.createElement("iframe");
  frame.title = "Map";
  frame.setAttribute("sandbox", "allow-scripts allow-popups");
  frame.setAttribute("referrerpolicy", "no-referrer");

  const post = (message) => frame.contentWindow && frame.contentWindow.postMessage(message, "*");

  view.refresh = () => {
    const { name, ground, changes, hash, date, command } = view.data;
    const { shell, text, hash: found } = grounds.get(name) ?? {};
    if (found !== ground) return; // it is on its way
    if (!view.isOpen) {
      view.isOpen = true;
      frame.srcdoc = shell;
      root.querySelector(".mapapp-view").replaceChildren(frame);
    }
    if (!view.isLoaded) return;
    if (hash !== view.shownHash) {
      const isFirst = view.shownHash === null;
      const payload = changes.map((part) => (typeof part === "string" ? part : text.slice(...part))).join("");
      post({ type: "mapapp:payload", payload });
      view.shownHash = hash;
      if (isFirst) post({ type: "mapapp:set", date: view.lastState ? view.lastState.date : date });
    }
    // The document knows no theme before it has data.
    if (view.theme !== view.shownTheme) {
      post({ type: "mapapp:set", theme: view.theme });
      view.shownTheme = view.theme;
    }
    if (command && command.id !== view.doneCommand) {
      const { id, ...what } = command;
      post({ type: "mapapp:set", ...what });
      view.doneCommand = id;
    }
  };

  const onMessage = (event) => {
    if (event.source !== frame.contentWindow || !event.data || event.data.type !== "mapapp:state") return;
    const state = readState(event.data);
    if (state === null || JSON.stringify(state) === JSON.stringify(view.lastState)) return;
    view.lastState = state;
    // Nobody follows a small map; and what it tells would be taken together with a click elsewhere, which is then lost.
    if (!view.data.isSmall) view.send("view", state);
  };

  // A frame that is moved within the page loads again, empty: everything is then posted once more.
  frame.addEventListener("load", () => {
    view.isLoaded = true;
    view.shownHash = null;
    view.shownTheme = null;
    view.refresh();
  });
  window.addEventListener("message", onMessage);
  view.remove = () => {
    window.removeEventListener("message", onMessage);
    frame.remove();
    views.delete(root);
    shown.delete(view);
  };
  view.frame = frame;
  shown.add(view);
  return view;
};

export default function (component) {
  const { data, parentElement, setStateValue } = component;
  if ("text" in data) {
    grounds.set(data.name, data);
    for (const view of shown) view.refresh();
    return undefined;
  }
  let view = views.get(parentElement);
  if (!view || (view.isOpen && !view.frame.isConnected)) {
    if (view) view.remove();
    view = mount(parentElement);
    views.set(parentElement, view);
  }
  view.send = setStateValue;
  view.data = data;
  parentElement.querySelector(".mapapp-view").classList.toggle("is-small", data.isSmall);
  view.theme = isDark(parentElement.host || parentElement) ? "dark" : "light";
  view.refresh();
  return view.remove;
}
