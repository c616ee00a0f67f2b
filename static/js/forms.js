// Forms of rows that the page makes by itself, from what it was told last.
import { latest } from "./poll.js";
import { blank, TEMPLATES } from "./rows.js";
import { controlsIn, grid, nameOf } from "./saving.js";

/** The form of a row that is shown as text; null where nothing is known of it. */
export function formFor(row) {
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
export function set(control, text) {
  if (control.tagName !== "SELECT") return void (control.defaultValue = text);
  if (![...control.options].some((option) => option.value === text)) control.append(new Option(text, text));
  for (const option of control.options) option.defaultSelected = option.value === text;
}

/** A milestone of the page, by its number or its key. */
export const milestoneNamed = (name) =>
  document.getElementById(nameOf("milestone", name)) ?? grid.querySelector(`[data-key="${CSS.escape(name)}"]`);
