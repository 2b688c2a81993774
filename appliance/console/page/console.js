// Keeps a page live, sends its buttons, and adds keys. Without this script the
// pages work as plain forms.

const body = document.body
const live = document.querySelector('#live')
const said = document.querySelector('#said')
const commands = document.querySelector('#commands')
const banner = document.querySelector('#link')
const quietMost = 25000 // ms without a word from the kiosk

// --- the state that the kiosk sends

let source = null
let heard = performance.now()   // when the last word came
let heardAt = new Date()
let received = performance.now() // when the state shown came
let changed = 0                 // when a list last changed its rows
let again = 0                   // timer of the next try

function connect() {
  clearTimeout(again)
  source?.close()
  source = new EventSource(body.dataset.events)
  source.addEventListener('state', e => {
    alive()
    show(JSON.parse(e.data))
  })
  source.addEventListener('beat', alive)
  source.addEventListener('signed_out', leave)
  source.addEventListener('error', () => {
    lost()
    if (source.readyState === EventSource.CLOSED) again = setTimeout(ask, 3000)
  })
}

// ask finds out why there is no stream: signed out, or out of reach.
async function ask() {
  try {
    const r = await fetch(body.dataset.events, { method: 'HEAD', cache: 'no-store', signal: AbortSignal.timeout(5000) })
    if (r.status === 401 || r.status === 403) return leave()
    connect()
  } catch {
    again = setTimeout(ask, 3000)
  }
}

function leave() {
  source?.close()
  location.assign(location.pathname) // which leads to the sign-in
}

function alive() {
  heard = performance.now()
  heardAt = new Date()
  if (!said.hasChildNodes()) tell({ ok: true, ko: '실시간으로 연결되어 있습니다.', en: 'Connected, live.' })
  if (!commands.disabled) return
  banner.hidden = true
  commands.disabled = false
  if (document.activeElement === body) home()
}

function lost() {
  if (commands.disabled) return
  document.querySelector('#since').textContent = `${heardAt.toTimeString().slice(0, 8)}부터 소식이 없습니다.`
  banner.hidden = false
  commands.disabled = true
}

function show(state) {
  received = performance.now()
  const focused = document.activeElement
  const rows = names()
  const fresh = document.createElement('template')
  fresh.innerHTML = state.html // made by the kiosk's own templates, which escape
  children(live, fresh.content)
  if (names() !== rows) changed = performance.now()
  const office = document.title.split(' · ').at(-1)
  document.title = `${state.title} · ${office}`
  const gone = focused !== body && (!focused.isConnected || focused.disabled)
  if (gone && document.activeElement?.id !== 'said') home()
  tick()
}

const names = () => [...live.querySelectorAll('.rows li')].map(li => li.id).join()
const home = () => live.querySelector('#b-next')?.focus({ preventScroll: true })

// children makes the children of have those of want. What bears an id keeps its
// element, so that focus, open details and a finger on a button stay.
function children(have, want) {
  const wanted = new Set([...want.children].map(e => e.id).filter(Boolean))
  for (const e of [...have.children]) if (e.id && !wanted.has(e.id)) e.remove()
  let at = have.firstChild
  for (const w of [...want.childNodes]) {
    const mine = w.id ? [...have.children].find(e => e.id === w.id) : null
    const match = mine ?? (at && !at.id && !w.id && at.nodeName === w.nodeName ? at : null)
    if (!match) {
      have.insertBefore(w, at)
      continue
    }
    if (match === at) at = at.nextSibling
    else have.insertBefore(match, at)
    become(match, w)
  }
  while (at) {
    const next = at.nextSibling
    at.remove()
    at = next
  }
}

function become(have, want) {
  if (have.nodeType !== Node.ELEMENT_NODE) {
    if (have.data !== want.data) have.data = want.data
    return
  }
  if (have.nodeName === 'FORM' && have.dataset.dirty !== undefined) {
    // Somebody is filling it in: only what the page itself says may change.
    for (const hidden of want.querySelectorAll('input[type=hidden]')) {
      const mine = have.querySelector(`input[name="${hidden.name}"][type=hidden]`)
      if (mine) mine.value = hidden.value
    }
    return
  }
  for (const a of [...have.attributes]) {
    if (!want.hasAttribute(a.name) && !(have.nodeName === 'DETAILS' && a.name === 'open') && a.name !== 'aria-busy') have.removeAttribute(a.name)
  }
  for (const a of want.attributes) if (have.getAttribute(a.name) !== a.value) have.setAttribute(a.name, a.value)
  children(have, want)
}

// --- how long it has been

function long(s) {
  if (s < 60) return `${s}초`
  if (s < 3600) return `${Math.floor(s / 60)}분 ${s % 60}초`
  return `${Math.floor(s / 3600)}시간 ${Math.floor(s / 60) % 60}분`
}

function tick() {
  if (commands.disabled) return // what is no longer known does not go on
  const past = (performance.now() - received) / 1000
  for (const e of live.querySelectorAll('[data-s]')) {
    const s = Number(e.dataset.s)
    if (s >= 0) e.textContent = long(Math.floor(s + past))
  }
}

// --- buttons

let busy = false
let last = { press: '', at: -Infinity }
let pointed = -Infinity // when a pointer last pressed

const id = () => [...crypto.getRandomValues(new Uint8Array(16))].map(b => b.toString(16).padStart(2, '0')).join('')
const pause = ms => new Promise(done => setTimeout(done, ms))

function tell(what) {
  const small = document.createElement('small')
  small.lang = 'en'
  small.textContent = what.en
  said.replaceChildren(what.ko + ' ', small)
  said.dataset.ok = String(what.ok)
}

async function send(form, button) {
  const fields = new URLSearchParams(new FormData(form))
  fields.delete('id')
  const seen = fields.get('seen')
  fields.delete('seen')
  const press = form.getAttribute('action') + '?' + fields
  const now = performance.now()
  // The second tap of a double tap is the same press.
  if (busy || commands.disabled || (press === last.press && now - last.at < 700)) return
  const byPointer = now - pointed < 1000
  if (byPointer && form.dataset.row !== undefined && pointed - changed < 350) {
    tell({ ok: false, ko: '누르시는 사이에 목록이 바뀌었습니다. 다시 눌러 주십시오.', en: 'The list moved while you pressed. Please press again.' })
    return
  }
  last = { press, at: now }
  fields.set('id', id())
  if (seen !== null) fields.set('seen', seen)
  busy = true
  button?.setAttribute('aria-busy', 'true')
  try {
    const what = await post(form.getAttribute('action'), fields)
    if (!what) return
    tell(what)
    if (what.ok) {
      delete form.dataset.dirty
      form.reset()
    }
    last.at = performance.now()
  } finally {
    busy = false
    button?.removeAttribute('aria-busy')
    // After a click the one key is the next call again, wherever the click was.
    if (byPointer && body.dataset.page === 'counter') home()
  }
}

// post tries again with the same id: a lost answer is no second command.
async function post(address, fields) {
  for (const wait of [500, 1500, 0]) {
    try {
      const r = await fetch(address, { method: 'POST', body: fields, headers: { Accept: 'application/json' }, signal: AbortSignal.timeout(7000) })
      if (r.status === 401) {
        leave()
        return null
      }
      return await r.json()
    } catch {
      if (wait === 0) break
      tell({ ok: false, ko: '응답이 없어 다시 보내고 있습니다.', en: 'No answer; sending again.' })
      await pause(wait)
    }
  }
  return { ok: false, ko: '키오스크가 응답하지 않습니다. 처리되었는지 화면의 번호를 확인해 주십시오.', en: 'The kiosk does not answer. Please check the number shown.' }
}

if (live) {
  document.addEventListener('pointerdown', () => { pointed = performance.now() }, true)
  document.addEventListener('submit', e => {
    if (!e.target.matches('form[data-act]')) return
    e.preventDefault()
    send(e.target, e.submitter)
  })
  document.addEventListener('input', e => {
    if (e.target.form?.matches('form[data-act]')) e.target.form.dataset.dirty = ''
  })
  setInterval(() => {
    tick()
    if (performance.now() - heard > quietMost) {
      lost()
      if (source.readyState !== EventSource.CLOSED) {
        heard = performance.now() // one new try for each silence
        connect()
      }
    }
  }, 1000)
  connect()
}

// --- keys: physical ones, whatever the keyboard writes

const keep = 'sunbeon.shortcuts'
const shortcuts = document.querySelector('#shortcuts')
if (shortcuts) {
  try {
    shortcuts.checked = localStorage.getItem(keep) !== 'off'
  } catch { /* a browser that keeps nothing */ }
  shortcuts.addEventListener('change', () => {
    try {
      localStorage.setItem(keep, shortcuts.checked ? 'on' : 'off')
    } catch { /* the same */ }
  })
  document.addEventListener('keydown', e => {
    if (!shortcuts.checked || e.repeat || e.ctrlKey || e.altKey || e.metaKey) return
    const code = e.code === 'F8' ? 'Space' : e.code
    if (e.code !== 'F8') {
      if (e.target.closest('input:not([type=checkbox]), select, textarea')) return
      if (code === 'Space' && e.target.closest('button, a, summary, input')) return
    }
    const field = live.querySelector(`[data-focus="${CSS.escape(code)}"]`)
    const button = live.querySelector(`button[data-code="${CSS.escape(code)}"]`)
    if (field) {
      e.preventDefault()
      field.focus()
    } else if (button) {
      e.preventDefault()
      if (!button.disabled) button.form.requestSubmit(button)
    }
  })
}
