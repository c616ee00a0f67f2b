// Moving a bar of the timeline, by mouse, finger or keys. Without it a bar is a link to its activity.
import { announce, csrfHeaders } from "./app.js";

const DAY = 86400000;
const FIELDS = { start: "starts_on", due: "due_on" };
const chart = () => document.getElementById("timeline");
const rtl = document.documentElement.dir === "rtl" ? -1 : 1;
const later = (iso, days) => new Date(Date.parse(iso) + days * DAY).toISOString().slice(0, 10);

function say(text, state = "") {
  const line = document.getElementById("timeline-says");
  line.textContent = text;
  line.dataset.state = state;
  announce(text);
}

/** The dates a bar would have, `days` later; with `endOnly` it grows or shrinks. */
function shifted({ start, due }, days, endOnly) {
  const to = { start: start && !endOnly ? later(start, days) : start, due: due && later(due, days) };
  if (to.start && to.due && to.due < to.start) to.due = to.start;
  return to;
}

function draw(bar) {
  const { start, due } = bar.to ?? bar.dataset;
  const { first, days } = chart().dataset;
  const begins = (Date.parse(start || due) - Date.parse(first)) / DAY;
  const length = (Date.parse(due || start) - Date.parse(start || due)) / DAY + 1;
  const width = (100 * length) / days;
  const x = rtl < 0 ? 100 - (100 * begins) / days - width : (100 * begins) / days;
  bar.querySelectorAll("[data-body]").forEach((rect) => {
    rect.setAttribute("x", `${x}%`);
    rect.setAttribute("width", `${width}%`);
  });
  bar.querySelector("svg").setAttribute("x", `${rtl < 0 ? x : x + width}%`);
}

function preview(bar, days, endOnly, from = bar.to ?? bar.dataset) {
  bar.to = shifted(from, days, endOnly);
  draw(bar);
}

function takeBack(bar) {
  delete bar.to;
  draw(bar);
}

/** One cell at a time, each with what was seen; sent again it is the same edit. */
async function send(bar, name) {
  const value = bar.to[name];
  bar.ids ??= {};
  const body = new URLSearchParams({
    table: "activity", row: bar.dataset.row, field: FIELDS[name], value, seen: bar.dataset[name],
    edit_id: (bar.ids[name + value + bar.dataset[name]] ??= crypto.randomUUID()),
  });
  const headers = { ...csrfHeaders(), "X-Requested-With": "fetch" };
  const answer = await fetch(chart().dataset.cellsUrl, { method: "POST", headers, body });
  if (answer.ok) bar.dataset[name] = value;
  return answer;
}

async function save(bar) {
  const words = chart().dataset;
  for (const name of Object.keys(FIELDS)) {
    if (bar.to[name] === bar.dataset[name]) continue;
    const answer = await send(bar, name).catch(() => null);
    if (answer?.ok) continue;
    if (answer?.status === 422) say((await answer.json()).message, "error");
    else if (answer?.status === 409 || answer?.status === 410) say(words.lost, "error");
    else return say(words.failed, "unsaved");
    return takeBack(bar);
  }
  delete bar.to;
  say(words.saved, "saved");
  await redraw(bar.id);
}

/** The server's own drawing, with the focus and the place one looked at. */
async function redraw(id) {
  const answer = await fetch(location.href).catch(() => null);
  if (!answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("timeline");
  const at = chart().querySelector(".scroll").scrollLeft;
  chart().replaceWith(fresh);
  fresh.querySelector(".scroll").scrollLeft = at;
  document.getElementById(id)?.focus();
}

const barOf = (event) => event.target.closest?.("[data-row]");

document.addEventListener("keydown", (event) => {
  const bar = barOf(event);
  const step = { ArrowRight: rtl, ArrowLeft: -rtl }[event.key];
  if (!bar || (!step && !bar.to)) return;
  if (step) {
    preview(bar, step * (event.shiftKey ? 7 : 1), event.ctrlKey);
    say(`${bar.to.start} – ${bar.to.due}. ${chart().dataset.moved}`);
  } else if (event.key === "Enter") save(bar);
  else if (event.key === "Escape") {
    takeBack(bar);
    say(chart().dataset.back);
  } else return;
  event.preventDefault();
});

// Along the bar it is dragged; a finger that goes up or down scrolls the page, one beside it the chart.
document.addEventListener("pointerdown", (event) => {
  const bar = barOf(event);
  if (!bar || event.button) return;
  event.preventDefault();
  bar.focus();
  const from = { ...(bar.to ?? bar.dataset) };
  const aDay = bar.ownerSVGElement.getBoundingClientRect().width / chart().dataset.days;
  const endOnly = event.target.hasAttribute("data-end") && Boolean(from.start);
  let days = 0;
  const move = ({ clientX }) => {
    days = Math.round((rtl * (clientX - event.clientX)) / aDay);
    if (days || bar.to) preview(bar, days, endOnly, from);
  };
  const stop = ({ type }) => {
    removeEventListener("pointermove", move);
    ["pointerup", "pointercancel"].forEach((name) => removeEventListener(name, stop));
    if (!days) return;
    if (type === "pointercancel") return takeBack(bar);
    const still = (click) => click.preventDefault();
    bar.addEventListener("click", still);
    setTimeout(() => bar.removeEventListener("click", still));
    save(bar);
  };
  addEventListener("pointermove", move);
  ["pointerup", "pointercancel"].forEach((name) => addEventListener(name, stop));
});

const scroll = chart()?.querySelector(".scroll");
scroll?.querySelector(".today")?.scrollIntoView({ block: "nearest", inline: "center" });
