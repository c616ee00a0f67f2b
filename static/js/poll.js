// What others changed, within three seconds, part by part: a row, a text, a note. Nothing here touches
// a cell with focus or unsent words. Screen readers hear one sentence about all of it.
//
// The address in data-poll answers 304, or {here, parts}: `here` is who is in which part (presence.js),
// `parts` [{id, version, html, cells, by, own, merged}] are left out when only people moved. `html` is for
// a part that is shown as text, `cells` (field → text) for one that is open for writing, `by` wrote last.
import { announce } from "./app.js";
import { showWhoIsHere } from "./presence.js";

import { isAway } from "./queue.js";

// The answer takes a moment too.
const EVERY = 2500;
const QUIET = 6000;
const words = document.getElementById("poll-words")?.dataset ?? {};
/** The parts of the page as the server, or the device without a line, told them last. */
export const latest = new Map();

/** Keep `place` up to date. `grid` tells about its controls: see the end of grid.js. */
export function startPolling(place, grid) {
  let etag = "";
  let timer = 0;

  /** Look now; `anew`: also for what the page shows otherwise than the server said. */
  async function now(anew = false) {
    clearTimeout(timer);
    if (anew === true) etag = "";
    try {
      if (!document.hidden) await ask();
    } catch (error) {
      // The next time will tell. What is on the page stays.
      if (error instanceof TypeError) isAway(true);
    }
    timer = setTimeout(now, EVERY);
  }

  async function ask() {
    const before = grid.saves();
    const headers = { "X-Requested-With": "fetch" };
    if (etag) headers["If-None-Match"] = etag;
    const answer = await fetch(place.dataset.poll, { headers, signal: AbortSignal.timeout(10000) });
    // The device answers for a server that is away, or too slow.
    if (answer.headers.has("X-Kept")) isAway(true);
    else if (answer.status < 500) isAway(false);
    if (answer.status !== 200) return;
    const { parts, here = [] } = await answer.json();
    if (!grid.isMaking()) parts?.forEach((part) => latest.set(part.id, part));
    // Saved meanwhile: this answer may be from before it, the next one is not.
    if (before !== grid.saves() || grid.isMaking()) return;
    if (parts) {
      listen(parts);
      merge(place, parts, grid);
    }
    showWhoIsHere(place, here, words.here);
    etag = answer.headers.get("ETag") ?? "";
  }

  document.addEventListener("visibilitychange", () => document.hidden || now());
  timer = setTimeout(now, EVERY);
  return { now };
}

const cellsBefore = new Map();
const news = { cells: 0, names: new Set(), timer: 0, spoken: 0 };

/** Count the cells that others changed since the last look; said when there was quiet for a while. */
function listen(parts) {
  const isFirst = !cellsBefore.size;
  for (const { id, cells = {}, by, own } of parts) {
    const before = cellsBefore.get(id) ?? {};
    cellsBefore.set(id, cells);
    if (isFirst || own) continue;
    const changed = Object.keys(cells).filter((field) => field !== "position" && cells[field] !== (before[field] ?? "") && !isShown(id, field, cells));
    news.cells += changed.length;
    if (changed.length && by) news.names.add(by);
  }
  if (news.cells && !news.timer) news.timer = setTimeout(speak, Math.max(0, news.spoken + QUIET - Date.now()));
}

/** One's own words, which this page sent: no news. */
function isShown(id, field, cells) {
  const control = document.getElementById(id)?.querySelector(`[data-field="${field}"]`);
  return control?.value.trim() === cells[field];
}

function speak() {
  const names = [...news.names].join(", ") || words.someone;
  announce(words.changed.replace("%s", names).replace("%n", news.cells));
  Object.assign(news, { cells: 0, names: new Set(), timer: 0, spoken: Date.now() });
}

function merge(place, parts, grid) {
  const rows = place.querySelector("tbody");
  for (const part of parts) {
    const known = document.getElementById(part.id);
    const controls = known ? grid.controlsIn(known) : [];
    if (controls.length) {
      for (const control of controls) {
        if (control.dataset.field in part.cells) grid.accept(control, part.cells[control.dataset.field], part.by, part.merged);
      }
      known.dataset.version = part.version;
    } else if (!known) {
      rows.append(element(part.html));
    } else if (known.dataset.version !== String(part.version) && !("opening" in known.dataset)) {
      // (A row that is about to open for writing must still be there when its form comes.)
      replace(known, element(part.html));
    }
  }
  const ids = parts.map((part) => part.id);
  for (const row of [...rows.querySelectorAll("tr[id]")]) {
    if (!ids.includes(row.id)) drop(row, grid);
  }
  order(rows, ids);
  place.querySelector("[data-no-rows]")?.toggleAttribute("hidden", Boolean(rows.querySelector("tr")));
}

function element(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return holder.content.firstElementChild;
}

/** The new text in the place of the old; focus on one of its links stays where it was, and what was folded stays so. */
function replace(old, fresh) {
  if (old.querySelector("details.menu[open]")) return;
  const [before, after] = [old, fresh].map((part) => part.querySelector("details:not(.menu)"));
  if (before && after) after.open = before.open;
  const focused = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
  old.replaceWith(fresh);
  if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

/** Someone removed this row. With unsent words in it, it stays to say so. */
function drop(row, grid) {
  const controls = grid.controlsIn(row);
  if (row.contains(document.activeElement) && controls.length) return controls.forEach(grid.removed);
  if (controls.some(grid.isBusy)) return controls.filter(grid.isBusy).forEach(grid.removed);
  row.remove();
}

/** The order of the server; rows that are not there yet stay last. A row in use is not moved. */
function order(rows, ids) {
  const shown = [...rows.querySelectorAll("tr[id]")];
  const wanted = ids.map((id) => document.getElementById(id)).filter((row) => row?.parentElement === rows);
  if (wanted.every((row, at) => row === shown[at])) return;
  if (rows.querySelector(":scope :focus")?.matches("[data-field]")) return;
  const focused = document.activeElement;
  const rest = [...rows.children].filter((row) => !wanted.includes(row));
  for (const row of wanted) {
    rows.append(row, ...rest.filter((other) => other.dataset.below && row.querySelector(`#${CSS.escape(other.dataset.below)}`)));
  }
  rows.append(...rest.filter((row) => !row.dataset.below));
  focused?.focus?.({ preventScroll: true });
}
