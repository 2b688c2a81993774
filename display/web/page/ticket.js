// A ticket's page: when to go, alerts on a call, push messages.
//
// The page is complete without this module, and city.js keeps its texts fresh.
// What stands here watches the article's data attributes and says more loudly
// what they say. The way to the office stays in this browser.

const ticket = document.querySelector("[data-ticket]");
const body = document.body;
const ahead = Number(body.dataset.now) - Date.now();
const now = () => Date.now() + ahead;

// Time to go: the earliest moment of the call is no further away than the way, or
// few people are ahead.

const travel = document.getElementById("travel");
const fewAhead = 3;

function minutes() {
  return Number(travel?.value) || 15;
}

function goes() {
  const d = ticket.dataset;
  if (d.state !== "waiting" || d.stale === "true" || d.here) return false;
  const earliest = Number(d.earliest);
  return Number(d.ahead) <= fewAhead || (earliest > 0 && earliest - now() <= minutes() * 60000);
}

// Alerts: the title says so until the page is looked at, and the device trembles.

const title = document.title;
let flash;

function alertTitle(text) {
  clearInterval(flash);
  flash = undefined;
  document.title = title;
  if (!text) return;
  let on = true;
  document.title = "● " + text;
  flash = setInterval(() => {
    on = !on;
    document.title = on ? "● " + text : title;
  }, 1000);
}

function tremble(pattern) {
  // Refused, without harm, before the reader has touched the page.
  navigator.vibrate?.(pattern);
}

let said = "";

function watch() {
  const d = ticket.dataset;
  const go = goes();
  if (d.go !== String(go)) d.go = String(go);
  const checkin = ticket.querySelector(".checkin");
  if (checkin && (go || d.state === "no_show") && checkin.dataset.asked !== d.state) { // once: its reader may close it
    checkin.dataset.asked = d.state;
    checkin.open = true;
  }
  const head = ticket.querySelector("[data-t=head]").textContent;
  const says = d.stale === "true" ? "" : d.state === "called" ? head : go ? "go" : "";
  if (says === said) return;
  const first = said === "" && says === "go" && !watch.began;
  said = says;
  if (d.state === "called" && says) {
    alertTitle(says);
    tremble([400, 150, 400, 150, 400]);
  } else if (says === "go") {
    const go = ticket.querySelector("[data-goes]").textContent;
    if (!first) { // who opens the page reads it
      alertTitle(go);
      tremble([200, 100, 200]);
    }
  } else {
    alertTitle("");
  }
}

function stay() { // the page is looked at: its title may rest
  if (document.visibilityState === "visible" && ticket.dataset.state !== "called") alertTitle("");
}

// Push messages.

function bytes(base64url) {
  const s = atob(base64url.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(s, (c) => c.charCodeAt(0));
}

function base64url(buffer) {
  return btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

async function pushes(box) {
  const start = box.querySelector("[data-push=start]");
  const stop = box.querySelector("[data-push=stop]");
  const say = (key) => { box.querySelector(".said").textContent = key ? box.dataset[key] : ""; };
  const mine = "push:" + ticket.dataset.ticket; // this browser gets this ticket's messages
  const show = (on) => {
    start.hidden = on;
    stop.hidden = !on;
  };
  const registration = await navigator.serviceWorker.register(box.dataset.worker, { scope: "/" });

  async function tell(subscription, more) {
    const key = (name) => base64url(subscription.getKey(name));
    const id = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
    const form = new URLSearchParams({ id, endpoint: subscription.endpoint, p256dh: key("p256dh"), auth: key("auth"), ...more });
    const answer = await fetch(location.pathname + "/push", { method: "POST", body: form });
    if (!answer.ok) throw new Error("push: " + answer.status);
  }

  // A browser out of reach of its push service asks on and on.
  const within = (promise) => Promise.race([promise, new Promise((_, no) => setTimeout(no, 15000))]);

  start.addEventListener("click", async () => {
    say("");
    try {
      if (await Notification.requestPermission() !== "granted") {
        say("denied");
        return;
      }
      await navigator.serviceWorker.ready;
      const subscription = await within(registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.key) }));
      await tell(subscription, {});
      localStorage.setItem(mine, "1");
      show(true);
      say("on");
    } catch {
      say("failed");
    }
  });
  stop.addEventListener("click", async () => {
    try {
      const subscription = await registration.pushManager.getSubscription();
      if (subscription) await tell(subscription, { stop: "1" });
    } catch {
      // The ticket's end ends it too.
    }
    localStorage.removeItem(mine);
    show(false);
    say("off");
  });
  show(Boolean(localStorage.getItem(mine) && await registration.pushManager.getSubscription()));
  box.hidden = false;
}

if (ticket) {
  if (travel) {
    const kept = localStorage.getItem("travel");
    if ([...travel.options].some((o) => o.value === kept)) travel.value = kept;
    travel.addEventListener("change", () => {
      localStorage.setItem("travel", travel.value);
      watch();
    });
    travel.closest(".travel").hidden = false;
  }
  watch();
  watch.began = true;
  new MutationObserver(watch).observe(ticket, { attributes: true, attributeFilter: ["data-state", "data-ahead", "data-earliest", "data-stale", "data-go"] });
  setInterval(watch, 5000);
  document.addEventListener("visibilitychange", stay);
  addEventListener("pointerdown", stay);
  const box = ticket.querySelector(".push");
  if (box && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
    pushes(box).catch(() => {}); // the browser does not have it: the page alone alerts
  }
  // What a browser keeps of tickets that are over is forgotten.
  if (ticket.dataset.ended === "true") {
    for (const key of Object.keys(localStorage)) if (key.startsWith("push:")) localStorage.removeItem(key);
  }
}
