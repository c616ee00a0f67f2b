// Rows of a grid: a row of text opens as a form, turns to text again, is added, moved, removed, brought back.
import { announce, showTrouble } from "./app.js";
import { commit, controlsIn, grid, grow, held, isBusy, newId, post } from "./saving.js";

async function piece(url) {
  const headers = { "X-Requested-With": "fetch" };
  const answer = await fetch(url, { headers, signal: AbortSignal.timeout(15000) }).catch(() => null);
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
  const opened = await piece(link.href);
  delete row.dataset.opening;
  if (!opened) return;
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
  const text = await piece(row.dataset.textUrl);
  if (!text || controls.some(isBusy) || (!focus && row.contains(document.activeElement))) return;
  row.replaceWith(text);
  if (focus) (text.querySelector(`a.cell[href*="cell=${field.replace("_kind", "")}"]`) ?? text.querySelector("a.cell"))?.focus();
}

/** A new row needs no server: its first word makes it. A second press finds the one that is there. */
export function addRow() {
  const rows = grid.querySelector("tbody");
  let row = [...rows.querySelectorAll("[data-row=new]")].find(isUntouched);
  if (!row) {
    row = document.getElementById("new-row").content.firstElementChild.cloneNode(true);
    row.dataset.key = newId();
    for (const part of row.querySelectorAll("[id], [aria-describedby]")) {
      for (const name of ["id", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace("-new-", `-${row.dataset.key}-`));
      }
    }
    rows.append(row);
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
