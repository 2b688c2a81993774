// Shows the messages of a ticket. It keeps nothing, and stands between the reader
// and the city for nothing else: pages are never served from here.

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (e) => e.waitUntil(self.clients.claim()));

// Only a page of this site is ever opened.
function page(address) {
  const url = new URL(typeof address === "string" ? address : "/", self.location.origin);
  return url.origin === self.location.origin ? url.href : self.location.origin + "/";
}

self.addEventListener("push", (e) => {
  let m = {};
  try {
    m = e.data?.json() ?? {};
  } catch {
    // A message that cannot be read is shown as one without words: a browser
    // takes the right to push from who shows nothing.
  }
  e.waitUntil(self.registration.showNotification(String(m.title ?? "순번 / Queue"), {
    body: String(m.body ?? ""),
    lang: m.lang === "en" ? "en" : "ko",
    tag: String(m.tag ?? "ticket"), // a message sent twice is shown once
    renotify: true,
    requireInteraction: m.urgent === true,
    vibrate: m.urgent === true ? [400, 150, 400, 150, 400] : [200],
    data: { page: page(m.page) },
  }));
});

self.addEventListener("notificationclick", (e) => {
  e.notification.close();
  e.waitUntil((async () => {
    const to = e.notification.data?.page ?? page("/");
    for (const client of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) {
      if (client.url.split("?")[0] === to) return client.focus();
    }
    return self.clients.openWindow(to);
  })());
});
