// Rows are dragged by their menu's button, with mouse, pen or finger; pressing it opens the menu as ever.
import { isRow, rowId, rowsShown, tableOf } from "./cells.js";
import { grid, held, newId, post, words } from "./saving.js";
import { announce, showTrouble } from "./app.js";

const FAR_ENOUGH = 8;

export function dragRows() {
  grid.addEventListener("pointerdown", (event) => {
    const handle = event.target.closest(".menu > summary");
    const row = handle?.closest("tbody > tr");
    if (row && isRow(row) && event.button === 0) follow(event, handle, row);
  });
}

function follow(start, handle, row) {
  const home = row.nextSibling;
  let isMoving = false;
  const move = (event) => {
    if (!isMoving && Math.abs(event.clientY - start.clientY) < FAR_ENOUGH) return;
    if (!isMoving) {
      isMoving = true;
      row.dataset.dragged = "";
      handle.setPointerCapture(start.pointerId);
    }
    put(row, event.clientY);
  };
  const end = async (event) => {
    for (const [name, listener] of listeners) document.removeEventListener(name, listener);
    if (!isMoving) return;
    delete row.dataset.dragged;
    // The press that ends a drag does not open the menu.
    handle.addEventListener("click", (click) => click.preventDefault(), { once: true, capture: true });
    setTimeout(() => handle.closest("details").removeAttribute("open"));
    if (event.type === "pointerup" && row.nextSibling !== home) await keep(row, home);
    else row.parentElement.insertBefore(row, home);
  };
  const cancel = (event) => event.key === "Escape" && end(event);
  const listeners = [["pointermove", move], ["pointerup", end], ["pointercancel", end], ["keydown", cancel]];
  for (const [name, listener] of listeners) document.addEventListener(name, listener);
}

/** Before the first row whose middle is below the pointer; never above the first milestone. */
function put(row, y) {
  const others = rowsShown().filter((other) => other !== row);
  const under = others.find((other) => {
    const box = other.getBoundingClientRect();
    return y < box.top + box.height / 2;
  });
  if (under && under === others[0] && tableOf(under) === "milestone") return;
  if (under !== row.nextElementSibling) row.parentElement.insertBefore(row, under ?? null);
  row.scrollIntoView({ block: "nearest" });
}

async function keep(row, home) {
  const rows = rowsShown();
  const at = rows.indexOf(row);
  const next = rows[at + 1];
  const above = rows.slice(0, at).findLast((other) => tableOf(other) === "milestone");
  const sent = { do: "place", edit_id: newId() };
  if (next && tableOf(next) === tableOf(row) && next.dataset.row !== "new") sent.before = rowId(next);
  if (above) sent.parent = rowId(above);
  held.saves++;
  const answer = await post(row.querySelector("form[data-by-script]").action, sent);
  held.saves++;
  if (answer?.ok) announce(words.moved);
  else {
    row.parentElement.insertBefore(row, home);
    showTrouble(answer ? "server" : "line");
  }
  await held.look();
}
