// What goes to the server: one at a time, oldest first, each until there is an answer about it. Edits of
// one cell, blocks of cells, and rows that are moved, doubled, removed, brought back (gestures.js).
//
// Where the device may keep texts, offline.js gives a `keeper`, and what waits outlives the page.
import { csrfHeaders, freshenToken } from "./app.js";

const WAITS = [1, 2, 4, 8, 30];
const waiting = [];
const wakers = new Set();
const watchers = new Set();
let working = false;
/** `keeper`: put(edit), drop(edit), stick(edit, answer); `away`: did the last try find no line? */
export const line = { keeper: null, away: false, savedAt: "", resumed: 0, wasAway: false };

/** How many edits wait, and what to do whenever that or the line changes. */
export const count = () => waiting.length;
export const watch = (look) => watchers.add(look);
const tell = () => watchers.forEach((look) => look());

/** An id nobody else makes, also where the page is not secure and the browser has no randomUUID. */
export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

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

/** Is it about one cell? Else a block, or a row that was moved, removed… */
export const isCell = ({ fields }) => "field" in fields;
export const isSameCell = (one, other) =>
  isCell(one) && one.url === other.url && ["table", "row", "key", "field"].every((name) => one.fields[name] === other.fields[name]);

/** The ids of what waits; with `onlyBlocks` those of blocks. */
export const waitingIds = (onlyBlocks) =>
  waiting.filter(({ fields }) => !onlyBlocks || fields.block).map(({ fields }) => fields.edit_id);

/**
 * Send an edit {url, fields}; `fields.edit_id` makes sending it twice once. `say(kind)` hears how it stands.
 * Returns the answer that decided: {status, …}.
 */
export function send(edit, say = () => {}) {
  const answer = new Promise((resolve) => Object.assign(edit, { say, resolve, tries: edit.tries ?? 0 }));
  waiting.push(edit);
  keepSoon(edit);
  if (line.away) edit.say("unsaved");
  tell();
  work();
  return answer;
}

/** From now on what waits is kept, and what waits already too. */
export function keepBy(keeper) {
  line.keeper = keeper;
  waiting.forEach(keepSoon);
  tell();
}

/** The line was found to be gone, or there again. */
export function isAway(away) {
  if (line.away === away) return;
  line.away = away;
  tell();
  if (!away) wake();
}

/** A text that has not been tried yet gives way to the cell's newer one. */
export function replace(edit, value) {
  edit.fields.value = value;
  keepSoon(edit);
}

function keepSoon(edit) {
  edit.kept = Promise.resolve(edit.kept).then(async () => {
    if (waiting.includes(edit) && (await line.keeper?.put(edit))) edit.say("kept");
  });
}

async function work() {
  if (working) return;
  working = true;
  for (let attempt = 0; waiting.length; ) {
    const edit = waiting[0];
    const answer = await inTurn(() => attemptOne(edit));
    if (answer) {
      attempt = 0;
      await done(edit, answer);
    } else {
      tell();
      await rest(WAITS[Math.min(attempt++, WAITS.length - 1)]);
    }
  }
  working = false;
}

/** One page of the browser sends at a time. */
const inTurn = (act) => (navigator.locks ? navigator.locks.request("coalitions-send", act) : act());

/** The answer that decides, or null. */
async function attemptOne(edit) {
  edit.tries++;
  let answer = await post(edit.url, edit.fields);
  if (answer?.status === 403 && (await freshenToken().catch(() => false))) answer = await post(edit.url, edit.fields);
  const status = answer?.status;
  isAway(!answer || [502, 503, 504].includes(status));
  if (status === 204) return { status: 200 };
  if ([200, 409, 410, 422].includes(status)) {
    const told = await answer.json().catch(() => null);
    if (told) return { status, ...told };
  }
  if ([400, 404, 405].includes(status)) return { status: 404 };
  waiting.forEach((other) => other.say(status === 401 || status === 403 ? "signedOut" : "unsaved"));
  return null;
}

/** Is there a text in it that somebody wrote? */
export const hasWords = ({ fields }) => "value" in fields || "block" in fields;

async function done(edit, answer) {
  waiting.shift();
  const next = waiting.find((other) => isSameCell(other, edit));
  if (next) follow(next, edit, answer);
  await edit.kept;
  if (next || !hasWords(edit) || ![404, 422].includes(answer.status)) await line.keeper?.drop(edit);
  else await line.keeper?.stick(edit, answer);
  if (answer.status === 200) line.savedAt = answer.at ?? line.savedAt;
  edit.resolve(answer);
  // After whoever waited for the answer has taken it.
  setTimeout(tell);
}

/** The cell's next text was written by someone who saw this one. */
function follow(next, edit, answer) {
  if (answer.status === 409 || answer.status === 410) next.fields.settles = answer.edit;
  else if (answer.status !== 200) next.fields.seen = edit.fields.seen;
  else if (answer.text !== undefined && answer.outcome !== "merged") next.fields.seen = answer.text;
  keepSoon(next);
}
