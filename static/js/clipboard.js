// Copying out of the grid and pasting into it, as Excel and Google Sheets understand one another:
// lines and tabs, texts with either of them in quotes.
import { block, COLUMNS, columnOf, isRow, linksIn, rowId, rowsShown, tableOf, versionOf } from "./cells.js";
import { sendBlock } from "./gestures.js";
import { milestoneOver, nameIn } from "./rows.js";
import { controlsIn, grid, isBusy, newId, words } from "./saving.js";
import { announce } from "./app.js";

const quoted = (text) => (/[\t\n"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
const shown = (link) => link.textContent.trim();

/** What is selected, or the one cell, as lines and tabs. */
export function copyText(link) {
  const { rows, columns } = block();
  if (!rows.length) return shown(link);
  return rows.map((row) => columns.map((column) => quoted(textIn(row, column))).join("\t")).join("\n");
}

function textIn(row, column) {
  const link = linksIn(row).find((one) => columnOf(one) === column);
  return link ? shown(link) : "";
}

/** The cells of a clipboard: a table of its HTML if there is one, else lines and tabs. */
export function read(data) {
  const html = data.getData("text/html");
  const table = html && new DOMParser().parseFromString(html, "text/html").querySelector("table");
  const lines = table ? fromTable(table) : fromLines(data.getData("text/plain"));
  return lines.filter((line) => line.some(Boolean));
}

function fromTable(table) {
  table.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
  return [...table.rows].map((row) =>
    [...row.cells].flatMap((cell) => [cell.textContent.trim(), ...Array(Math.max(0, cell.colSpan - 1)).fill("")]),
  );
}

function fromLines(text) {
  const lines = [[""]];
  let inQuotes = false;
  const source = text.replace(/\r\n?/g, "\n").replace(/\n$/, "");
  for (let at = 0; at < source.length; at++) {
    const letter = source[at];
    const line = lines.at(-1);
    if (inQuotes && letter === '"' && source[at + 1] === '"') line[line.length - 1] += source[at++];
    else if (letter === '"' && (inQuotes || line.at(-1) === "")) inQuotes = !inQuotes;
    else if (letter === "\t" && !inQuotes) line.push("");
    else if (letter === "\n" && !inQuotes) lines.push([""]);
    else line[line.length - 1] += letter;
  }
  return lines.map((line) => line.map((cell) => cell.trim()));
}

/** A first line that only repeats the headings of the grid says nothing. */
function withoutHeadings(lines) {
  const heads = new Set([...grid.querySelectorAll("thead th")].map((head) => head.textContent.trim().toLowerCase()));
  const same = lines[0].filter((cell) => cell && heads.has(cell.toLowerCase())).length;
  return same > 1 && lines.length > 1 ? lines.slice(1) : lines;
}

/** Write the lines from a row and column on; where the rows end, new ones begin. */
export async function paste(lines, start, column) {
  const found = withoutHeadings(lines);
  const all = rowsShown();
  const below = all.slice(all.indexOf(start)).filter((row) => isRow(row) && row.dataset.row !== "new");
  const table = isRow(start) ? tableOf(start) : "activity";
  const columns = COLUMNS[table].slice(Math.max(0, COLUMNS[table].indexOf(column)));
  const targets = isRow(start) && start.dataset.row !== "new" ? below : [];
  const milestone = milestoneOf(start);
  const rows = found.map((line, at) => {
    const cells = Object.fromEntries(line.slice(0, columns.length).map((text, n) => [columns[n], text]));
    const row = targets[at];
    return row ? { row: rowId(row), version: versionOf(row), cells } : { key: newId(), milestone, cells };
  });
  const told = await sendBlock(table, rows, true);
  if (found.some((line) => line.length > columns.length)) add(words.tooWide);
  if (start.dataset.row === "new" && told?.kept && !controlsIn(start).some(isBusy)) start.remove();
}

/** One sentence more in what is said about the block. */
function add(sentence) {
  const line = Object.assign(document.createElement("p"), { textContent: sentence });
  document.querySelector("#toasts .toast > div")?.append(line);
  announce(sentence);
}

/** The milestone a new activity comes under: that of the last row, or the one with focus. */
function milestoneOf(start) {
  const milestone = milestoneOver(start);
  return milestone ? nameIn(milestone) : undefined;
}

/** Empty what is selected, or the one cell. */
export function empty(link) {
  const { rows, columns } = block();
  const row = link.closest("tr");
  if (!rows.length && !isRow(row)) return;
  const fields = rows.length ? columns : [columnOf(link)];
  const cells = Object.fromEntries(fields.map((column) => [column, ""]));
  const chosen = rows.length ? rows : [row];
  sendBlock(tableOf(chosen[0]), chosen.map((one) => ({ row: rowId(one), version: versionOf(one), cells })), true);
}
