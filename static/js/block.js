// Many cells in one request, and undoing: sent under one id until the server has answered.
import { showTrouble } from "./app.js";
import { perform, say } from "./gestures.js";
import { line, newId, waitingIds } from "./queue.js";
import { grid, words } from "./saving.js";

/** Write `rows` of one table; `pasted` when their cells are columns of the screen. */
export function sendBlock(table, rows, pasted = false) {
  if (!rows.length) return null;
  if (!line.away) say("", words.saving);
  const id = newId();
  const block = { id, table, day: grid.dataset.day, pasted, rows, after: waitingIds() };
  return perform({ url: grid.dataset.blockUrl, fields: { block: JSON.stringify(block), edit_id: id } });
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
