// The keys of a spreadsheet, loaded with the first touch of the grid. Links and inputs stay what they
// are: Tab goes through them as on every page, and whoever only reads needs none of this.
import { announce } from "./app.js";
import { clear, columnOf, isMarked, isRow, linkAt, linksIn, neighbour, rowsShown, select, tableOf, toggleRow } from "./cells.js";
import { copyText, empty, paste, read } from "./clipboard.js";
import { dragRows } from "./dragging.js";
import { helpWithPeople } from "./people.js";
import { actOnRow, turnByKey } from "./gestures.js";
import { newId } from "./queue.js";
import { addRow, closeRow, dropFresh, milestoneOver, newRow, openRow } from "./rows.js";
import { commit, controlsIn, grid, grow, isDirty, show, stateOf, words } from "./saving.js";
import { watchSelection } from "./selecting.js";

const isTouch = () => matchMedia("(pointer: coarse)").matches;
const letterOf = (event) => (event.key.length === 1 && !isMarked(event) && !event.altKey ? event.key : "");

function go(from, to, extend) {
  if (!to) return;
  select(to, extend, from);
  to.focus();
  to.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** Write from the keyboard: the row opens, and what is typed meanwhile is in its cell. */
async function write(link, first = "") {
  const column = columnOf(link);
  const row = link.closest("tr").id;
  let typed = first;
  const keep = (event) => {
    const letter = letterOf(event);
    if (letter) typed += letter;
    else if (event.key === "Backspace") typed = typed.slice(0, -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  if (first) document.addEventListener("keydown", keep, true);
  await openRow(link).finally(() => document.removeEventListener("keydown", keep, true));
  const control = document.getElementById(row)?.querySelector(`[data-field="${column}"]`);
  if (!control) return;
  control.focus();
  if (!typed || control.tagName === "SELECT") return;
  control.value = typed;
  control.dispatchEvent(new Event("input", { bubbles: true }));
}

const act = (row, choice) => {
  const form = row.querySelector("form[data-by-script]");
  if (form?.querySelector(`[value=${choice}]`)) actOnRow(form, choice);
};

/** Keys on a cell that is text. */
function onText(event, link) {
  const row = link.closest("tr");
  const { key, shiftKey } = event;
  const marked = isMarked(event);
  const corner = marked && (key === "Home" ? rowsShown()[0] : rowsShown().at(-1));
  if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) act(row, key === "ArrowUp" ? "up" : "down");
  else if (event.altKey) return;
  else if (key.startsWith("Arrow")) go(link, neighbour(link, key, marked), shiftKey);
  else if (key === "Home" || key === "End") go(link, linksIn(corner || row).at(key === "Home" ? 0 : -1), shiftKey);
  else if (key === "F2") write(link);
  else if (key === "Delete" || key === "Backspace") empty(link);
  else if (key === "Escape") clear();
  else if (key === " " && !marked && isRow(row)) toggleRow(row);
  else if (marked && key.toLowerCase() === "d") act(row, "duplicate");
  else if (marked && key.toLowerCase() === "a") rowsShown().filter(isRow).forEach((one) => toggleRow(one, true));
  else if (letterOf(event) && key !== " ") write(link, key);
  else return;
  event.preventDefault();
}

/** Does Enter make a new activity here, before the next milestone? */
const isLastActivity = (row, next) => tableOf(row) === "activity" && (!next || tableOf(next) === "milestone");

/** The same column of the next row: opened for writing, made where there is none. */
async function goDown(control) {
  const row = control.closest("tr");
  const column = control.dataset.field.replace(/_kind$/, "");
  const rows = rowsShown();
  const next = rows[rows.indexOf(row) + 1];
  const saved = commit(control);
  if (!next && document.getElementById("new-row")) {
    addRow();
    rowsShown().at(-1).querySelector(`[data-field="${column}"]`)?.focus();
  } else if (isLastActivity(row, next)) newRow(newId(), "activity", milestoneOver(row)).querySelector(`[data-field="${column}"]`)?.focus();
  else if (next?.matches(".editing")) (next.querySelector(`[data-field="${column}"]`) ?? controlsIn(next)[0]).focus();
  else if (next) await write(linkAt(next, column));
  await saved;
  if (row.isConnected && (!next || !row.contains(document.activeElement))) closeRow(row, row.contains(document.activeElement), column);
}

/** Enter saves; with a keyboard of its own it leads on, on a phone only from the last row. */
function enter(control) {
  if (isTouch() && rowsShown().at(-1) !== control.closest("tr")) commit(control);
  else goDown(control);
}

/** Esc: the row turns to text; one that Enter made for nothing goes, and focus is above it. */
function leave(control) {
  const row = control.closest("tr");
  const above = row.previousElementSibling;
  if (dropFresh(row)) above?.querySelector("a.cell")?.focus();
  else closeRow(row, true, control.dataset.field);
}

/** Keys in a row that is open for writing. */
function onControl(event, control) {
  const { key } = event;
  if (key === "Enter" && control.matches("textarea") && (event.shiftKey || event.altKey || isTouch())) {
    if (!event.altKey) return;
    control.setRangeText("\n", control.selectionStart, control.selectionEnd, "end");
    control.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (key === "Enter" && !isMarked(event) && control.closest("tr")) enter(control);
  else if (key === "Escape" && control.closest("tr")) {
    if (isDirty(control) && !stateOf(control).edit && !stateOf(control).box) {
      control.value = stateOf(control).seen;
      control.dispatchEvent(new Event("input", { bubbles: true }));
      show(control, "");
      grow(control);
      announce(words.back);
    }
    leave(control);
  } else return;
  event.preventDefault();
}

/** A key was pressed anywhere on the page. */
export function onKey(event) {
  if (event.defaultPrevented || event.isComposing) return;
  const { target } = event;
  const isWriting = target.matches("input, textarea, select, [contenteditable]");
  if (isMarked(event) && !isWriting && turnByKey(event)) return;
  if (!grid.contains(target)) return;
  if (target.matches("a.cell")) onText(event, target);
  else if (target.matches("[data-field]")) onControl(event, target);
}

document.addEventListener("copy", (event) => {
  const link = document.activeElement?.closest("a.cell");
  if (!link || !grid.contains(link) || !getSelection().isCollapsed) return;
  event.clipboardData.setData("text/plain", copyText(link));
  event.preventDefault();
  announce(words.copied);
});

document.addEventListener("paste", (event) => {
  const place = document.activeElement;
  const row = grid.contains(place) ? place.closest("tbody > tr") : null;
  if (!row || !place.matches("a.cell, [data-field]")) return;
  const lines = read(event.clipboardData);
  const isOne = lines.length === 1 && lines[0].length === 1;
  const isControl = place.matches("[data-field]");
  // A text, however long, goes into the one cell that is being written, as everywhere.
  const isTable = lines.some((line) => line.length > 1) || event.clipboardData.getData("text/html").includes("<table");
  if (!lines.length || (isControl && (isOne || !isTable))) return;
  event.preventDefault();
  const column = isControl ? place.dataset.field.replace(/_kind$/, "") : columnOf(place);
  if (!isControl && column === "title" && isOne) write(place, lines[0][0]);
  else paste(lines, row, column);
});

grid.addEventListener("mousedown", (event) => event.shiftKey && event.target.closest("td") && event.preventDefault());
grid.addEventListener("click", (event) => {
  const link = event.shiftKey && event.target.closest("td")?.querySelector("a.cell");
  const from = document.activeElement?.closest("a.cell");
  if (!link || !from || !grid.contains(from)) return;
  event.preventDefault();
  select(link, true, from);
});
document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: grid.dataset.style }));
document.addEventListener("keydown", onKey);
dragRows();
watchSelection();
helpWithPeople(grid, words);
document.querySelector("[data-selects]").hidden = false;
