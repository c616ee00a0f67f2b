// Many cells in one request, and undoing: sent under one id until the server has answered.
import { announce, freshenToken } from "./app.js";
import { grid, held, newId, post, rest, words } from "./saving.js";

const WAITS = [1, 2, 4, 8, 30];
const GOES_AFTER = 12000;

function say(html, sentence) {
  const toasts = document.getElementById("toasts");
  if (html) toasts.innerHTML = html;
  else {
    const toast = document.createElement("div");
    Object.assign(toast, { className: "toast", textContent: sentence });
    toasts.replaceChildren(toast);
  }
  announce(sentence ?? toasts.querySelector("p").textContent.trim());
  return toasts.firstElementChild;
}

/** Post until there is an answer about it; meanwhile the page says that it waits. */
async function persist(url, fields) {
  held.saves++;
  for (let attempt = 0; ; attempt++) {
    const answer = await post(url, fields);
    if (answer && [200, 404, 422].includes(answer.status)) {
      held.saves++;
      if (answer.status === 404) return { message: words.gone };
      const told = await answer.json().catch(() => null);
      if (told) return told;
    }
    if (answer?.status === 403 && attempt < 20 && (await freshenToken().catch(() => false)) && !attempt) continue;
    const signedOut = answer?.status === 401 || answer?.status === 403;
    const toast = say("", signedOut ? words.signedOut : words.unsaved);
    toast.toggleAttribute("data-unsaved", true);
    await rest(WAITS[Math.min(attempt, WAITS.length - 1)]);
  }
}

async function report(told) {
  const toast = say(told.html, told.message);
  toast.querySelector("[data-dismiss]")?.addEventListener("click", () => toast.remove());
  // What went well need not be put away by hand; what did not stays to be read.
  const goes = () => (toast.matches(":hover, :focus-within") ? setTimeout(goes, GOES_AFTER) : toast.remove());
  if (!told.refused && !told.conflicts) setTimeout(goes, GOES_AFTER);
  await held.look();
  return told;
}

/** Write `rows` of one table; `pasted` when their cells are columns of the screen. */
export async function sendBlock(table, rows, pasted = false) {
  if (!rows.length) return;
  say("", words.saving);
  const block = { id: newId(), table, day: grid.dataset.day, pasted, rows };
  return report(await persist(grid.dataset.blockUrl, { block: JSON.stringify(block) }));
}

/** Undo or redo one's own last edit. */
export async function turn(form) {
  const place = form.querySelector("[name=place]").value;
  return report(await persist(form.action, { do: form.dataset.turn, place, edit_id: newId() }));
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
