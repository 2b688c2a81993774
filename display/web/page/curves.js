// The curves of a page that stays open come again after some minutes, as the server
// has drawn them; not while nobody looks, and not under the reader's fingers.
let last = Date.now();

async function again() {
  const old = document.querySelector(".curves");
  if (!old || document.hidden || old.contains(document.activeElement) || Date.now() - last < old.dataset.every * 1000) return;
  last = Date.now();
  try {
    const reply = await fetch(old.dataset.from);
    if (!reply.ok) return;
    const fresh = new DOMParser().parseFromString(await reply.text(), "text/html").querySelector(".curves");
    if (!fresh) return;
    const open = [...old.querySelectorAll("details")].map((d) => d.open);
    fresh.querySelectorAll("details").forEach((d, i) => { d.open = Boolean(open[i]); });
    old.replaceWith(fresh);
  } catch {
    // The next time.
  }
}

setInterval(again, 20_000 + Math.random() * 20_000);
document.addEventListener("visibilitychange", again);
