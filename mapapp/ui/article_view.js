// Shows an article with its places and quotes marked. Everything is made of text nodes: nothing is read as HTML.
//
// data: {paragraphs: [[{text, mention: number | null, quote: string | null, title: string}]], picked: number | null}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".article");
  const paragraphs = data.paragraphs.map((pieces) => {
    const paragraph = document.createElement("p");
    paragraph.dir = "auto";
    for (const piece of pieces) {
      let node = document.createTextNode(piece.text);
      if (piece.mention !== null) {
        const mark = document.createElement("mark");
        mark.className = piece.isPlaced ? "place" : "place unplaced";
        if (piece.mention === data.picked) mark.classList.add("picked");
        mark.title = piece.title;
        mark.tabIndex = 0;
        mark.setAttribute("role", "button");
        mark.append(node);
        const pick = () => setTriggerValue("picked", piece.mention);
        mark.addEventListener("click", pick);
        mark.addEventListener("keydown", (event) => {
          if (event.key === "Enter" || event.key === " ") {
            event.preventDefault();
            pick();
          }
        });
        node = mark;
      }
      if (piece.quote !== null) {
        const quote = document.createElement("span");
        quote.className = piece.isFocus ? `${piece.quote} focus` : piece.quote;
        quote.append(node);
        node = quote;
      }
      paragraph.append(node);
    }
    return paragraph;
  });
  const top = root.scrollTop;
  root.replaceChildren(...paragraphs);
  root.scrollTop = top;
  const focus = root.querySelector(".focus");
  if (focus && root.dataset.focus !== data.focus) {
    // Only the box scrolls, and only when another claim is looked at: the page stays where the reader has it.
    const from = focus.getBoundingClientRect().top - root.getBoundingClientRect().top;
    root.scrollTop = top + from - root.clientHeight / 3;
  }
  root.dataset.focus = data.focus;
}
