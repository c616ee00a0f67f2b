// What this device keeps of a person while there is no line: edits that wait, and pages of sheets and
// plans. All texts are sealed (AES-GCM) under a key that cannot be taken out of the browser, and that
// goes when its person signs out or someone else signs in. Used by pages and by the service worker.

const DAY = 24 * 3600 * 1000;
/** The key stays this long after the page last met the server; what it sealed waits longer. */
const KEY_LASTS = 7 * DAY;
export const EDITS_LAST = 30 * DAY;
/** Where pages note, to be read at once, that something of someone is kept here: the person's mark. */
export const NOTE = "kept-for";

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open("coalitions", 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("keys", { keyPath: "person" });
      request.result.createObjectStore("edits", { keyPath: "n", autoIncrement: true });
      request.result.createObjectStore("pages", { keyPath: "url" });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Do one thing with one table: `act(table)` gives a request, whose result comes when it is on disk. */
async function within(name, mode, act) {
  const whole = (await database()).transaction(name, mode);
  const request = act(whole.objectStore(name));
  return new Promise((resolve, reject) => {
    whole.oncomplete = () => resolve(request.result);
    whole.onerror = whole.onabort = () => reject(whole.error);
  });
}

export const all = (name) => within(name, "readonly", (table) => table.getAll());
export const get = (name, key) => within(name, "readonly", (table) => table.get(key));
export const put = (name, value) => within(name, "readwrite", (table) => table.put(value));
export const remove = (name, key) => within(name, "readwrite", (table) => table.delete(key));
const empty = (name) => within(name, "readwrite", (table) => table.clear());

/** The key that stands here, with the mark of its person; null when there is none, or it is too old. */
export async function keyHere() {
  const [found] = await all("keys");
  if (!found || found.until > Date.now()) return found ?? null;
  await forget();
  return null;
}

/** The key of `person`, asked of the server, and new, when it does not stand here. Nobody else's stays. */
export async function keyOf(person) {
  let found = await keyHere();
  if (found?.person !== person) {
    await forget();
    const answer = await fetch("/me/device-key/", { headers: { "X-Requested-With": "fetch" } });
    const told = answer.ok ? await answer.json() : {};
    if (told.person !== person) return null;
    const raw = Uint8Array.from(atob(told.key), (letter) => letter.charCodeAt(0));
    found = { person, isNew: true, key: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]) };
  }
  return found;
}

/** The page met the server: the key may stay a while longer. */
export async function prolong(found) {
  const { person, key } = found;
  await put("keys", { person, key, until: Date.now() + KEY_LASTS });
  localStorage.setItem(NOTE, person);
}

export async function seal(key, value) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const data = new TextEncoder().encode(JSON.stringify(value));
  return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, data) };
}

export async function unseal(key, { iv, data }) {
  return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data)));
}

/** The sign-in ends: without its key nothing here can be read. Edits wait, sealed, for their person. */
export async function forget() {
  await empty("keys");
  await empty("pages");
}
