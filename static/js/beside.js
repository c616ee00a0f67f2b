// The comments beside a page: fetched when they come into sight. What it takes to write there, htmx and
// the names to mention, comes with the first touch, since most who look at a sheet do not comment.
const section = () => document.getElementById("comments");
const { htmx } = section().dataset;
let help;

async function fill() {
  const answer = await fetch(section().dataset.there, { headers: { "HX-Request": "true" } }).catch(() => null);
  // Without them the link stays.
  if (answer?.ok && !answer.redirected) section().outerHTML = await answer.text();
}

/** Fulfilled when htmx has read the page, which it does once, when it starts: the page must be whole by then. */
async function load() {
  import("./mention.js").catch(() => {});
  if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done));
  const script = Object.assign(document.createElement("script"), { src: htmx });
  const done = new Promise((good, bad) => Object.assign(script, { onload: good, onerror: bad }));
  document.head.append(script);
  await done;
}

const sight = new IntersectionObserver((seen) => {
  if (!seen.some((part) => part.isIntersecting)) return;
  sight.disconnect();
  fill();
});
sight.observe(section());

for (const kind of ["focusin", "pointerdown"]) {
  document.addEventListener(kind, ({ target }) => target.closest("#comments :is(form, summary)") && (help ??= load().catch(() => {})));
}

// Whoever is quicker than htmx waits for it; where it does not come, the form leads to the page of comments.
document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    if (globalThis.htmx || !form.closest("#comments") || "waited" in form.dataset) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    form.dataset.waited = "";
    // htmx learns from a click alone which button it was.
    (help ??= load().catch(() => {})).then(() => (submitter ? submitter.click() : form.requestSubmit()));
  },
  true,
);
