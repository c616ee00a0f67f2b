// The register on a bad line: a tap shows at once, is kept on this device under a key of the person
// who taps, with ids alone, and is sent when the line is back. Sending it twice changes nothing.
import { csrfHeaders, freshenToken, showTrouble } from "./app.js";

const form = document.querySelector("form[data-register]");
const EVERY = 10000;
const LONGEST_WAIT = 15000;
const PORTION = 300;

if (form) {
  const place = form.dataset.register;
  // The server's clock decides whose word was last; this is how far the device's own is off. A page that
  // was slow to begin must not make its taps older than they are.
  const [visit] = performance.getEntriesByType("navigation");
  const sinceAnswered = visit ? Math.round(performance.now() - visit.responseStart) : 0;
  const ahead = Number(form.dataset.now) - (Date.now() - sinceAnswered);
  const buttons = [...form.querySelectorAll("button[data-key]")];
  let memory = {};
  let sending = false;
  let refused = 0;

  /** What was tapped and not sent: `{"12.2026-06-01.morning": [true, 1780300000000]}`. */
  function kept() {
    try {
      memory = JSON.parse(localStorage.getItem(place)) || {};
    } catch {
      // No storage here: what the page remembers has to do.
    }
    return memory;
  }

  function keep(taps) {
    memory = taps;
    let isSafe = true;
    try {
      if (Object.keys(taps).length) localStorage.setItem(place, JSON.stringify(taps));
      else localStorage.removeItem(place);
    } catch {
      isSafe = Object.keys(taps).length === 0;
    }
    // Taps that this page alone holds would go with it: app.js asks before leaving.
    form.toggleAttribute("data-unsaved", !isSafe);
    say(Object.keys(taps).length);
  }

  function say(count) {
    const words = count ? `${form.dataset.waiting} ${count}` : form.dataset.allSaved;
    const line = form.querySelector("[data-kept]");
    if (line.textContent !== words) line.textContent = words;
  }

  function press(button, isPresent, said) {
    button.setAttribute("aria-pressed", isPresent);
    button.value = `${button.dataset.key}.${isPresent ? 0 : 1}`;
    if (said !== undefined) button.querySelector("[data-said]").textContent = said;
  }

  /** The half-day as the server knows it, and above it what is still on its way. */
  function draw(known) {
    const waiting = kept();
    for (const button of buttons) {
      const there = known?.people[button.dataset.key];
      const mine = waiting[button.dataset.key];
      if (mine) press(button, mine[0]);
      else if (there) press(button, ...there);
    }
    for (const [key, count] of Object.entries(known?.counts || {})) {
      const place = document.querySelector(`[data-count="${key}"]`);
      if (place) place.textContent = count;
    }
    say(Object.keys(waiting).length);
  }

  /** Forget what arrived, unless the same person was tapped again meanwhile. */
  function forget(sent) {
    const taps = kept();
    for (const [key, tap] of sent) if (taps[key]?.[1] === tap[1]) delete taps[key];
    keep(taps);
  }

  async function send() {
    if (sending || !navigator.onLine) return;
    sending = true;
    const portion = Object.entries(kept()).slice(0, PORTION);
    const taps = portion.map(([key, [isPresent, at]]) => `${key}.${isPresent ? 1 : 0}.${at}`).join(" ");
    try {
      const answer = await fetch(form.action, {
        method: portion.length ? "POST" : "GET",
        headers: { ...csrfHeaders(), "X-Requested-With": "fetch" },
        body: portion.length ? new URLSearchParams({ taps }) : undefined,
        signal: AbortSignal.timeout(LONGEST_WAIT),
      });
      if (answer.ok) {
        refused = 0;
        forget(portion);
        draw(await answer.json());
      } else if (answer.status === 403 && !refused++ && (await freshenToken())) {
        setTimeout(send);
      } else if ([401, 403, 404].includes(answer.status) && portion.length) {
        showTrouble({ 401: "signed-out", 403: "refused", 404: "gone" }[answer.status]);
      }
    } catch {
      // No line: the taps stay where they are, and the next round tries again.
    } finally {
      sending = false;
    }
    const next = Object.entries(kept());
    // Tapped while this was under way: send it now. What did not arrive waits for the next round.
    if (next.some(([key, tap]) => !portion.some(([one, sent]) => one === key && sent[1] === tap[1]))) setTimeout(send);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-key]");
    if (!button) return;
    event.preventDefault();
    const isPresent = button.getAttribute("aria-pressed") !== "true";
    press(button, isPresent, "");
    keep({ ...kept(), [button.dataset.key]: [isPresent, Date.now() + ahead] });
    send();
  });
  addEventListener("online", send);
  addEventListener("storage", (event) => event.key === place && draw());
  document.addEventListener("visibilitychange", () => document.hidden || send());
  setInterval(() => document.hidden || send(), EVERY);
  draw();
  send();
}
