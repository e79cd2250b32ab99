// Keeps a board up to date: when the server has heard more, the page is fetched and its board put
// in the place of the old one. Without this script the page is the same, as of when it was loaded.
"use strict";

const updated = document.getElementById("updated");

async function refresh() {
  const answer = await fetch(location.href, { credentials: "same-origin" });
  if (!answer.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const board = page.getElementById("board");
  if (!board) return;
  const focused = document.activeElement?.getAttribute("href");
  document.getElementById("board").replaceWith(board);
  updated.querySelector("time").textContent = page.querySelector("#updated time").textContent;
  if (focused) board.querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

if (updated) {
  let busy = false;
  let again = false;
  const ask = async () => {
    if (busy) { again = true; return; }
    busy = true;
    try { await refresh(); } catch { /* the next event tries again */ }
    busy = false;
    if (again) { again = false; ask(); }
  };
  new EventSource(updated.dataset.live).addEventListener("heard", ask);
}
