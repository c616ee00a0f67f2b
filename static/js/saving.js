// One cell: what is known of it, how it is saved, and what becomes of the answer.
//
// A cell's text goes out with what was seen before and an edit id, and keeps going, under the same id,
// until the server has answered. What was typed stays in its control whatever happens.
import { announce, showTrouble } from "./app.js";
import { count, line, newId, post, replace, send, waitingIds, watch } from "./queue.js";

export { newId, post, rest, wake } from "./queue.js";
export const grid = document.querySelector("[data-grid]");
export const words = document.getElementById("grid-words")?.dataset ?? {};
/** `saves` counts everything that changes what the server holds, so that a poll knows if its answer
 * is older; `ahead` what the page shows already and the server has not heard; `look` asks it now. */
export const held = { saves: 0, ahead: 0, look: () => {} };
const states = new WeakMap();

export const tidy = (text) => text.replace(/\r\n?/g, "\n").trim();
export const controlsIn = (place) => [...place.querySelectorAll("[data-field]")].filter((control) => !control.closest("template"));
export const rowOf = (control) => control.closest("[data-row]");

function firstText(control) {
  if (control.tagName !== "SELECT") return tidy(control.defaultValue);
  return [...control.options].find((option) => option.defaultSelected)?.value ?? "";
}

/** What we know of a control: the text the server showed last, and the edit that is on its way. */
export function stateOf(control) {
  if (!states.has(control)) states.set(control, { seen: firstText(control), edit: null, box: null });
  return states.get(control);
}

export const isDirty = (control) => tidy(control.value) !== stateOf(control).seen;

/** Has this control words that the server does not have, or a choice that waits? */
export function isBusy(control) {
  const state = stateOf(control);
  return isDirty(control) || Boolean(state.edit || state.box);
}

export const pending = () => (grid ? controlsIn(grid).filter((control) => stateOf(control).edit) : []);

/** Say beside a control how its saving stands. */
export function show(control, kind, text = words[kind] ?? "", link = null) {
  const place = document.getElementById(`${control.id}-state`);
  control.toggleAttribute("data-unsaved", isBusy(control));
  if (!place) return;
  const state = { saving: "saving", saved: "saved", changed: "saved", "": "" }[kind] ?? (kind === "refused" ? "error" : "unsaved");
  const bad = kind === "refused" || kind === "gone";
  if (bad) control.setAttribute("aria-invalid", "true");
  else control.removeAttribute("aria-invalid");
  if (place.dataset.state === state && place.textContent === text && !link) return;
  place.dataset.state = state;
  place.textContent = text;
  if (link) place.append(" ", link);
  // What others changed is summed up by poll.js: one sentence, however many cells.
  if (text && kind !== "saving" && kind !== "changed") announce(text);
}

function signInLink() {
  const link = document.createElement("a");
  Object.assign(link, { href: words.signInUrl, target: "_blank", textContent: words.signIn });
  return link;
}

function put(control, text) {
  if (control.value === text) return;
  control.value = text;
  grow(control);
}

/** Where the browser does not let a text box grow by itself. */
export function grow(control) {
  if (control.tagName !== "TEXTAREA" || CSS.supports("field-sizing", "content")) return;
  control.style.blockSize = "auto";
  control.style.blockSize = `${control.scrollHeight + 2}px`;
}

/** The cell was left: send what changed. Its texts go out one after the other. */
export async function commit(control) {
  const state = stateOf(control);
  const value = tidy(control.value);
  const before = state.edit;
  if (state.box || before?.fields.value === value || (!before && value === state.refused)) return;
  if (!before && !isDirty(control)) {
    control.removeAttribute("data-unsaved");
    if (state.typed) line.keeper?.drop(state.typed);
    state.typed = null;
    if (state.theirs !== undefined) accept(control, state.theirs, state.theirName);
    return;
  }
  if (before && !before.tries) return void replace(before, value);
  const edit = editOf(control);
  state.typed = null;
  await deliver(control, edit);
}

/** What this control holds, as an edit: the next text of its cell. */
function editOf(control) {
  const { edit, typed, seen, settles = "" } = stateOf(control);
  const { table, row, key = "", day = "", milestone } = rowOf(control).dataset;
  const fields = { table, row, key, day, field: control.dataset.field, value: tidy(control.value), edit_id: newId() };
  Object.assign(fields, edit ? { seen: edit.fields.value, settles: "" } : { seen, settles });
  if (milestone) fields.milestone = milestone;
  const blocks = edit ? [] : waitingIds(true);
  if (blocks.length) fields.after = blocks.join();
  if (held.drafts) fields.draft = "1";
  return Object.assign(typed ?? {}, { url: grid.dataset.cellsUrl, fields });
}

/** A pause in typing. With a line the text stays with its writer until the cell is left, and is kept
 * against the worst; without one the pause counts as leaving. */
export async function pause(control) {
  const state = stateOf(control);
  if (line.away || !navigator.onLine) return void commit(control);
  if (state.edit || state.box || !isDirty(control)) return;
  state.typed = editOf(control);
  if (await line.keeper?.put(state.typed)) control.toggleAttribute("data-kept", tidy(control.value) === state.typed.fields.value);
}

/** Send an edit of this control, which may come from what the device kept, and take the answer. */
export async function deliver(control, edit) {
  const state = stateOf(control);
  state.edit = edit;
  held.saves++;
  show(control, "saving");
  const answer = await send(edit, (kind) => state.edit === edit && say(control, kind));
  held.saves++;
  if (state.edit === edit) take(control, state, answer);
  else if (answer.row) adopt(rowOf(control), answer.row);
}

function say(control, kind) {
  if (kind === "kept") control.toggleAttribute("data-kept", true);
  else if (kind === "signedOut") show(control, kind, words.signedOut, signInLink());
  else show(control, "unsaved", line.keeper ? words.kept : words.unsaved);
}

/** One line about the whole page; it never says more than is so. */
watch(() => {
  const place = document.getElementById("all-state");
  if (!place || (!count() && !line.savedAt && !place.dataset.state)) return;
  const isSaved = line.savedAt && !count() && !controlsIn(grid).some(isBusy);
  place.dataset.state = isSaved ? "saved" : count() && !line.away ? "saving" : "unsaved";
  const meanwhile = count() && !line.away ? words.saving : (place.dataset.note ?? "");
  place.textContent = isSaved ? words.allSaved.replace("%s", line.savedAt) : meanwhile;
});

function take(control, state, answer) {
  const { value } = state.edit.fields;
  state.edit = null;
  control.removeAttribute("data-kept");
  state.refused = undefined;
  state.theirs = undefined;
  if (answer.status === 404) return show(control, "gone");
  if (answer.status === 422) {
    state.refused = value;
    show(control, "refused", answer.message);
    if (!document.activeElement?.matches("[data-field]")) control.focus();
    return;
  }
  adopt(rowOf(control), answer.row);
  state.seen = answer.text;
  if (answer.status !== 200) return offerChoice(control, state, answer);
  state.settles = "";
  if (answer.outcome === "merged") return takeMerged(control, state, answer, value);
  if (tidy(control.value) === value) put(control, answer.text);
  show(control, "saved", [words.saved.replace("%s", answer.at), answer.said].filter(Boolean).join(" · "));
  if (control.matches("[data-people]")) remember(answer.text);
}

/** Someone else's words are in the cell besides one's own. Never put under the hands: whoever writes
 * on goes on from the text they sent, and the next save merges again. */
function takeMerged(control, state, answer, value) {
  if (document.activeElement === control || tidy(control.value) !== value) {
    state.seen = value;
    return accept(control, answer.text, answer.by);
  }
  put(control, answer.text);
  const told = words.merged.replace("%s", answer.by || words.someone);
  show(control, "saved", told);
  offerUndo(control, state, answer, told);
}

/** A sentence in a toast, with a button that undoes what it tells. */
export function toastOf(sentence) {
  const toast = Object.assign(document.createElement("div"), { className: "toast" });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: words.undo });
  toast.append(Object.assign(document.createElement("p"), { textContent: sentence }), button);
  document.getElementById("toasts").replaceChildren(toast);
  return { toast, button };
}

/** The row may have turned to text by then: the way back stands in a toast. */
function offerUndo(control, state, answer, told) {
  const { table, row } = rowOf(control).dataset;
  const edit = { table, row, field: control.dataset.field, value: answer.before, seen: answer.text, edit_id: newId() };
  const { toast, button } = toastOf(told);
  button.addEventListener("click", async () => {
    const undone = await post(grid.dataset.cellsUrl, edit);
    if (undone?.status === 409) {
      button.remove();
      return void (toast.firstChild.textContent = words.changedMeanwhile.replace("%s", words.someone));
    }
    if (!undone?.ok) return showTrouble(undone ? "server" : "line");
    toast.remove();
    held.saves++;
    if (control.isConnected && !isBusy(control)) {
      state.seen = answer.before;
      put(control, answer.before);
      show(control, "");
    }
    held.look();
  });
}

/** The element of a row, by its table and number. */
export const nameOf = (table, id) => `${table === "sheetrow" ? "row" : table}-${id}`;

/** The first saved cell of a new row has made it. */
function adopt(row, id) {
  if (row.dataset.row !== "new") return;
  const name = nameOf(row.dataset.table, id);
  document.getElementById(name)?.remove();
  row.id = name;
  row.dataset.row = id;
  row.dataset.textUrl = row.dataset.textUrl.replace("/0/", `/${id}/`);
  for (const form of row.querySelectorAll("form[data-adds]")) {
    form.action = form.action.replace("/0/", `/${id}/`);
    form.elements.edit_id.value = newId();
  }
  const key = document.querySelector("[data-add-row] [name=edit_id]");
  if (key?.value === row.dataset.key) key.value = newId();
}

function remember(names) {
  const list = document.getElementById("team-people");
  const known = new Set([...list.options].map((option) => option.value));
  for (const name of names.split("; ")) if (name && !known.has(name)) list.append(new Option("", name));
}

/** Someone was faster: both texts side by side, one's own still in its control. */
function offerChoice(control, state, answer) {
  const under = place(control, answer.box);
  state.box = under;
  state.settles = answer.edit;
  show(control, "conflict");
  const form = under.querySelector("form");
  const done = (focus = true) => {
    under.remove();
    state.box = null;
    if (focus) control.focus();
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const choice = event.submitter?.value;
    if (choice === "mine" && answer.status === 409) {
      done();
      // Equal by now, or emptied again: what is left to say is that it is settled.
      if (isDirty(control)) return commit(control);
    }
    const sent = { conflict: answer.edit, seen: answer.text, value: control.value, choice, edit_id: newId() };
    const told = await post(form.action, sent);
    if (told?.status !== 204) return showTrouble(told ? "server" : "line");
    held.saves++;
    done(answer.status === 409);
    state.settles = "";
    if (choice === "theirs") put(control, state.seen);
    else state.seen = tidy(control.value);
    show(control, "");
    if (answer.status === 410 && choice === "theirs") rowOf(control)?.remove();
    held.look();
  });
  under.querySelector("[data-combined]")?.addEventListener("click", (event) => {
    put(control, event.currentTarget.dataset.combined);
    done();
    show(control, "");
    control.toggleAttribute("data-unsaved", true);
  });
}

/** Put the box below the cell's row, or below the control where there is no table. */
function place(control, html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  const row = control.closest("tr");
  let under = document.createElement(row ? "tr" : "div");
  under.dataset.below = control.id;
  if (row) {
    under.className = "under";
    under.setAttribute("role", "row");
    const cell = under.insertCell();
    // One more than there are would squeeze all columns of the table.
    cell.colSpan = [...row.cells].reduce((sum, { colSpan }) => sum + colSpan, 0);
    cell.setAttribute("role", "cell");
    cell.append(box.content);
    row.after(under);
  } else {
    under.append(box.content);
    control.parentElement.append(under);
  }
  return under;
}

/** What someone else wrote, into a cell that is free for it; else only a word about it. */
export function accept(control, text, name, merged = false) {
  const state = stateOf(control);
  if (text === state.seen) return void (state.theirs = undefined);
  const who = name || words.someone;
  if (isBusy(control) || document.activeElement === control) {
    if (state.theirs === text) return;
    Object.assign(state, { theirs: text, theirName: name });
    if (!state.edit && !state.box) show(control, "changed", words.changedMeanwhile.replace("%s", who));
    return;
  }
  state.theirs = undefined;
  state.seen = text;
  put(control, text);
  show(control, "changed", (merged ? words.mergedBy : words.changed).replace("%s", who));
}
