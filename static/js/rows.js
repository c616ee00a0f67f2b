// Rows of a grid: a row of text opens as a form, turns to text again, is added, moved, removed, brought back.
import { announce, showTrouble } from "./app.js";
import { isAway, line } from "./queue.js";
import { commit, controlsIn, grid, grow, held, isBusy, newId, post } from "./saving.js";

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

const isUntouched = (row) => row.dataset.row === "new" && !controlsIn(row).some(isBusy);

/** A row whose every word is saved turns to text again. */
export async function closeRow(row, focus = true, field = "") {
  const controls = controlsIn(row);
  await Promise.all(controls.map(commit));
  if (controls.some(isBusy) || !row.isConnected) return;
  if (isUntouched(row)) return focus || grid.querySelector("tbody tr:not(.editing)") ? row.remove() : undefined;
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

/** A new row of the sheet, called by its key until the server has given it a number. */
export function newRow(key) {
  const row = blank("new-row", "new", key);
  row.dataset.key = key;
  grid.querySelector("tbody").append(row);
  return row;
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

/** A new activity below `row`, under its milestone; null where there is no line to the server. */
export async function addActivity(row) {
  let above = row;
  while (above && !above.querySelector("form[data-adds]")) above = above.previousElementSibling;
  const answer = above && (await post(above.querySelector("form[data-adds]").action, { edit_id: newId() }));
  if (!answer?.ok) return void showTrouble(answer ? "server" : "line");
  const holder = document.createElement("template");
  holder.innerHTML = await answer.text();
  const added = holder.content.firstElementChild;
  held.saves++;
  row.after(added);
  added.dataset.fresh = "";
  return added;
}

/** An activity that Enter made and nobody wrote in goes again. */
export async function dropFresh(row) {
  const isEmpty = !controlsIn(row).some((control) => control.tagName !== "SELECT" && control.value.trim());
  if (!("fresh" in row.dataset) || !isEmpty) return false;
  const answer = await post(row.dataset.textUrl.split("?")[0], { do: "remove" });
  held.saves++;
  if (answer?.ok) row.remove();
  return Boolean(answer?.ok);
}

/** Moving, removing and bringing back, without leaving the page. */
export async function actOnRow(form, choice) {
  const answer = await post(form.action, { do: choice });
  if (!answer?.ok) return showTrouble(answer ? ({ 401: "signed-out", 404: "gone" }[answer.status] ?? "server") : "line");
  const toasts = document.getElementById("toasts");
  form.closest(".toast")?.remove();
  form.closest("details")?.removeAttribute("open");
  if (answer.status === 200) {
    toasts.innerHTML = await answer.text();
    announce(toasts.querySelector("p").textContent);
    toasts.querySelector("button")?.focus();
  }
  held.saves++;
  await held.look();
}
