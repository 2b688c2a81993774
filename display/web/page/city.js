// Puts the city's updates in their places, and lets ages tick.
//
// The page is complete without this module. An update is JSON whose texts are
// worded already; it reaches the page only as text and as data attributes.
//
//   data-t="key"          the element's text is the value (or its own language's part)
//   data-a="name=key ..." data-<name> is the value
//   data-v="key"          an input's value
//   data-show="key"       hidden while the value is empty or false
//   data-h="key"          a link's address is data-base and the value
//   data-list="key"       one child a row, made from its <template>, or the one
//                         whose id is data-pattern
//   data-fetch="address"  the element's own JSON, asked for now and then

const body = document.body;
const language = document.documentElement.lang;
const staleAfter = Number(body.dataset.staleAfter) * 1000;

// The city's clock: the reader's own may be wrong.
let ahead = Number(body.dataset.now) - Date.now();
const now = () => Date.now() + ahead;

const pick = (row, path) => path === "" ? row : path.split(".").reduce((v, key) => v?.[key], row);
const text = (v) => typeof v === "object" && v !== null ? v[language] ?? "" : String(v ?? "");

function setText(el, value) {
  if (el.textContent !== value) el.textContent = value;
}

function apply(el, row) {
  const d = el.dataset;
  if (d.t !== undefined) setText(el, text(pick(row, d.t)));
  if (d.v !== undefined) el.value = text(pick(row, d.v));
  if (d.h !== undefined) el.href = d.base + encodeURIComponent(text(pick(row, d.h)));
  if (d.show !== undefined) el.hidden = !pick(row, d.show);
  if (d.a !== undefined) {
    for (const pair of d.a.split(" ")) {
      const [name, key] = pair.split("=");
      d[name] = text(pick(row, key));
    }
  }
}

function patch(el, row) {
  for (const child of el.children) {
    if (child.dataset.fetch !== undefined) continue; // it is told by itself
    apply(child, row);
    if (child.dataset.list !== undefined) patchList(child, pick(row, child.dataset.list) ?? []);
    else patch(child, row);
  }
}

function patchList(el, rows) {
  const pattern = el.querySelector(":scope > template") ?? document.getElementById(el.dataset.pattern);
  const have = [...el.children].filter((child) => child !== pattern);
  rows.forEach((row, i) => {
    if (!have[i]) {
      have[i] = pattern.content.firstElementChild.cloneNode(true);
      el.append(have[i]);
    }
    apply(have[i], row);
    patch(have[i], row);
  });
  have.slice(rows.length).forEach((child) => child.remove());
}

// Ages.

function age(ms) {
  const s = Math.max(Math.floor(ms / 1000), 0);
  const say = (pattern, n) => pattern.replace("%", n);
  if (s < 60) return say(body.dataset.seconds, s);
  if (s < 3600) return say(body.dataset.minutes, Math.floor(s / 60));
  if (s < 86400) return say(body.dataset.hours, Math.floor(s / 3600));
  return say(body.dataset.days, Math.floor(s / 86400));
}

function tick() {
  for (const el of document.querySelectorAll("[data-heard]")) {
    const old = now() - Number(el.dataset.heard);
    // An update may say stale; time alone may say it too, never the contrary.
    if (old >= staleAfter && el.dataset.stale !== "true") el.dataset.stale = "true";
    const line = el.querySelector("[data-ago]");
    if (line) setText(line, age(old));
  }
}

// Updates.

const ticket = document.querySelector("[data-ticket]");
let asking = false;
let again = false;

async function askTicket() {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch("/api/v1/tickets/" + encodeURIComponent(ticket.dataset.ticket), { cache: "no-store" });
    if (answer.ok) {
      const row = await answer.json();
      apply(ticket, row);
      patch(ticket, row);
      tick();
    } else if (answer.status === 404) { // its day is over
      location.reload();
    }
  } catch {
    // The stream's own banner says that the city is out of reach.
  }
  await new Promise((done) => setTimeout(done, 1000));
  asking = false;
  if (again) {
    again = false;
    askTicket();
  }
}

function office(row) {
  const places = document.querySelectorAll(`[data-office="${CSS.escape(row.id)}"]`);
  if (places.length === 0 && document.querySelector("[data-part]")) return; // it is on another page
  if (places.length === 0) { // an office that is new to the city: its card comes with the page
    const last = Number(sessionStorage.getItem("reloaded") ?? 0);
    if (Date.now() - last > 30000) {
      sessionStorage.setItem("reloaded", Date.now());
      location.reload();
    }
    return;
  }
  for (const el of places) { // the map has it twice
    apply(el, row);
    patch(el, row);
  }
}

// What no update tells, while somebody looks.
export async function ask(el) {
  if (document.hidden) return;
  try {
    const answer = await fetch(el.dataset.fetch);
    if (!answer.ok) return;
    const row = await answer.json();
    apply(el, row);
    patch(el, row);
  } catch {
    // The stream's own banner says that the city is out of reach.
  }
}

let broken;

function connect() {
  const source = new EventSource(body.dataset.events);
  source.addEventListener("city", (e) => {
    const row = JSON.parse(e.data);
    ahead = row.now - Date.now();
    const banner = document.getElementById("link");
    patch(banner, row);
    banner.hidden = row.connected;
    tick();
  });
  source.addEventListener("office", (e) => {
    office(JSON.parse(e.data));
    tick();
  });
  // A call wakes everybody who waits: not all at the same moment.
  source.addEventListener("ticket", () => setTimeout(askTicket, Math.random() * 500));
  source.onopen = () => {
    clearTimeout(broken);
    broken = undefined;
    document.getElementById("live").hidden = true;
  };
  source.onerror = () => {
    // A moment's interruption is nobody's concern.
    broken ??= setTimeout(() => { document.getElementById("live").hidden = false; }, 8000);
    if (source.readyState === EventSource.CLOSED) { // the browser has given up
      setTimeout(connect, 10000 + Math.random() * 10000);
    }
  };
}

if (body.dataset.events) connect();
for (const el of document.querySelectorAll("[data-fetch]")) setInterval(() => ask(el), 60000);
if (document.querySelector("[data-heard]")) setInterval(tick, 1000);

// A notice that may soon be out of date is left alone until it is.
export async function lookAgain() {
  try {
    if ((await fetch(location.href, { method: "HEAD", cache: "no-store" })).ok) location.reload();
  } catch {
    // There is nothing to see yet.
  }
}

if (body.dataset.retry) setInterval(lookAgain, Number(body.dataset.retry) * 1000);

// A second tap is harmless, but it should look so.
for (const form of document.querySelectorAll("form[method=post]")) {
  const button = form.querySelector("button");
  form.addEventListener("submit", (e) => {
    if (button.getAttribute("aria-disabled") === "true") e.preventDefault();
    button.setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => button.removeAttribute("aria-disabled"));
}
