// Tables and long texts that a team writes together: each cell is saved when it is left.
//
// The page holds [data-grid] with data-cells-url; in it [data-table][data-row] hold controls with
// data-field, each with its state beside it (#<id>-state). Sentences stand in actionplans/grid_words.html.
// saving.js knows the cells, rows.js the rows; here is what is listened to.
import { startPolling } from "./poll.js";
import { tellWhereIAm } from "./presence.js";
import { line } from "./queue.js";
import { addHere, addRow, closeRow, openRow } from "./rows.js";
import { accept, commit, controlsIn, grid, grow, held, isBusy, isDirty, pending } from "./saving.js";
import { post, rowOf, show, stateOf, tidy, wake } from "./saving.js";

let keys = null;

/** Leaving waits a moment for what is on its way. */
async function afterSaving(go) {
  controlsIn(grid).forEach(commit);
  const until = Date.now() + 4000;
  // At least once: a form cannot be sent anew while it is still telling that it is sent.
  do await new Promise((resolve) => setTimeout(resolve, 50));
  while (pending().length && Date.now() < until);
  go();
}

/** What is said beside a cell moves what is below it: not while a press there is under way. */
function leave(control) {
  const go = () => commit(control);
  if (!held.down) return void go();
  document.addEventListener("pointerup", () => setTimeout(go), { once: true });
  setTimeout(go, 1000);
}

/** The keys of a spreadsheet, and all that goes with them, come with the first touch of the grid. */
function loadKeys() {
  keys ??= import("./keys.js").catch(() => void (keys = null));
  return keys;
}

/** The calendar beside a day fills it in. */
function chooseDay(calendar) {
  const control = calendar.previousElementSibling;
  if (!calendar.value) return;
  control.value = calendar.value;
  calendar.value = "";
  control.focus();
  commit(control);
}

function listen() {
  addEventListener("online", wake);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) controlsIn(grid).forEach(commit);
    else wake();
  });
  grid.addEventListener("input", ({ target }) => {
    if (!target.matches("[data-field]")) return;
    const { refused, box } = stateOf(target);
    target.toggleAttribute("data-unsaved", isBusy(target));
    if (refused !== undefined && tidy(target.value) !== refused && !box) show(target, "");
    grow(target);
  });
  grid.addEventListener("change", ({ target }) => target.matches("select[data-field]") && commit(target));
  grid.addEventListener("focusout", ({ target, relatedTarget }) => {
    const control = target.matches("[data-field]") ? target : target.closest("[data-chips]")?.previousElementSibling;
    if (control && !relatedTarget?.closest?.(`[data-chips="${control.id}"]`) && relatedTarget !== control) leave(control);
  });
  grid.addEventListener("change", ({ target }) => target.matches(".calendar") && chooseDay(target));
  // A finger on the button of a row's menu drags the row, from the first time on (dragging.js).
  grid.addEventListener("touchmove", (event) => event.target.closest(".menu > summary") && event.preventDefault(), { passive: false });
  document.addEventListener("pointerdown", (event) => (held.down = event));
  for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (held.down = null));
  for (const name of ["focusin", "pointerover", "pointerdown"]) grid.addEventListener(name, loadKeys);
  document.addEventListener("keydown", async (event) => {
    const isTurn = (event.ctrlKey || event.metaKey) && /^[zy]$/i.test(event.key);
    if (isTurn && !keys) (await loadKeys())?.onKey(event);
  });
  grid.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.target.matches(".calendar")) return void event.target.showPicker?.();
    if (event.target.closest("[data-close]")) return void closeRow(event.target.closest("tr"));
    const cell = event.target.closest("tr:not(.editing) td");
    const link = event.target.closest("a.cell") ?? (event.target === cell ? cell.querySelector("a.cell") : null);
    if (!link || !grid.contains(link)) return;
    event.preventDefault();
    openRow(link);
  });
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      const choice = event.submitter?.value;
      if (form.matches("[data-by-script]")) import("./gestures.js").then(({ actOnRow }) => actOnRow(form, choice));
      else if (form.matches("[data-add-row]")) addRow();
      else if (form.matches("[data-adds]") && (line.away || !navigator.onLine || form.closest("[data-row=new]"))) addHere(form);
      else if (form.matches("[data-turn]")) import("./gestures.js").then(({ turn }) => turn(form));
      else if (!form.matches("[data-conflict], [data-selection]") && controlsIn(grid).some((c) => isDirty(c) || stateOf(c).edit) && !("waited" in form.dataset)) {
        form.dataset.waited = "";
        afterSaving(() => form.requestSubmit(event.submitter));
      } else return;
      event.preventDefault();
    },
    true,
  );
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href]");
    if (event.defaultPrevented || !link || link.target || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.origin !== location.origin || (link.pathname === location.pathname && link.hash) || !pending().length) return;
    event.preventDefault();
    afterSaving(() => location.assign(link.href));
  });
}

if (grid) {
  listen();
  controlsIn(grid).forEach(grow);
  tellWhereIAm(grid, (part) => post(grid.dataset.hereUrl, { part }));
}
const polled = document.querySelector("[data-poll]");
if (polled) {
  held.look = startPolling(polled, {
    controlsIn,
    isBusy,
    accept,
    saves: () => held.saves,
    isMaking: () => held.ahead > 0 || Boolean(grid?.querySelector("[data-dragged]")) || Boolean(grid && pending().some((control) => rowOf(control).dataset.row === "new")),
    removed: (control) => show(control, "gone", words.removed),
  }).now;
}
