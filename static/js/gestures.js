// Rows moved, doubled, removed, brought back, and blocks of cells: through the queue, as cells. Without
// a line the page shows what will come of them; by `held.ahead` no poll undoes that.
import { announce, showTrouble } from "./app.js";
import { columnOf, linksIn, tableOf } from "./cells.js";
import { milestoneNamed, set } from "./forms.js";
import { latest } from "./poll.js";
import { line, newId, send, waitingIds } from "./queue.js";
import { milestoneOver, newRow } from "./rows.js";
import { controlsIn, grid, grow, held, isBusy, nameOf, stateOf, toastOf, words } from "./saving.js";

const GOES_AFTER = 12000;
const body = () => grid.querySelector(".grid > tbody");
/** What was removed on this page alone. */
const removed = new Map();

/** Say it in a toast and aloud: a piece of the page, or a sentence. */
export function say(html, sentence) {
  const toasts = document.getElementById("toasts");
  if (html) toasts.innerHTML = html;
  else toastOf(sentence).button.remove();
  announce(sentence ?? toasts.querySelector("p").textContent.trim());
  const toast = toasts.firstElementChild;
  toast.querySelector("[data-dismiss]")?.addEventListener("click", () => toast.remove());
  return toast;
}

/** Send a gesture {url, fields, of}: `of` is the row it is about, a block's page. Returns the answer that decided. */
export async function perform(edit) {
  let isAhead = false;
  held.saves++;
  const answer = await send(edit, (kind) => {
    if (!isAhead && kind !== "kept") {
      isAhead = true;
      held.ahead++;
      showAhead(edit);
    }
    waits(edit, kind);
  });
  held.saves++;
  if (isAhead) {
    held.ahead--;
    settle(edit);
  }
  document.querySelectorAll(`#toasts [data-of="${edit.fields.edit_id}"]`).forEach((toast) => toast.remove());
  tell(edit, answer);
  if (!held.ahead) await held.look(true);
  return answer;
}

/** While it waits: said on the page, and before leaving it if nothing else keeps it. */
function waits({ url, fields, of }, kind) {
  if (kind === "signedOut") showTrouble("signed-out");
  const isRemoval = fields.do === "remove" && removed.has(of);
  const isSaid = document.querySelector(`#toasts [data-of="${fields.edit_id}"]`);
  if (kind !== "unsaved" || isSaid || (line.keeper && !fields.block && !isRemoval)) return;
  const { toast, button } = toastOf(line.keeper ? words.kept : words.unsaved);
  announce(toast.firstChild.textContent);
  toast.dataset.of = fields.edit_id;
  toast.toggleAttribute("data-unsaved", !line.keeper);
  if (!isRemoval) return void button.remove();
  button.addEventListener("click", () => {
    toast.remove();
    perform({ url, fields: { do: "restore", edit_id: newId() }, of });
  });
}

function tell({ fields }, { status, html, message, kept, refused, conflicts }) {
  if (status === 404) return showTrouble("gone");
  if (!html && !message) return;
  const toast = say(html, message);
  if (html && kept === undefined) return toast.querySelector("button")?.focus();
  // What went well need not be put away by hand; what did not stays to be read.
  const goes = () => (toast.matches(":hover, :focus-within") ? setTimeout(goes, GOES_AFTER) : toast.remove());
  if (!refused && !conflicts && (status === 200 || fields.do)) setTimeout(goes, GOES_AFTER);
}

/** Moving, removing and bringing back, by the form of a row's menu or of a toast. */
export function actOnRow(form, choice) {
  const row = form.closest("tbody > tr");
  form.closest(".toast")?.remove();
  form.closest("details")?.removeAttribute("open");
  return perform({ url: form.action, fields: { do: choice, edit_id: newId() }, of: row?.id ?? "" });
}

/** Write `rows` of one table; `pasted` when their cells are columns of the screen. */
export function sendBlock(table, rows, pasted = false) {
  if (!rows.length) return null;
  if (!line.away) say("", words.saving);
  const id = newId();
  const block = { id, table, day: grid.dataset.day, pasted, rows, after: waitingIds() };
  return perform({ url: grid.dataset.blockUrl, fields: { block: JSON.stringify(block), edit_id: id }, of: location.pathname });
}

/** Undo or redo one's own last edit, as the server knows it. */
export function turn(form) {
  if (line.away || !navigator.onLine) return showTrouble("undo");
  const place = form.querySelector("[name=place]").value;
  return perform({ url: form.action, fields: { do: form.dataset.turn, place, edit_id: newId() } });
}

/** Ctrl+Z, Ctrl+Shift+Z and Ctrl+Y, where no text is being written. */
export function turnByKey(event) {
  const key = event.key.toLowerCase();
  const wanted = key === "y" || (key === "z" && event.shiftKey) ? "redo" : key === "z" ? "undo" : "";
  const form = wanted && document.querySelector(`[data-tools] [data-turn=${wanted}]`);
  if (!form) return false;
  event.preventDefault();
  turn(form);
  return true;
}

// What will come of it, on this page ---------------------------------------------------------------

/** A row; a milestone with all that stands below it. */
export function partOf(row) {
  const part = [row];
  if (tableOf(row) !== "milestone") return part;
  for (let next = row.nextElementSibling; next && !next.matches(".group"); next = next.nextElementSibling) part.push(next);
  return part;
}

const AHEAD = {
  up: (row) => step(row, -1),
  down: (row) => step(row, 1),
  place: (row, { before, parent }) => {
    const table = tableOf(row);
    const next = before && document.getElementById(nameOf(table, before));
    const milestone = parent && document.getElementById(nameOf("milestone", parent));
    if (next) next.before(...partOf(row));
    else if (milestone && table === "activity") partOf(milestone).filter((one) => one !== row).at(-1).after(row);
    else body().append(...partOf(row));
  },
  duplicate: (row, { edit_id }) => {
    const { status, milestone, ...cells } = latest.get(row.id)?.cells ?? {};
    row.after(begin(edit_id, tableOf(row), milestoneOver(row), cells));
  },
  remove: (row) => {
    const part = partOf(row);
    removed.set(row.id, { part, before: part.at(-1).nextElementSibling });
    part.forEach((one) => one.remove());
  },
};

function showAhead({ fields, of }) {
  if (fields.block) return showBlock(JSON.parse(fields.block));
  if (fields.do === "restore") return bringBack(of);
  const row = document.getElementById(of);
  if (row) AHEAD[fields.do]?.(row, fields);
}

function step(row, way) {
  const isMilestone = tableOf(row) === "milestone";
  const all = [...body().children].filter((other) => !isMilestone || other.matches(".group"));
  const other = all[all.indexOf(row) + way];
  if (!other || tableOf(other) !== tableOf(row)) return;
  if (way < 0) other.before(...partOf(row));
  else partOf(other).at(-1).after(...partOf(row));
}

function bringBack(of) {
  const { part, before } = removed.get(of) ?? {};
  if (!part) return;
  removed.delete(of);
  if (before?.isConnected) before.before(...part);
  else body().append(...part);
}

/** A row that the server will make under `key`, as a form: it may be written in at once. */
function begin(key, table, milestone, cells) {
  const row = newRow(key, table, milestone);
  row.dataset.ahead = "";
  for (const control of controlsIn(row)) if (control.dataset.field in cells) set(control, cells[control.dataset.field]);
  controlsIn(row).forEach(grow);
  return row;
}

function showBlock({ table, rows }) {
  for (const { row: id, key, milestone, cells } of rows) {
    const row = id && document.getElementById(nameOf(table, id));
    if (row && cells.removed) AHEAD.remove(row);
    else if (row) write(row, cells);
    else if (key && !grid.querySelector(`[data-key="${CSS.escape(key)}"]`)) begin(key, table, milestone ? milestoneNamed(milestone) : null, cells);
  }
}

/** Texts into a row that stands there as text or as a form. */
function write(row, cells) {
  const known = latest.get(row.id)?.cells;
  for (const [field, text] of Object.entries(cells)) {
    if (known && field in known) known[field] = text;
    const link = linksIn(row).find((one) => columnOf(one) === field);
    if (link) link.textContent = text;
  }
  for (const control of controlsIn(row)) {
    const { field } = control.dataset;
    if (!(field in cells) || isBusy(control)) continue;
    stateOf(control).seen = control.value = cells[field];
    grow(control);
  }
}

/** The server has decided: its own drawing takes the place of ours. */
function settle({ fields, of }) {
  const { table, rows } = fields.block ? JSON.parse(fields.block) : { rows: [] };
  const names = [of, ...rows.map(({ row }) => row && nameOf(table, row))];
  for (const name of names.filter(Boolean)) {
    const row = document.getElementById(name);
    if (row) row.dataset.version = `${row.dataset.version.split("-")[0]}-ahead`;
  }
  for (const key of [fields.edit_id, ...rows.map((row) => row.key)].filter(Boolean)) {
    const row = grid.querySelector(`[data-ahead][data-key="${key}"]`);
    if (row && !controlsIn(row).some(isBusy) && !row.contains(document.activeElement)) row.remove();
  }
}

/** Is what an earlier page left waiting about this page? */
export const hasPlace = ({ fields, of }) => (fields.block ? of === location.pathname : Boolean(of && document.getElementById(of)));
