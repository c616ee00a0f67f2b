// Tables and long texts that a team writes together: each cell is saved when it is left.
//
// The page holds [data-grid] with data-cells-url; in it [data-table][data-row] hold controls with
// data-field, each with its state beside it (#<id>-state). A cell's text goes out with what was seen
// before and an edit id, and keeps going, under the same id, until the server has answered. What was
// typed stays in its control whatever happens. Sentences stand in actionplans/grid_words.html.
import { announce, csrfHeaders, freshenToken, showTrouble } from "./app.js";
import { helpWithPeople } from "./people.js";
import { startPolling } from "./poll.js";

const WAITS = [1, 2, 4, 8, 30];
const grid = document.querySelector("[data-grid]");
const words = document.getElementById("grid-words")?.dataset ?? {};
const states = new WeakMap();
const wakers = new Set();
// Counts everything that changes what the server holds, so that a poll knows if its answer is older.
let saves = 0;

const tidy = (text) => text.replace(/\r\n?/g, "\n").trim();
const controlsIn = (place) => [...place.querySelectorAll("[data-field]")].filter((control) => !control.closest("template"));
const rowOf = (control) => control.closest("[data-row]");

function firstText(control) {
  if (control.tagName !== "SELECT") return tidy(control.defaultValue);
  return [...control.options].find((option) => option.defaultSelected)?.value ?? "";
}

/** What we know of a control: the text the server showed last, and the edit that is on its way. */
function stateOf(control) {
  if (!states.has(control)) states.set(control, { seen: firstText(control), edit: null, box: null });
  return states.get(control);
}

const isDirty = (control) => tidy(control.value) !== stateOf(control).seen;

/** Has this control words that the server does not have, or a choice that waits? */
function isBusy(control) {
  const state = stateOf(control);
  return isDirty(control) || Boolean(state.edit || state.box);
}

const pending = () => (grid ? controlsIn(grid).filter((control) => stateOf(control).edit) : []);

function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

function show(control, kind, text = words[kind] ?? "", link = null) {
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
  if (text && kind !== "saving") announce(text);
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
function grow(control) {
  if (control.tagName !== "TEXTAREA" || CSS.supports("field-sizing", "content")) return;
  control.style.blockSize = "auto";
  control.style.blockSize = `${control.scrollHeight + 2}px`;
}

/** Wait, but no longer than until the line or the person is back. */
function rest(seconds) {
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

async function post(url, fields) {
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
async function commit(control) {
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
    saves++;
    show(control, "saving");
    const answer = await deliver(control, state.edit);
    saves++;
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
  if (tidy(control.value) === value) put(control, answer.text);
  show(control, "saved", words.saved.replace("%s", answer.at));
  if (control.matches("[data-people]")) remember(answer.text);
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
    saves++;
    done(answer.status === 409);
    state.settles = "";
    if (choice === "theirs") put(control, state.seen);
    else state.seen = tidy(control.value);
    show(control, "");
    if (answer.status === 410 && choice === "theirs") rowOf(control)?.remove();
    polling?.now();
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
function accept(control, text, name) {
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
  show(control, "changed", words.changed.replace("%s", who));
}

// Rows

async function piece(url) {
  const answer = await fetch(url, { headers: { "X-Requested-With": "fetch" } }).catch(() => null);
  if (answer?.ok) {
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    return holder.content.firstElementChild;
  }
  const kind = { 401: "signed-out", 404: "gone", 410: "gone" }[answer?.status];
  showTrouble(kind ?? (answer ? "server" : "line"));
  return null;
}

async function openRow(link) {
  const row = link.closest("tr");
  if ("opening" in row.dataset) return;
  row.dataset.opening = "";
  const opened = await piece(link.href);
  delete row.dataset.opening;
  if (!opened) return;
  row.replaceWith(opened);
  controlsIn(opened).forEach(grow);
  const wanted = new URL(link.href).searchParams.get("cell");
  (opened.querySelector(`[data-field="${wanted}"]`) ?? opened.querySelector("[data-field]"))?.focus();
  for (const other of grid.querySelectorAll("tr.editing")) if (other !== opened) closeRow(other, false);
}

const isUntouched = (row) => row.dataset.row === "new" && !controlsIn(row).some(isBusy);

/** A row whose every word is saved turns to text again. */
async function closeRow(row, focus = true) {
  const controls = controlsIn(row);
  await Promise.all(controls.map(commit));
  if (controls.some(isBusy) || !row.isConnected) return;
  if (isUntouched(row)) return focus || grid.querySelector("tbody tr:not(.editing)") ? row.remove() : undefined;
  const text = await piece(row.dataset.textUrl);
  if (!text || controls.some(isBusy) || (!focus && row.contains(document.activeElement))) return;
  row.replaceWith(text);
  if (focus) text.querySelector("a.cell")?.focus();
}

/** A new row needs no server: its first word makes it. A second press finds the one that is there. */
function addRow() {
  const rows = grid.querySelector("tbody");
  let row = [...rows.querySelectorAll("[data-row=new]")].find(isUntouched);
  if (!row) {
    row = document.getElementById("new-row").content.firstElementChild.cloneNode(true);
    row.dataset.key = newId();
    for (const part of row.querySelectorAll("[id], [aria-describedby]")) {
      for (const name of ["id", "aria-describedby"]) {
        const value = part.getAttribute(name);
        if (value) part.setAttribute(name, value.replace("-new-", `-${row.dataset.key}-`));
      }
    }
    rows.append(row);
    for (const other of grid.querySelectorAll("tr.editing")) if (other !== row) closeRow(other, false);
  }
  row.querySelector("[data-field]").focus();
  row.scrollIntoView({ block: "nearest" });
}

/** Moving, removing and bringing back, without leaving the page. */
async function actOnRow(form, choice) {
  const answer = await post(form.action, { do: choice });
  if (!answer?.ok) return showTrouble(answer ? ({ 401: "signed-out", 404: "gone" }[answer.status] ?? "server") : "line");
  const toasts = document.getElementById("toasts");
  form.closest(".toast")?.remove();
  form.closest("details")?.removeAttribute("open");
  if (answer.status === 200) {
    toasts.innerHTML = await answer.text();
    announce(toasts.querySelector("p").textContent);
    toasts.querySelector("button")?.focus();
  }
  saves++;
  await polling?.now();
}

/** Leaving waits a moment for what is on its way. */
async function afterSaving(go) {
  controlsIn(grid).forEach(commit);
  const until = Date.now() + 4000;
  while (pending().length && Date.now() < until) await new Promise((resolve) => setTimeout(resolve, 50));
  go();
}

function listen() {
  const wake = () => [...wakers].forEach((resolve) => resolve());
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
    if (control && !relatedTarget?.closest?.(`[data-chips="${control.id}"]`) && relatedTarget !== control) commit(control);
  });
  grid.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr.editing");
    if (!row || event.isComposing) return;
    const isLast = event.target === controlsIn(row).at(-1) && row === [...grid.querySelectorAll("tr:not(.under)")].at(-1);
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      if (isLast && document.getElementById("new-row")) commit(event.target).then(() => {}), addRow();
      else commit(event.target);
    } else if (event.key === "Escape") closeRow(row);
  });
  grid.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
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
      if (form.matches("[data-by-script]")) actOnRow(form, event.submitter.value);
      else if (form.matches("[data-add-row]")) addRow();
      else if (!form.matches("[data-conflict]") && controlsIn(grid).some((c) => isDirty(c) || stateOf(c).edit) && !("waited" in form.dataset)) {
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

let polling = null;
if (grid) {
  listen();
  helpWithPeople(grid, words.people);
  controlsIn(grid).forEach(grow);
}
const polled = document.querySelector("[data-poll]");
if (polled) {
  polling = startPolling(polled, {
    controlsIn,
    isBusy,
    accept,
    saves: () => saves,
    isMaking: () => Boolean(grid && pending().some((control) => rowOf(control).dataset.row === "new")),
    removed: (control) => show(control, "gone", words.removed),
  });
}
