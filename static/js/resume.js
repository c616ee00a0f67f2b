// Sheets and plans without a line: a row opens from what the page was told last, and what was kept
// stands in its cells again before it is sent.
import { isAway, newId } from "./queue.js";
import { latest } from "./poll.js";
import { blank, closeRow, newRow } from "./rows.js";
import { controlsIn, deliver, grid, grow, held, words } from "./saving.js";

const TEMPLATES = { row: ["new-row", "new"], activity: ["new-activity", 0], milestone: ["new-milestone", 0] };
const KINDS = { sheetrow: "row" };

/** The form of a row that is shown as text; null where nothing is known of it. */
function formFor(row) {
  const [kind, id] = row.id.split("-");
  const cells = latest.get(row.id)?.cells;
  if (!cells || !document.getElementById(TEMPLATES[kind]?.[0])) return null;
  const form = blank(...TEMPLATES[kind], id);
  form.id = row.id;
  Object.assign(form.dataset, { row: id, version: row.dataset.version });
  form.dataset.textUrl = form.dataset.textUrl.replace("/0/", `/${id}/`);
  form.removeAttribute("data-key");
  for (const control of controlsIn(form)) set(control, cells[control.dataset.field] ?? "");
  return form;
}

/** Let a control hold `text` as if the server had sent it so. */
function set(control, text) {
  if (control.tagName !== "SELECT") return void (control.defaultValue = text);
  if (![...control.options].some((option) => option.value === text)) control.append(new Option(text, text));
  for (const option of control.options) option.defaultSelected = option.value === text;
}

/** The control of a kept edit, in its row, which is opened for it; null when it is not on this page. */
function controlOf({ url, fields: { table, row, key, day, field } }, opened) {
  if (url !== grid.dataset.cellsUrl) return null;
  const of = (name, value) => `[data-${name}="${CSS.escape(value)}"]`;
  let place = grid.querySelector(`${of("table", table)}${of("row", row)}${row === "new" ? of("key", key) : ""}`);
  if (!place && row === "new" && day && location.pathname.endsWith(`/${day}/`)) {
    place = newRow(key);
    opened.add(place);
  } else if (!place) {
    const text = document.getElementById(`${KINDS[table] ?? table}-${row}`);
    place = text && formFor(text);
    if (!place) return null;
    text.replaceWith(place);
    opened.add(place);
  }
  return place.querySelector(of("field", field));
}

/** Put kept edits back into the page and send them in their order; `elsewhere` sends what has no place here. */
export async function resume(edits, elsewhere) {
  held.formFor = formFor;
  // Scripts of the page come first: they know how to ask for what is newest.
  if (document.readyState === "loading") await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
  await new Promise((done) => setTimeout(done));
  if (edits.length && !latest.size) await held.look();
  const opened = new Set();
  const sent = [];
  for (const edit of edits) {
    const control = controlOf(edit, opened);
    if (!control) {
      elsewhere(edit);
      continue;
    }
    control.value = edit.fields.value;
    grow(control);
    sent.push(deliver(control, edit));
  }
  Promise.all(sent).then(() => opened.forEach((row) => row.isConnected && closeRow(row, false)));
}

/** This is the page as the device kept it: say so, and let nothing be taken for what was sent before. */
function beKept(at) {
  isAway(true);
  const place = document.getElementById("all-state");
  const when = new Date(Number(at)).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  if (place) place.dataset.note = place.textContent = words.keptPage.replace("%s", when);
  document.querySelectorAll("input[name=edit_id]").forEach((input) => {
    const row = grid.querySelector(`[data-key="${CSS.escape(input.value)}"]`);
    input.value = newId();
    if (row && row.dataset.row === "new") row.dataset.key = input.value;
  });
}

if (document.body.dataset.kept) beKept(document.body.dataset.kept);
