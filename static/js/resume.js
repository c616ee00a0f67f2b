// Sheets and plans without a line: a row opens from what the page was told last, and what was kept
// stands in its cells again before it is sent.
import { formFor, milestoneNamed } from "./forms.js";
import { isAway, isCell, newId } from "./queue.js";
import { latest } from "./poll.js";
import { closeRow, newRow } from "./rows.js";
import { deliver, grid, grow, held, nameOf, words } from "./saving.js";

/** The control of a kept edit, in its row, which is opened for it; null when it is not on this page. */
function controlOf({ url, fields: { table, row, key, day, field, milestone } }, opened) {
  if (url !== grid.dataset.cellsUrl) return null;
  const of = (name, value) => `[data-${name}="${CSS.escape(value)}"]`;
  let place = grid.querySelector(`${of("table", table)}${of("row", row)}${row === "new" ? of("key", key) : ""}`);
  const isHere = day ? location.pathname.endsWith(`/${day}/`) : document.getElementById(`new-${table}`);
  if (!place && row === "new" && isHere) {
    place = newRow(key, table, milestone && milestoneNamed(milestone));
    if (milestone) place.dataset.milestone = milestone;
    opened.add(place);
  } else if (!place) {
    const text = document.getElementById(nameOf(table, row));
    place = text && formFor(text);
    if (!place) return null;
    text.replaceWith(place);
    opened.add(place);
  }
  return place.querySelector(of("field", field));
}

/** Put kept edits back into the page and send them in their order; `elsewhere` sends what has no place here. */
export async function resume(edits, elsewhere) {
  held.formFor = formFor;
  // Scripts of the page come first: they know how to ask for what is newest.
  if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
  await new Promise((done) => setTimeout(done));
  if (edits.length && !latest.size) await held.look();
  const opened = new Set();
  const sent = [];
  const gestures = edits.every(isCell) ? null : await import("./gestures.js");
  for (const edit of edits) {
    if (!isCell(edit)) {
      if (gestures.hasPlace(edit)) gestures.perform(edit);
      else elsewhere(edit);
      continue;
    }
    const control = controlOf(edit, opened);
    if (!control) {
      elsewhere(edit);
      continue;
    }
    control.value = edit.fields.value;
    grow(control);
    sent.push(deliver(control, edit));
  }
  Promise.all(sent).then(() => opened.forEach((row) => row.isConnected && closeRow(row, false)));
}

/** This is the page as the device kept it: say so, and let nothing be taken for what was sent before. */
function beKept(at) {
  isAway(true);
  const place = document.getElementById("all-state");
  const when = new Date(Number(at)).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  if (place) place.dataset.note = place.textContent = words.keptPage.replace("%s", when);
  document.querySelectorAll("input[name=edit_id]").forEach((input) => {
    const row = grid.querySelector(`[data-key="${CSS.escape(input.value)}"]`);
    input.value = newId();
    if (row && row.dataset.row === "new") row.dataset.key = input.value;
  });
}

if (document.body.dataset.kept) beKept(document.body.dataset.kept);
