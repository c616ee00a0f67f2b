// A page of a check-in on a bad line: what is typed stays on the page until the server has it.
// Without script the form is sent as any other. Words are kept on the page only, never in the
// browser's storage: phones and laptops are shared.
import { showTrouble } from "./app.js";

const form = document.querySelector("main form[data-warn-unsent]");
const LONGEST_WAIT = 20000;

form?.addEventListener("input", () => (form.dataset.unsaved = ""));

form?.addEventListener("submit", async (event) => {
  event.preventDefault();
  if ("sent" in form.dataset) return;
  form.dataset.sent = "";
  const button = event.submitter;
  let answer;
  try {
    answer = await fetch(form.action, {
      method: "POST",
      body: new URLSearchParams(new FormData(form, button)),
      redirect: "manual",
      signal: AbortSignal.timeout(LONGEST_WAIT),
    });
  } catch {
    // Perhaps it arrived, perhaps not: pressing again sends the same answer, which is kept once.
    delete form.dataset.sent;
    showTrouble("line");
    return;
  }
  if (answer.type === "opaqueredirect") {
    location.assign(button?.dataset.next ?? form.dataset.next);
  } else if (answer.status === 429 || answer.status >= 500) {
    delete form.dataset.sent;
    showTrouble(answer.status === 429 ? "busy" : "server");
  } else {
    // A page that says what to do, with all that was typed: the browser shows it.
    const pressed = document.createElement("input");
    Object.assign(pressed, { type: "hidden", name: button?.name ?? "", value: button?.value ?? "" });
    form.append(pressed);
    form.submit();
  }
});

// Back from the browser's memory: it may be sent again.
addEventListener("pageshow", () => delete form?.dataset.sent);
