// Where the device keeps nothing, what is being typed is kept on the server: two seconds after the
// last key, until its cell is saved. What was left there is offered back when the page opens again.
import { newId, post } from "./queue.js";
import { controlsIn, grid, held, isDirty, rowOf, stateOf, tidy } from "./saving.js";

const PAUSE = 2000;
const timers = new Map();

function keep(control) {
  clearTimeout(timers.get(control));
  timers.delete(control);
  if (!isDirty(control) && !control.dataset.drafted) return;
  const { table, row, key = "", day = "" } = rowOf(control).dataset;
  const { seen, edit } = stateOf(control);
  // Its text is on its way, and will be saved without us.
  if (edit && tidy(control.value) === edit.fields.value) return;
  control.dataset.drafted = "yes";
  post(grid.dataset.draftsUrl, { do: "keep", table, row, key, day, field: control.dataset.field, value: control.value, seen });
}

async function offerBack() {
  const answer = await fetch(grid.dataset.draftsUrl, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (answer?.ok) document.getElementById("notes").insertAdjacentHTML("beforeend", await answer.text());
}

/** Begin keeping drafts on the server. */
export function begin() {
  if (held.drafts) return;
  held.drafts = newId();
  offerBack();
  const soon = (control) => {
    clearTimeout(timers.get(control));
    timers.set(control, setTimeout(keep, PAUSE, control));
  };
  grid.addEventListener("input", ({ target }) => target.matches("[data-field]") && soon(target));
  // Someone may have typed before we came.
  controlsIn(grid).filter(isDirty).forEach(soon);
  // Not longer than the page: what was typed a moment ago goes at once.
  addEventListener("pagehide", () => [...timers.keys()].filter((control) => controlsIn(grid).includes(control)).forEach(keep));
}
