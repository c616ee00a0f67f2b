// The week board keeps itself up to date: every five seconds, while it is seen.

const EVERY = 5000;
const board = document.getElementById("board");
let etag = "";

async function look() {
  try {
    if (!document.hidden) await ask();
  } catch {
    // No line: the board stays as it is, and says since when.
  }
  setTimeout(look, EVERY);
}

async function ask() {
  const headers = { "X-Requested-With": "fetch" };
  if (etag) headers["If-None-Match"] = etag;
  const answer = await fetch(location.href, { headers, signal: AbortSignal.timeout(10000) });
  if (answer.status !== 200) return;
  etag = answer.headers.get("ETag") ?? "";
  const focused = document.activeElement?.getAttribute("href");
  board.innerHTML = await answer.text();
  if (focused) board.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

setTimeout(look, EVERY);
