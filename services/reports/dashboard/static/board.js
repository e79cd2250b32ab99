// Keeps a board up to date: when the server has heard more, the page is fetched, and those of its
// parts that have changed are put in the place of the old ones. Without this script the page is the
// same, as of when it was loaded.
"use strict";

const STALE_MS = 8000; // without a stream: longer than one takes to come again

const shown = new Map(); // of each part, as the server wrote it
const updated = document.getElementById("updated");

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

function mark(before, after) {
  const old = [...before.querySelectorAll("strong[data-measure]")].map((each) => each.textContent);
  after.querySelectorAll("strong[data-measure]").forEach((each, place) => {
    if (place < old.length && old[place] !== each.textContent) each.classList.add("changed");
  });
}

function put(before, after) {
  const link = before.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  const behind = ".drawing + details .wide, .map + ul";
  const [table, drawing] = [before.querySelector(behind), after.querySelector(".drawing")];
  if (table && drawing) { // the drawing stays, and goes over to the new numbers
    mark(table, after.querySelector(behind));
    table.replaceChildren(...after.querySelector(behind).childNodes);
    draw(before);
  } else {
    mark(before, after);
    before.replaceWith(after);
    if (drawing) draw(after);
  }
  if (link) document.querySelector(`#board a[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
}

async function refresh() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (answer.redirected) { location.reload(); return; } // the session is over
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const after of page.querySelectorAll("#board [data-part]")) {
    const name = after.dataset.part;
    const before = document.querySelector(`#board [data-part="${name}"]`);
    const html = after.innerHTML;
    if (before && shown.get(name) !== html) {
      put(before, after);
      shown.set(name, html);
    }
  }
  updated.querySelector("time").textContent = page.querySelector("#updated time").textContent;
}

if (updated) {
  const board = document.getElementById("board");
  for (const part of board.querySelectorAll("[data-part]")) shown.set(part.dataset.part, part.innerHTML);
  drawAll(board);
  let busy = false;
  let again = false;
  const ask = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try { await refresh(); } catch { /* the next event tries again */ }
    busy = false;
    if (again) { again = false; ask(); }
  };
  const live = new EventSource(updated.dataset.live);
  const pulse = updated.querySelector(".pulse");
  const words = pulse.textContent;
  const say = (stale) => { updated.classList.toggle("stale", stale); pulse.textContent = stale ? updated.dataset.stale : words; pulse.hidden = false; };
  let lost = 0;
  live.addEventListener("open", () => { clearTimeout(lost); lost = 0; say(false); });
  live.addEventListener("error", () => { lost ||= setTimeout(say, STALE_MS, true); });
  live.addEventListener("heard", ask);
  addEventListener("beforeunload", () => live.close());
}
