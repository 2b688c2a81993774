"use strict";
// The bench page: every press goes to the kiosk, everything shown comes from it.
const $ = (s, of = document) => of.querySelector(s);
const said = $("#said");

function say(text, refused) {
  said.textContent = text;
  said.classList.toggle("refused", refused);
}

async function post(path, fields) {
  try {
    const reply = await fetch(path, { method: "POST", body: new URLSearchParams(fields) });
    say(await reply.text(), !reply.ok);
  } catch {
    say("키오스크와 연결되지 않아 처리하지 못하였습니다.", true);
  }
}

function request() {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), b => b.toString(16).padStart(2, "0")).join("");
}

document.addEventListener("click", event => {
  const button = event.target.closest("button");
  if (!button) return;
  const { service, fault, key } = button.dataset;
  if (button.id === "locate") post("/bench/locate", {});
  else if (service) post("/bench/press", { service, class: button.dataset.class, request: request() });
  else if (fault) post("/bench/fault", { what: fault });
  else if (key) post("/bench/key", { counter: button.closest(".desk").dataset.counter, key, request: request() });
});

let pieces = -1, seq = -1, sounds = -1;

function show(state) {
  for (const [service, lamp] of Object.entries(state.lamps)) $(`[data-lamp="${service}"]`).className = "lamp " + lamp;
  for (const sign of document.querySelectorAll("[data-sign]")) sign.textContent = state.signs[sign.dataset.sign] || "";
  $("#clock").textContent = state.clock;
  $("#arrival").hidden = !state.code;
  $("#code").textContent = state.code;
  const list = $("#faultlist");
  list.replaceChildren(...(state.faults || []).map(f => Object.assign(document.createElement("li"), { textContent: f })));
  if (sounds >= 0 && state.sounds > sounds) {
    const voice = $("#voice");
    voice.src = "/bench/sound.wav?n=" + state.sounds;
    voice.play().catch(() => {}); // a browser is silent until somebody has pressed something
  }
  sounds = state.sounds;
  if (state.version !== seq) {
    seq = state.version;
    $("#board").src = "/bench/board.png?v=" + seq;
  }
  if (state.pieces !== pieces) {
    const roll = $("#roll");
    if (pieces < 0 || state.pieces < pieces) { roll.replaceChildren(); pieces = Math.max(0, state.pieces - 5); }
    for (let n = pieces + 1; n <= state.pieces; n++) {
      const paper = new Image();
      paper.alt = n + "번째 표";
      paper.src = "/bench/paper.png?n=" + n;
      paper.dataset.piece = n;
      roll.prepend(paper);
    }
    while (roll.childElementCount > 5) roll.lastChild.remove();
    pieces = state.pieces;
  }
}

const events = new EventSource("/bench/events");
events.onmessage = event => show(JSON.parse(event.data));
// What has been answered meanwhile stays: the connection's end is no news any more.
const lost = "키오스크와 연결이 끊어졌습니다. 다시 연결하고 있습니다.";
events.onopen = () => { if (said.textContent === lost) say("키오스크와 다시 연결되었습니다.", false); };
events.onerror = () => say(lost, true);
