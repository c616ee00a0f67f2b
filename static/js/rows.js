// Rows of a grid: a row of text opens as a form, turns to text again; new ones begin here.
import { showTrouble } from "./app.js";
import { isAway, line } from "./queue.js";
import { commit, controlsIn, grid, grow, held, isBusy, newId } from "./saving.js";

/** A row's other looks, text or form: without a line to the server it turns to the one it had. */
const others = new WeakMap();

/** A piece of the page from the server; without a line what `instead` gives. */
async function piece(url, instead = () => null) {
  const headers = { "X-Requested-With": "fetch" };
  const asked = () => fetch(url, { headers, signal: AbortSignal.timeout(15000) }).catch(() => null);
  const answer = line.away ? null : await asked();
  if (!answer) isAway(true);
  const other = answer ? null : instead();
  if (other) return other;
  if (answer?.ok) {
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    return holder.content.firstElementChild;
  }
  const kind = { 401: "signed-out", 404: "gone", 410: "gone" }[answer?.status];
  showTrouble(kind ?? (answer ? "server" : "line"));
  return null;
}

/** Write on where the text ends. */
function focusEnd(control) {
  control?.focus();
  if (control?.matches("textarea, [type=text]")) control.setSelectionRange(control.value.length, control.value.length);
}

/** A row of text becomes a form, at the cell that was pressed; the others turn to text. */
export async function openRow(link) {
  const row = link.closest("tr");
  if ("opening" in row.dataset) return;
  row.dataset.opening = "";
  const opened = await piece(link.href, () => others.get(row) ?? held.formFor?.(row));
  delete row.dataset.opening;
  if (!opened) return;
  others.set(opened, row);
  row.replaceWith(opened);
  controlsIn(opened).forEach(grow);
  const wanted = new URL(link.href).searchParams.get("cell");
  focusEnd(opened.querySelector(`[data-field="${wanted}"]`) ?? opened.querySelector("[data-field]"));
  for (const other of grid.querySelectorAll("tr.editing")) if (other !== opened) closeRow(other, false);
}

const isUntouched = (row) => row.dataset.row === "new" && !("ahead" in row.dataset) && !controlsIn(row).some(isBusy);

/** A row whose every word is saved turns to text again. */
export async function closeRow(row, focus = true, field = "") {
  const controls = controlsIn(row);
  await Promise.all(controls.map(commit));
  if (controls.some(isBusy) || !row.isConnected) return;
  if (isUntouched(row)) return focus || grid.querySelector("tbody tr:not(.editing)") ? row.remove() : undefined;
  if (row.dataset.row === "new") return;
  const text = await piece(row.dataset.textUrl, () => others.get(row));
  if (!text || controls.some(isBusy) || (!focus && row.contains(document.activeElement))) return;
  row.replaceWith(text);
  others.set(text, row);
  if (focus) (text.querySelector(`a.cell[href*="cell=${field.replace("_kind", "")}"]`) ?? text.querySelector("a.cell"))?.focus();
}

/** A form from its template on the page; `key` takes the place of `stand` in its ids. */
export function blank(template, stand, key) {
  const row = document.getElementById(template).content.firstElementChild.cloneNode(true);
  for (const part of row.querySelectorAll("[id], [aria-describedby]")) {
    for (const name of ["id", "aria-describedby"]) {
      const value = part.getAttribute(name);
      if (value) part.setAttribute(name, value.replace(`-${stand}-`, `-${key}-`));
    }
  }
  return row;
}

export const TEMPLATES = { row: ["new-row", "new"], activity: ["new-activity", 0], milestone: ["new-milestone", 0] };
TEMPLATES.sheetrow = TEMPLATES.row;

/** The milestone that a row of the plan stands below, or is. */
export function milestoneOver(row) {
  let above = row;
  while (above && !above.matches(".group")) above = above.previousElementSibling;
  return above;
}

/** The number of a row; for one that the server has not heard of, its key. */
export const nameIn = (row) => (row.dataset.row === "new" ? row.dataset.key : row.id.split("-")[1]);

/** A new row, called by its key until the server has given it a number; an activity is the last one
 * below `milestone`. */
export function newRow(key, table = "sheetrow", milestone = null) {
  const row = blank(...TEMPLATES[table], key);
  row.removeAttribute("id");
  Object.assign(row.dataset, { row: "new", key });
  let last = milestone;
  while (last?.nextElementSibling && !last.nextElementSibling.matches(".group")) last = last.nextElementSibling;
  if (last) last.after(row);
  else grid.querySelector("tbody").append(row);
  if (milestone) {
    const name = (row.dataset.milestone = nameIn(milestone));
    const title = milestone.querySelector("[data-field]")?.value ?? milestone.querySelector(".cell").textContent;
    row.querySelector("[data-field=milestone]").replaceChildren(new Option(title, name, true, true));
  }
  return row;
}

/** A milestone or an activity, begun here: its first word makes it. */
export function addHere(form) {
  const milestone = milestoneOver(form.closest("tr"));
  const row = newRow(newId(), milestone ? "activity" : "milestone", milestone);
  row.querySelector("[data-field]").focus();
  row.scrollIntoView({ block: "nearest" });
  document.querySelector("[data-no-rows]")?.setAttribute("hidden", "");
}

/** A new row needs no server: its first word makes it. A second press finds the one that is there. */
export function addRow() {
  const rows = grid.querySelector("tbody");
  let row = [...rows.querySelectorAll("[data-row=new]")].find(isUntouched);
  if (!row) {
    row = newRow(newId());
    for (const other of grid.querySelectorAll("tr.editing")) if (other !== row) closeRow(other, false);
  }
  row.querySelector("[data-field]").focus();
  row.scrollIntoView({ block: "nearest" });
}

/** A row that was begun and nobody wrote in goes again. */
export function dropFresh(row) {
  if (!isUntouched(row)) return false;
  row.remove();
  return true;
}
