// Places that the added articles speak of.
(() => {
  "use strict";
  const app = window.mapapp;
  let group = null;

  app.drawers.mentions = {
    draw(data) {
      const renderer = L.svg({ pane: "mentions", padding: 0.4 });
      group = L.featureGroup(
        data.places.filter((place) => place.point).map((place) =>
          L.circleMarker(place.point, {
            renderer, pane: "mentions", className: "mention", weight: 2, bubblingMouseEvents: false,
            radius: 6 + Math.min(6, Math.sqrt(place.n)),
          }).on("click", () => app.pickMention(place))
        )
      );
      if (app.shown.get("mentions")) group.addTo(app.map);
    },
    clear() {
      group?.remove();
      group = null;
    },
    setShown(on) {
      if (on) group?.addTo(app.map);
      else group?.remove();
    },
  };
})();
