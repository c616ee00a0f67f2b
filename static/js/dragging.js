// Rows are dragged by their menu's button, with mouse, pen or finger; pressing it opens the menu as ever.
// A milestone takes its activities along.
import { announce } from "./app.js";
import { isRow, rowId, rowsShown, tableOf } from "./cells.js";
import { partOf, perform } from "./gestures.js";
import { newId } from "./queue.js";
import { grid, held, words } from "./saving.js";

const FAR_ENOUGH = 8;

const isMilestone = (row) => tableOf(row) === "milestone";

export function dragRows() {
  grid.addEventListener("pointerdown", begin);
  // The press that brought this script may be the beginning of a drag.
  if (held.down) begin(held.down);
}

function begin(event) {
  const handle = event.target.closest(".menu > summary");
  const row = handle?.closest("tbody > tr");
  if (row && (isRow(row) || isMilestone(row)) && event.button === 0) follow(event, handle, row);
}

function follow(start, handle, row) {
  const part = partOf(row);
  const home = part.at(-1).nextSibling;
  const goHome = () => part.forEach((one) => row.parentElement.insertBefore(one, home));
  let isMoving = false;
  const move = (event) => {
    if (!isMoving && Math.abs(event.clientY - start.clientY) < FAR_ENOUGH) return;
    if (!isMoving) {
      isMoving = true;
      row.dataset.dragged = "";
      handle.setPointerCapture(start.pointerId);
    }
    put(row, part, event.clientY);
  };
  const end = (event) => {
    for (const [name, listener] of listeners) document.removeEventListener(name, listener);
    if (!isMoving) return;
    delete row.dataset.dragged;
    // The press that ends a drag does not open the menu.
    const still = (click) => click.preventDefault();
    handle.addEventListener("click", still, true);
    setTimeout(() => {
      handle.removeEventListener("click", still, true);
      handle.closest("details").removeAttribute("open");
    });
    if (event.type !== "pointerup") goHome();
    else if (part.at(-1).nextSibling !== home) keep(row, part, goHome);
  };
  const cancel = (event) => event.key === "Escape" && end(event);
  const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["keydown", cancel]];
  for (const [name, listener] of listeners) document.addEventListener(name, listener);
}

/** Before the first row, or the first milestone, whose middle is below the pointer. */
function put(row, part, y) {
  const others = rowsShown().filter((other) => !part.includes(other));
  const places = isMilestone(row) ? others.filter(isMilestone) : others;
  const under = places.find((other) => {
    const box = other.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  if (under && !isMilestone(row) && under === others[0] && isMilestone(under)) return;
  if (under !== part.at(-1).nextElementSibling) part.forEach((one) => row.parentElement.insertBefore(one, under ?? null));
  row.scrollIntoView({ block: "nearest" });
}

async function keep(row, part, goHome) {
  const rows = rowsShown();
  const at = rows.indexOf(row);
  const next = rows[rows.indexOf(part.at(-1)) + 1];
  const above = isMilestone(row) ? null : rows.slice(0, at).findLast(isMilestone);
  const fields = { do: "place", edit_id: newId() };
  if (next && tableOf(next) === tableOf(row) && next.dataset.row !== "new") fields.before = rowId(next);
  if (above) fields.parent = rowId(above);
  const { status } = await perform({ url: row.querySelector("form[data-by-script]").action, fields, of: row.id });
  if (status === 200) announce(words.moved);
  else goHome();
}
