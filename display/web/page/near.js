// Orders the offices by how far they are from the reader.
//
// The position is asked for on a tap, and stays in this module: it is compared
// with the positions that the page carries, and neither kept nor sent.

const button = document.getElementById("near");
const said = document.getElementById("near-said");
const list = document.querySelector(".offices");

const radians = (degrees) => degrees * Math.PI / 180;

// As geo.go reckons and words it.
function distance(a, b) {
  const h = Math.sin(radians(b.lat - a.lat) / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(radians(b.lon - a.lon) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(Math.min(h, 1)));
}

function bearing(a, b) {
  const along = radians(b.lon - a.lon);
  const y = Math.sin(along) * Math.cos(radians(b.lat));
  const x = Math.cos(radians(a.lat)) * Math.sin(radians(b.lat)) - Math.sin(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.cos(along);
  return (Math.atan2(y, x) * 180 / Math.PI + 360) % 360;
}

function words(km, degrees) {
  const wind = button.dataset.winds.split("|")[Math.floor(((degrees + 22.5) % 360) / 45)];
  let far;
  if (km < 0.95) far = button.dataset.m.replace("%", Math.max(Math.round(km * 20) * 50, 50));
  else far = button.dataset.km.replace("%", km < 9.95 ? km.toFixed(1) : km.toFixed(0));
  return far + " " + wind;
}

function order(here) {
  const rows = [...list.querySelectorAll("[data-office]")].map((el) => {
    if (el.dataset.lat === undefined) return { el, km: Infinity };
    const there = { lat: Number(el.dataset.lat), lon: Number(el.dataset.lon) };
    const km = distance(here, there);
    let line = el.querySelector(".far");
    if (!line) {
      line = document.createElement("p");
      line.className = "far";
      el.querySelector("header").after(line);
    }
    line.textContent = words(km, bearing(here, there));
    return { el, km };
  });
  rows.sort((a, b) => a.km < b.km ? -1 : a.km > b.km ? 1 : 0).forEach((row) => list.append(row.el));
  for (const link of button.parentElement.querySelectorAll("[aria-current]")) link.removeAttribute("aria-current");
  button.setAttribute("aria-pressed", "true");
  said.textContent = button.dataset.done;
}

if (button && "geolocation" in navigator && list.querySelector("[data-lat]")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    said.textContent = button.dataset.asking;
    navigator.geolocation.getCurrentPosition(
      (at) => order({ lat: at.coords.latitude, lon: at.coords.longitude }),
      (why) => { said.textContent = why.code === why.PERMISSION_DENIED ? button.dataset.refused : button.dataset.failed; },
      { maximumAge: 60000, timeout: 20000 });
  });
}
