// Several rows at once: a bar that sets a date, R or A for all that are selected, in one request with
// one undo.
import { clear, linksIn, onSelection, rowId, rowsShown, selectedRows, tableOf, toggleRow, versionOf, isRow } from "./cells.js";
import { sendBlock } from "./gestures.js";
import { grid, words } from "./saving.js";

const bar = document.querySelector("[data-selection]");
const button = document.querySelector("[data-selects]");

/** Rows are selected by a press while the button is pressed; the bar shows while some are. */
export function watchSelection() {
  if (!bar) return;
  button.addEventListener("click", () => {
    const on = button.ariaPressed !== "true";
    button.ariaPressed = String(on);
    grid.toggleAttribute("data-selecting", on);
    if (!on) clear();
  });
  grid.addEventListener("click", pressRow, true);
  onSelection(update);
  bar.elements.field.addEventListener("change", showInput);
  bar.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(event.submitter.value);
  });
  bar.querySelector("[data-clear]").addEventListener("click", clear);
  showInput();
}

function pressRow(event) {
  const row = grid.hasAttribute("data-selecting") && event.target.closest("tbody > tr");
  if (!row || !isRow(row) || row.matches(".editing") || event.target.closest(".menu")) return;
  event.preventDefault();
  event.stopPropagation();
  toggleRow(row);
  // From here the keys go on: copying, emptying, moving.
  (event.target.closest("td")?.querySelector("a.cell") ?? linksIn(row)[0])?.focus();
}

function update() {
  const count = selectedRows().length;
  bar.hidden = !count;
  bar.querySelector("[data-count]").textContent = words.rowsSelected.replace("%s", count);
}

/** Each cell is set with the control it needs. */
function showInput() {
  const wanted = bar.elements.field.selectedOptions[0].dataset.control;
  for (const control of bar.querySelectorAll("[data-control]:not(option)")) control.hidden = control.dataset.control !== wanted;
  const milestones = bar.querySelector("[data-control=milestone]");
  if (!milestones) return;
  const groups = rowsShown().filter((row) => tableOf(row) === "milestone");
  milestones.replaceChildren(...groups.map((row) => new Option(row.querySelector(".cell").textContent, rowId(row))));
}

async function apply(what) {
  const field = what === "removed" ? what : bar.elements.field.value;
  const value = what === "removed" ? "yes" : bar.querySelector("[data-control]:not(option):not([hidden])").value;
  const rows = selectedRows().filter((row) => row.dataset.version);
  const cells = { [field]: value };
  await sendBlock(tableOf(rows[0]), rows.map((row) => ({ row: rowId(row), version: versionOf(row), cells })));
}
