// The agenda builder: sessions as blocks on a time axis, moved by mouse, touch and keyboard.
//
// The server says where each block stands (data-begins, data-ends, data-lane of data-lanes) and draws
// the week anew after each change. Everything here can also be done by the forms of the page.
import { announce, csrfHeaders, showTrouble } from "./app.js";

const STEP = 5;
const board = () => document.getElementById("agenda-board");
const hourHeight = () => board().querySelector(".hours li").getBoundingClientRect().height;
const isRtl = () => document.dir === "rtl";
let queue = Promise.resolve();

/** Put each block where its times say. */
function draw() {
  const first = Number(board().dataset.first) * 60;
  const last = Number(board().dataset.last) * 60;
  board().classList.add("drawn");
  const perMinute = hourHeight() / 60;
  for (const axis of board().querySelectorAll(".axis")) axis.style.blockSize = `${(last - first) * perMinute}px`;
  for (const block of board().querySelectorAll(".block")) {
    const { begins, ends, lane, lanes } = block.dataset;
    block.style.insetBlockStart = `${(begins - first) * perMinute}px`;
    block.style.blockSize = `${Math.max((ends - begins) * perMinute, 26)}px`;
    block.style.insetInlineStart = `${(100 * lane) / lanes}%`;
    block.style.inlineSize = `${100 / lanes}%`;
  }
}

const newId = () => crypto.randomUUID?.() ?? "";

/** Send a change; one after the other, so that each sees the version the last one made. */
function send(url, fields, focusOn) {
  queue = queue.then(async () => {
    const block = focusOn && document.getElementById(focusOn);
    const version = block ? { version: block.dataset.version } : {};
    const body = new URLSearchParams({ ...fields, ...version, change_id: newId() });
    const answer = await fetch(url, { method: "POST", body, headers: { ...csrfHeaders(), "X-Requested-With": "fetch" } }).catch(() => null);
    if (!answer || ![200, 409].includes(answer.status)) {
      draw();
      return showTrouble(answer ? ({ 401: "signed-out", 404: "gone" }[answer.status] ?? "server") : "line");
    }
    const holder = document.createElement("template");
    holder.innerHTML = await answer.text();
    const fresh = holder.content.querySelector("#agenda-board");
    const had = board().contains(document.activeElement);
    board().replaceWith(fresh);
    draw();
    announce(fresh.dataset.said);
    if (answer.status === 409) note(fresh.dataset.said);
    if (had) (document.getElementById(focusOn)?.querySelector("a") ?? fresh.querySelector(".block a"))?.focus();
  });
  return queue;
}

function note(text) {
  const place = document.createElement("div");
  place.className = "note warn";
  place.append(Object.assign(document.createElement("p"), { textContent: text }));
  board().prepend(place);
}

const shift = (block, by) => send(block.dataset.url, { do: "shift", ...by }, block.id);

const KEYS = {
  ArrowUp: (shifted) => (shifted ? { longer: -STEP } : { minutes: -STEP }),
  ArrowDown: (shifted) => (shifted ? { longer: STEP } : { minutes: STEP }),
  ArrowLeft: () => ({ days: isRtl() ? 1 : -1 }),
  ArrowRight: () => ({ days: isRtl() ? -1 : 1 }),
};

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.target.matches("input, textarea")) {
    event.preventDefault();
    return void undo();
  }
  const block = event.target.closest(".block");
  if (!block || !event.target.matches("a") || event.ctrlKey || event.metaKey || event.altKey) return;
  const by = KEYS[event.key]?.(event.shiftKey);
  if (by) shift(block, by);
  else if (event.key.toLowerCase() === "d") send(block.dataset.url, { do: "duplicate" }, block.id);
  else if (event.key === "Delete") send(block.dataset.url, { do: "remove" }, block.id);
  else return;
  event.preventDefault();
});

const undo = () => send(document.querySelector("[data-undo]").action, {}, document.activeElement?.closest(".block")?.id);

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("[data-undo]")) undo();
  else if (form.matches("[data-act]")) send(form.action, { do: event.submitter.value }, form.closest(".block").id);
  else return;
  event.preventDefault();
}, true);

// Mouse and touch. A finger drags by the grip, so that the page still scrolls elsewhere.
document.addEventListener("pointerdown", (event) => {
  const block = event.target.closest(".drawn .block");
  const grip = event.target.closest("[data-grip]")?.dataset.grip;
  if (!block || event.button || event.target.closest(".menu") || (event.pointerType !== "mouse" && !grip)) return;
  const start = { x: event.clientX, y: event.clientY };
  const [perMinute, width] = [hourHeight() / 60, block.closest(".column").getBoundingClientRect().width];
  const origin = { top: parseFloat(block.style.insetBlockStart), height: parseFloat(block.style.blockSize) };
  let by = null;
  const move = ({ clientX, clientY }) => {
    const minutes = Math.round((clientY - start.y) / perMinute / STEP) * STEP;
    const days = Math.round((clientX - start.x) / width) * (isRtl() ? -1 : 1);
    if (!by && Math.abs(clientY - start.y) < 5 && Math.abs(clientX - start.x) < 5) return;
    block.classList.add("dragged");
    by = grip === "resize" ? { longer: minutes } : { minutes, days };
    if (grip === "resize") block.style.blockSize = `${Math.max(origin.height + minutes * perMinute, 10)}px`;
    else {
      block.style.insetBlockStart = `${origin.top + minutes * perMinute}px`;
      block.style.translate = `${days * width * (isRtl() ? -1 : 1)}px`;
    }
  };
  const end = ({ type }) => {
    removeEventListener("pointermove", move);
    for (const name of ["pointerup", "pointercancel"]) removeEventListener(name, end);
    block.classList.remove("dragged");
    block.style.translate = "";
    if (!by) return;
    // The press that ends a drag is no press on the link.
    const ignore = (click) => click.preventDefault();
    addEventListener("click", ignore, true);
    setTimeout(() => removeEventListener("click", ignore, true), 0);
    if (type === "pointercancel" || !Object.values(by).some(Boolean)) return draw();
    shift(block, by);
  };
  addEventListener("pointermove", move);
  for (const name of ["pointerup", "pointercancel"]) addEventListener(name, end);
});

draw();
addEventListener("resize", draw);
