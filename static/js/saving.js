// One cell: what is known of it, how it is saved, and what becomes of the answer.
//
// A cell's text goes out with what was seen before and an edit id, and keeps going, under the same id,
// until the server has answered. What was typed stays in its control whatever happens.
import { announce, csrfHeaders, freshenToken, showTrouble } from "./app.js";

const WAITS = [1, 2, 4, 8, 30];
export const grid = document.querySelector("[data-grid]");
export const words = document.getElementById("grid-words")?.dataset ?? {};
/** `saves` counts everything that changes what the server holds, so that a poll knows if its answer
 * is older; `look` asks the server now. */
export const held = { saves: 0, look: () => {} };
const states = new WeakMap();
const wakers = new Set();

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

/** An id nobody else makes, also where the page is not secure and the browser has no randomUUID. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

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

/** Wait, but no longer than until the line or the person is back. */
export function rest(seconds) {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      wakers.delete(wake);
      resolve();
    };
    const timer = setTimeout(wake, seconds * 1000);
    wakers.add(wake);
  });
}

/** The line or the person is back: try again now. */
export const wake = () => [...wakers].forEach((resolve) => resolve());

/** Post form fields; null when there is no line. */
export async function post(url, fields) {
  const body = new URLSearchParams(fields);
  try {
    return await fetch(url, {
      method: "POST",
      headers: { ...csrfHeaders(), "X-Requested-With": "fetch" },
      body,
      // Leaving the page does not cancel what is on its way; browsers allow that for small bodies.
      keepalive: body.toString().length < 30000,
      signal: AbortSignal.timeout(15000),
    });
  } catch {
    return null;
  }
}

/** Send one edit until there is an answer about it. */
async function deliver(control, edit) {
  for (let attempt = 0; ; attempt++) {
    const { table, row, key = "", day = "" } = rowOf(control).dataset;
    const { id: edit_id, value, seen, settles } = edit;
    const field = control.dataset.field;
    const answer = await post(grid.dataset.cellsUrl, { table, row, key, day, field, value, seen, edit_id, settles });
    if (answer && [200, 409, 410, 422].includes(answer.status)) {
      const told = await answer.json().catch(() => null);
      if (told) return { status: answer.status, ...told };
    }
    if (answer && [400, 404, 405].includes(answer.status)) return { status: 404 };
    if (answer?.status === 403 && attempt < 20 && (await freshenToken().catch(() => false)) && !attempt) continue;
    if (answer?.status === 401 || answer?.status === 403) show(control, "signedOut", words.signedOut, signInLink());
    else show(control, "unsaved");
    await rest(WAITS[Math.min(attempt, WAITS.length - 1)]);
  }
}

/** The cell was left: send what changed. One edit of a cell is on its way at a time. */
export async function commit(control) {
  const state = stateOf(control);
  if (state.edit) return void (state.again = true);
  if (state.box) return;
  if (!isDirty(control)) {
    control.removeAttribute("data-unsaved");
    if (state.theirs !== undefined) accept(control, state.theirs, state.theirName);
    return;
  }
  if (tidy(control.value) === state.refused) return;
  do {
    state.again = false;
    state.edit = { id: newId(), value: tidy(control.value), seen: state.seen, settles: state.settles ?? "" };
    held.saves++;
    show(control, "saving");
    const answer = await deliver(control, state.edit);
    held.saves++;
    take(control, state, answer);
  } while (state.again && isDirty(control) && !state.box);
}

function take(control, state, answer) {
  const { value } = state.edit;
  state.edit = null;
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

/** The row may have turned to text by then: the way back stands in a toast. */
function offerUndo(control, state, answer, told) {
  const { table, row } = rowOf(control).dataset;
  const edit = { table, row, field: control.dataset.field, value: answer.before, seen: answer.text, edit_id: newId() };
  const toast = document.createElement("div");
  toast.className = "toast";
  const sentence = Object.assign(document.createElement("p"), { textContent: told });
  const button = Object.assign(document.createElement("button"), { type: "button", className: "link", textContent: words.undo });
  toast.append(sentence, button);
  document.getElementById("toasts").replaceChildren(toast);
  button.addEventListener("click", async () => {
    const undone = await post(grid.dataset.cellsUrl, edit);
    if (undone?.status === 409) {
      button.remove();
      return void (sentence.textContent = words.changedMeanwhile.replace("%s", words.someone));
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

/** The first saved cell of a new row has made it. */
function adopt(row, id) {
  if (row.dataset.row !== "new") return;
  document.getElementById(`row-${id}`)?.remove();
  row.id = `row-${id}`;
  row.dataset.row = id;
  row.dataset.textUrl = row.dataset.textUrl.replace("/0/", `/${id}/`);
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
    cell.colSpan = 20;
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
