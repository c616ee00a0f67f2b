// The service worker: files of ours by their hashed names, and for whoever may keep them the last seen
// pages of today's sheet and the plan, sealed (store.js). Everything else goes to the server as always.
import { get, keyHere, put, seal, unseal } from "./store.js";

const HASHED = /\.[0-9a-f]{12}\.\w+$/;
const KEPT = /^\/teams\/\d+\/(plan|sheets\/[\d-]+)\/(changes\/)?$/;
/** A line this slow is no line, if the page is here. */
const PATIENCE = 8000;

/** `files` are the addresses to keep; `version` changes with them. */
export function serve(files, version) {
  addEventListener("install", (event) => event.waitUntil(install(files, version)));
  addEventListener("activate", (event) => event.waitUntil(activate()));
  addEventListener("message", (event) => event.waitUntil(page(new Request(event.data.keep))));
  addEventListener("fetch", (event) => {
    const { request } = event;
    const { origin, pathname } = new URL(request.url);
    if (request.method !== "GET" || origin !== location.origin) return;
    if (files.includes(pathname) || HASHED.test(pathname)) event.respondWith(file(request));
    else if (request.mode === "navigate" || (KEPT.test(pathname) && pathname.endsWith("/changes/"))) {
      event.respondWith(page(request, event));
    }
  });
}

async function install(files, version) {
  const cache = await caches.open(`files-${Date.now()}-${version}`);
  await cache.addAll(files);
  await skipWaiting();
}

/** Pages that are open, or kept, may still need the files of the version before. */
async function activate() {
  const names = (await caches.keys()).filter((name) => name.startsWith("files-")).sort();
  for (const name of names.slice(0, -2)) await caches.delete(name);
  await clients.claim();
}

/** A hashed name always means the same; any other is asked for first. */
async function file(request) {
  const here = await caches.match(request);
  if (here && HASHED.test(new URL(request.url).pathname)) return here;
  return fetch(request).catch((error) => here ?? Promise.reject(error));
}

async function page(request, event) {
  const path = new URL(request.url).pathname;
  // With a validator the page knows already what we have.
  const here = KEPT.test(path) && !request.headers.has("If-None-Match") ? await kept(path) : null;
  const fresh = fetch(request).then(async (answer) => {
    const keeping = keep(path, answer);
    event ? event.waitUntil(keeping) : await keeping;
    return answer;
  });
  const instead = async () => here ?? (request.mode === "navigate" ? await caches.match("/offline/") : null);
  try {
    const answer = await (here ? Promise.race([fresh, late()]) : fresh);
    if (answer.status < 502 || answer.status > 504) return answer;
    return (await instead()) ?? answer;
  } catch (error) {
    fresh.catch(() => {});
    const other = await instead();
    if (other) return other;
    throw error;
  }
}

const late = () => new Promise((_, reject) => setTimeout(() => reject(new TypeError("too slow")), PATIENCE));

/** Keep a page that its header says may be kept, for the person it names; and the changes of a kept one. */
async function keep(path, answer) {
  if (answer.status !== 200 || !KEPT.test(path)) return;
  const copy = answer.clone();
  const person = answer.headers.get("X-Keep-Offline");
  const found = await keyHere();
  const whole = path.replace(/changes\/$/, "");
  if (!found || (path === whole ? person !== found.person : (await get("pages", whole))?.person !== found.person)) return;
  const type = answer.headers.get("Content-Type");
  const policy = answer.headers.get("Content-Security-Policy") ?? "default-src 'none'";
  const body = await copy.text();
  // Changes that tell of no rows do not take the place of those that do.
  if (path !== whole && !JSON.parse(body).parts) return;
  const title = /<title>([^<]*)/.exec(body)?.[1].trim() ?? "";
  const sealed = await seal(found.key, { body, type, policy, title });
  await put("pages", { url: path, person: found.person, at: Date.now(), sealed });
}

/** The page as it was seen last, for whoever is signed in here; it says of itself that it is kept. */
async function kept(path) {
  const found = await keyHere().catch(() => null);
  const row = found && (await get("pages", path));
  if (row?.person !== found?.person || !row) return null;
  const { body, type, policy } = await unseal(found.key, row.sealed);
  const headers = { "Content-Type": type, "Content-Security-Policy": policy, "Cache-Control": "no-store", "X-Kept": String(row.at) };
  const isPage = type.startsWith("text/html");
  return new Response(isPage ? body.replace("<body ", `<body data-kept="${row.at}" `) : body, { headers });
}
