// Texts that the server did not take as they are, said above the page until their author decides.
import { hasWords, isSameCell, line, send } from "./queue.js";

const notes = new Map();

/** This text stays as it is for now, with a note of its own or with the word beside its cell. */
export const stuckAs = (edit, shown = null) => notes.set(edit, shown);

function note(template) {
  const source = document.querySelector(`template#${template}`);
  const shown = source?.content.firstElementChild.cloneNode(true);
  if (shown) document.getElementById("notes")?.append(shown);
  return shown;
}

const wordsOf = (block) =>
  JSON.parse(block)
    .rows.flatMap(({ cells }) => Object.values(cells))
    .filter(Boolean)
    .join("; ");

/** This text cannot stand there: the sentence, the text, try again, throw away. */
export function noteStuck(edit, message) {
  const shown = note("stuck");
  if (!shown) return;
  if (message) shown.querySelector("[data-why]").textContent = message;
  shown.querySelector("[data-text]").textContent = edit.fields.value ?? wordsOf(edit.fields.block);
  stuckAs(edit, shown);
  const away = () => {
    shown.remove();
    notes.delete(edit);
  };
  shown.querySelector("[data-throw]").addEventListener("click", async () => {
    await line.keeper?.drop(edit);
    away();
  });
  shown.querySelector("[data-again]").addEventListener("click", () => {
    away();
    sendAlone(edit);
  });
}

/** Send what has no place on this page; what becomes of it is said above the page. */
export async function sendAlone(edit) {
  const { status, message, conflicts } = await send(edit);
  if (status === 409 || status === 410 || conflicts) noteOvertaken(edit);
  else if (status !== 200 && hasWords(edit)) noteStuck(edit, message);
}

/** Another text of the same cell was written since: it takes the place of the one that stuck. */
export function superseded(edit) {
  for (const [old, shown] of notes) {
    if (old === edit || !isSameCell(old, edit)) continue;
    line.keeper?.drop(old);
    shown?.remove();
    notes.delete(old);
  }
}

/** Someone was faster, and the cell is not on this page: where the choice is made. */
function noteOvertaken(edit) {
  const link = note("overtaken")?.querySelector("a");
  if (link) link.href = edit.url.replace(/(cells|block)\/$/, "conflicts/");
}
