// Where one is in a grid: its rows and columns, the cell with focus, and what is selected.
//
// A cell that is text is a link (a.cell) whose address names its field; rows open one at a time.
// What is selected is kept by the rows' ids, since a poll draws rows anew.
import { announce } from "./app.js";
import { grid, words } from "./saving.js";

export const COLUMNS = {
  sheetrow: ["session", "milestone", "action", "by_whom", "by_when"],
  activity: ["text", "responsible", "accountable", "due_on", "comments"],
};
const chosen = { rows: new Set(), from: null, to: null };
const watchers = [];

export const rowsShown = () => [...grid.querySelectorAll(".grid > tbody > tr:not(.under)")];
export const columnOf = (link) => new URL(link.href).searchParams.get("cell").replace(/_kind$/, "");
export const linksIn = (row) => [...row.querySelectorAll("a.cell")];
export const tableOf = (row) => row.dataset.table ?? (/^row-/.test(row.id) ? "sheetrow" : row.id.split("-")[0]);
export const isRow = (row) => tableOf(row) in COLUMNS;
export const rowId = (row) => row.id.split("-")[1];
export const versionOf = (row) => row.dataset.version.split("-")[0];
export const isMarked = (event) => event.ctrlKey || event.metaKey;

/** The link of a row that shows a column, or the nearest there is. */
export function linkAt(row, column) {
  const links = linksIn(row);
  return links.find((link) => columnOf(link) === column) ?? links[0];
}

/** The cell that an arrow key leads to from `link`; null at the edge. */
export function neighbour(link, key, far) {
  const forward = document.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
  const row = link.closest("tr");
  if (key === "ArrowUp" || key === "ArrowDown") {
    const rows = rowsShown().filter((other) => other === row || linksIn(other).length);
    const here = rows.indexOf(row);
    const there = far ? (key === "ArrowUp" ? 0 : rows.length - 1) : here + (key === "ArrowUp" ? -1 : 1);
    return rows[there] && rows[there] !== row ? linkAt(rows[there], columnOf(link)) : null;
  }
  const links = linksIn(row);
  const step = key === forward ? 1 : -1;
  return (far ? links.at(step > 0 ? -1 : 0) : links[links.indexOf(link) + step]) ?? null;
}

const place = (link) => ({ row: link.closest("tr").id, column: columnOf(link) });

/** Select from where one began (or `link`) to `link`; without `extend` nothing is selected any more. */
export function select(link, extend, from = link) {
  if (!extend) {
    if (chosen.from) clear();
    return;
  }
  chosen.from ??= place(from);
  chosen.to = place(link);
  paint();
  const { rows, columns } = block();
  announce(words.selected.replace("%s", rows.length * columns.length));
}

/** A row is selected, or not any more. */
export function toggleRow(row, on = !chosen.rows.has(row.id)) {
  if (on) chosen.rows.add(row.id);
  else chosen.rows.delete(row.id);
  paint();
  announce(words.rowsSelected.replace("%s", chosen.rows.size));
}

export function clear() {
  chosen.rows.clear();
  chosen.from = chosen.to = null;
  paint();
}

/** The rows and columns that are selected: a rectangle, or whole rows. */
export function block() {
  const rows = rowsShown().filter(isRow);
  if (chosen.rows.size || !chosen.from) {
    const whole = rows.filter((row) => chosen.rows.has(row.id));
    return { rows: whole, columns: whole.length ? COLUMNS[tableOf(whole[0])] : [] };
  }
  const ends = [chosen.from, chosen.to].map(({ row }) => rows.findIndex((other) => other.id === row));
  if (ends.includes(-1)) return { rows: [], columns: [] };
  const [first, last] = ends.sort((one, other) => one - other);
  const names = COLUMNS[tableOf(rows[first])];
  const [left, right] = [chosen.from, chosen.to].map(({ column }) => names.indexOf(column)).sort((one, other) => one - other);
  return { rows: rows.slice(first, last + 1), columns: names.slice(left, right + 1) };
}

/** The rows that the selection is about, when it is about rows: ticked ones, or several. */
export function selectedRows() {
  const { rows } = block();
  return chosen.rows.size || rows.length > 1 ? rows : [];
}

/** Call `watcher` whenever another selection shows. */
export const onSelection = (watcher) => watchers.push(watcher);

export function paint() {
  const { rows, columns } = block();
  grid.querySelectorAll("[data-chosen]").forEach((cell) => delete cell.dataset.chosen);
  for (const row of rows) {
    for (const link of linksIn(row)) {
      if (columns.includes(columnOf(link))) link.closest("td").dataset.chosen = "";
    }
  }
  watchers.forEach((watcher) => watcher());
}

// A poll draws rows anew: what is selected shows again.
new MutationObserver(() => (chosen.from || chosen.rows.size) && paint()).observe(grid.querySelector(".grid > tbody"), { childList: true });
