// The few things every page does. Each makes better what already works without script.
// Sentences for people stand in components/trouble.html, where they are translated.

const live = () => document.getElementById("live");

/** Say something to screen readers; cleared first, so that the same sentence twice is heard twice. */
export function announce(text) {
  const region = live();
  if (!region) return;
  region.textContent = "";
  setTimeout(() => (region.textContent = text), 50);
}

/** The headers that prove a request comes from our page; <body> holds them for htmx, and we read the same. */
export function csrfHeaders() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}

/** Show one of the notes of components/trouble.html above the content, which stays as it is. */
export function showTrouble(kind) {
  const source = document.querySelector(`template[data-trouble="${kind}"]`);
  const notes = document.getElementById("notes");
  if (!source || !notes) return;
  notes.querySelectorAll("[data-kind-of-trouble]").forEach((note) => note.remove());
  const note = source.content.firstElementChild.cloneNode(true);
  note.dataset.kindOfTrouble = kind;
  notes.append(note);
  note.scrollIntoView({ block: "nearest" });
  announce(note.textContent.trim().replace(/\s+/g, " "));
}

/** A second press while a form is on its way would send it twice. The button stays enabled: a disabled one loses focus and its value. */
function guardDoubleSubmit() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.target === "_blank") return;
    if ("sent" in form.dataset) return event.preventDefault();
    form.dataset.sent = "";
    // An answer that is a download never leaves the page, so the guard lets go by itself.
    setTimeout(() => delete form.dataset.sent, 10000);
  });
  // Back from the browser's memory: the form may be sent again.
  addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  });
}

/** People on bad lines should know it before they write, not after. */
function showOffline() {
  const bar = document.getElementById("offline");
  const update = () => {
    const off = !navigator.onLine;
    if (bar.hidden === !off) return;
    bar.hidden = !off;
    if (off) announce(bar.textContent);
  };
  if (!bar) return;
  addEventListener("online", update);
  addEventListener("offline", update);
  update();
}

/** Leaving with unsent words asks first; words in a form that is being sent are not unsent. */
function warnBeforeLeaving() {
  addEventListener("beforeunload", (event) => {
    const unsent = [...document.querySelectorAll("[data-unsaved]:not([data-kept])")];
    if (unsent.some((element) => !element.closest("form[data-sent]"))) event.preventDefault();
  });
}

/** A failed request must never cost what is on the page: it gets a note, not another page. */
function showFailures() {
  const byStatus = { 401: "signed-out", 403: "refused", 404: "gone", 410: "gone", 429: "busy" };
  // Parts that keep and resend by themselves say so on their own (data-own-errors), but signing in is everyone's.
  const mine = (event) => !event.target.closest?.("[data-own-errors]");
  document.addEventListener("htmx:responseError", (event) => {
    const kind = byStatus[event.detail.xhr.status] || "server";
    if (kind === "signed-out" || mine(event)) showTrouble(kind);
  });
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    document.addEventListener(name, (event) => mine(event) && showTrouble("line"));
  }
}

/** Signing in elsewhere makes this page's token stale: fetch a fresh one, so that "go on here" is true. */
export async function freshenToken() {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return false;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const headers = page.body.getAttribute("hx-headers");
  // Whoever signed in meanwhile may be someone else: then this page is not theirs to go on with.
  if (!headers || page.body.dataset.person !== document.body.dataset.person) return false;
  document.body.setAttribute("hx-headers", headers);
  const token = JSON.parse(headers)["X-CSRFToken"];
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((input) => (input.value = token));
  return true;
}

/** Coming back from the sign-in tab is the moment to look whether one is signed in again. */
function goOnAfterSignIn() {
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || !document.querySelector("[data-kind-of-trouble=signed-out]")) return;
    if (await freshenToken().catch(() => false)) showTrouble("signed-in");
  });
}

/** An open menu closes like every other menu: by Escape, or by a press elsewhere. */
function closeMenus() {
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    open().forEach((menu) => menu.contains(event.target) || (menu.open = false));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });
}

/** Asked only of people whose zone we do not know: the guess is better than UTC, and their profile corrects it. */
function guessTimeZone() {
  const url = document.querySelector('meta[name="guess-time-zone"]')?.content;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!url || !zone) return;
  fetch(url, { method: "POST", headers: csrfHeaders(), body: new URLSearchParams({ time_zone: zone }) }).catch(() => {});
}

/** What this browser keeps is for one person, while they are signed in, where the device is theirs. */
function mindWhatIsKept() {
  const { person, keeping } = document.body.dataset;
  const load = () => import(keeping);
  const isNoted = () => {
    try {
      return localStorage.getItem("kept-for") !== null;
    } catch {
      return false;
    }
  };
  if (!keeping) return;
  if (isNoted() || (person && document.querySelector("[data-grid]"))) load();
  document.addEventListener(
    "submit",
    (event) => {
      const form = event.target;
      if (!form.matches("[data-leaves]") || "ready" in form.dataset || !isNoted()) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      load().then(({ leave }) => leave(form, event.submitter));
    },
    true,
  );
}

// Another module may load this file under its unhashed name; the listeners must still exist once.
if (!("app" in document.documentElement.dataset)) {
  document.documentElement.dataset.app = "";
  guardDoubleSubmit();
  showOffline();
  warnBeforeLeaving();
  showFailures();
  goOnAfterSignIn();
  closeMenus();
  guessTimeZone();
  mindWhatIsKept();
}
