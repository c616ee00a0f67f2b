// Signing out, or giving the device to others: what is kept here is sent first, or left on purpose.
import { showTrouble } from "./app.js";
import { line, wake } from "./queue.js";
import * as store from "./store.js";

const PATIENCE = 5000;

const waiting = async (person) => (await store.all("edits")).filter((row) => row.person === person);

/** Wait until nothing of `person` waits, but not for long. Did it come so? */
async function sent(person) {
  wake();
  const until = Date.now() + PATIENCE;
  while ((await waiting(person)).length) {
    if (Date.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

/** There is something to lose: "send" or "lose"; whatever else closes the dialog is staying. */
async function ask(number, failed) {
  const dialog = document.getElementById("unsent");
  const say = dialog.querySelector("[data-say]");
  say.dataset.text ??= say.textContent;
  say.textContent = say.dataset.text.replace("%s", number);
  dialog.querySelector("[data-failed]").hidden = !failed;
  dialog.returnValue = "";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue;
}

const hasLine = () =>
  fetch("/offline/", { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(8000) }).then(
    (answer) => answer.ok,
    () => false,
  );

/** Send `form`, which ends what this device may keep, once nothing is lost by it that should not be. */
export async function leave(form, submitter) {
  const { person } = document.body.dataset;
  const isFree = await sent(person).catch(() => true);
  for (let failed = false; person && !isFree; failed = true) {
    const left = (await waiting(person)).length;
    if (!left) break;
    const choice = await ask(left, failed);
    if (choice !== "send" && choice !== "lose") return submitter?.focus();
    if (choice === "lose" || (await sent(person))) break;
  }
  if (!(await hasLine())) return showTrouble("line");
  line.keeper = null;
  for (const row of await waiting(person)) await store.remove("edits", row.n);
  await forget(form.elements.shared?.value === "yes");
  document.querySelectorAll("[data-unsaved]").forEach((control) => control.toggleAttribute("data-kept", true));
  form.dataset.ready = "";
  form.requestSubmit(submitter);
}

/** Nothing kept here can be read from now on; where others use the device, no file of ours stays either. */
export async function forget(isShared = false) {
  await store.forget();
  if ((await store.all("edits")).length) localStorage.setItem(store.NOTE, "");
  else localStorage.removeItem(store.NOTE);
  if (!isShared) return;
  for (const worker of (await navigator.serviceWorker?.getRegistrations()) ?? []) await worker.unregister();
  for (const name of await caches.keys()) await caches.delete(name);
}
