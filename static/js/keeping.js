// Keeps what someone writes on this device until the server has it, also when the browser is closed.
//
// Loaded by app.js on sheets and plans, and wherever something is kept already. Whose it is stands on
// <body>: the texts of one person are never shown to, or sent by, another. docs/decisions/0023.
import { showTrouble } from "./app.js";
import { forget, leave } from "./leaving.js";
import { keepBy, line, newId, wake, watch } from "./queue.js";
import { barFor } from "./line_bar.js";
import * as store from "./store.js";
import { noteStuck, sendAlone, stuckAs, superseded } from "./stuck.js";

export { leave };
const { person, shared, kept } = document.body.dataset;
const grid = document.querySelector("[data-grid]");
const tab = newId();
let writes = Promise.resolve();

/** One write after the other, so that the order on disk is the order of the texts. */
function inOrder(act) {
  const done = writes.then(act);
  writes = done.catch(() => {});
  return done;
}

function keeperWith(key) {
  const write = async (edit, stuck) => {
    const sealed = await store.seal(key, { url: edit.url, fields: edit.fields, of: edit.of, stuck });
    const row = { person, tab, at: edit.at ?? Date.now(), sealed };
    if (edit.n) row.n = edit.n;
    edit.n = await store.put("edits", row);
    return true;
  };
  return {
    put: (edit) => {
      superseded(edit);
      return inOrder(() => write(edit)).catch(() => false);
    },
    drop: (edit) => inOrder(() => edit.n && store.remove("edits", edit.n)).catch(() => {}),
    /** The server will not have this text as it is: it stays until the person decides. */
    stick: (edit, { message = "" }) => {
      stuckAs(edit);
      return inOrder(() => write(edit, { message })).catch(() => {});
    },
  };
}

/** Edits of pages that are no longer there, oldest first; from now on they are this page's. */
function adopt(key) {
  const take = async () => {
    const { held: locks } = await navigator.locks.query();
    const alive = new Set(locks.map((lock) => lock.name));
    const found = [];
    for (const row of await store.all("edits")) {
      if (row.person !== person || row.tab === tab || alive.has(`tab-${row.tab}`)) continue;
      const edit = await store.unseal(key, row.sealed).catch(() => null);
      if (!edit) continue;
      await store.put("edits", { ...row, tab });
      found.push({ ...edit, n: row.n, at: row.at });
    }
    return found;
  };
  return navigator.locks.request("coalitions-adopt", take);
}

/** Send what an earlier page left; on its own page the text goes back into its cell first. */
async function takeUp(key) {
  // Taken up only with what it takes to send it: without a line, the next try begins here again.
  const place = grid && (await import("./resume.js"));
  const found = await adopt(key);
  line.resumed += found.length;
  for (const edit of found.filter((edit) => edit.stuck)) noteStuck(edit, edit.stuck.message);
  const waiting = found.filter((edit) => !edit.stuck);
  if (place) await place.resume(waiting, sendAlone);
  else waiting.forEach(sendAlone);
}

/** While this page lives, no other takes what it sends. */
function stayAlive() {
  return new Promise((granted) => {
    navigator.locks.request(`tab-${tab}`, () => {
      granted();
      return new Promise(() => {});
    });
  });
}

async function forgetOld() {
  for (const row of await store.all("edits")) {
    if (row.at < Date.now() - store.EDITS_LAST) await store.remove("edits", row.n);
  }
}

/** The page is there without a line only if the worker has it. */
async function registerWorker(isNew) {
  if (!navigator.serviceWorker) return;
  const missed = isNew || !performance.getEntriesByType("navigation")[0].workerStart;
  const { active } = await navigator.serviceWorker.register("/sw.js", { type: "module" }).then(() => navigator.serviceWorker.ready);
  if (missed && kept === undefined) active.postMessage({ keep: location.pathname });
}

async function begin() {
  await forgetOld();
  const here = localStorage.getItem(store.NOTE);
  if (shared === "yes" || !person || (here !== null && here !== person && here !== "")) await forget(shared === "yes");
  if (shared === "yes" || !person) return;
  const mine = (await store.all("edits")).some((row) => row.person === person);
  if (!grid && !mine) return;
  const found = await store.keyOf(person);
  if (!found) throw new Error("no key");
  if (kept === undefined) await store.prolong(found);
  await stayAlive();
  keepBy(keeperWith(found.key));
  if (grid) keepWhileTyping();
  const again = () => takeUp(found.key).then(wake, () => {});
  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.hidden || again());
  again();
  // A line that breaks here leaves the registering to the next page.
  if (grid) registerWorker(found.isNew).catch(() => {});
}

/** Whoever closes the browser, or sees it crash, in the middle of a cell loses nothing. */
function keepWhileTyping() {
  let timer;
  grid.addEventListener("input", ({ target }) => {
    target.removeAttribute("data-kept");
    clearTimeout(timer);
    if (target.matches("[data-field]")) timer = setTimeout(async () => (await import("./saving.js")).pause(target), 1000);
  });
  // Someone may have typed before we came.
  import("./saving.js").then(({ controlsIn, isDirty, pause }) => controlsIn(grid).filter(isDirty).forEach(pause), () => {});
}

/** Forms that grid.js and its like send by themselves, and may wait. */
const OWN = "[data-by-script], [data-add-row], [data-adds], [data-turn], [data-conflict], [data-selection]";

/** A form that leaves the page would take it away for nothing: without a line it stays, and says why. */
function stayWithoutLine() {
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (event.defaultPrevented || form.matches(OWN) || form.method !== "post" || (!line.away && navigator.onLine)) return;
      event.preventDefault();
      showTrouble("line");
    },
    true,
  );
}

if (grid) stayWithoutLine();
watch(barFor);
begin()
  .catch(() => {})
  .then(async () => grid && !line.keeper && (await import("./drafts.js")).begin());
