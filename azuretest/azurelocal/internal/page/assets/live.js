// Brings the page up to date while it is open. All HTML that comes is made by the
// templates that made the page, which have escaped what is in it.
'use strict'

const rows = document.getElementById('rows')
const live = document.getElementById('live')
const most = 200

function say (text, on) {
  live.textContent = text
  live.className = on ? 'on' : 'off'
  live.hidden = false
}

function addRows (html) {
  const atTop = rows.scrollTop === 0
  const before = rows.scrollHeight
  rows.insertAdjacentHTML('afterbegin', html)
  while (rows.children.length > most) rows.lastElementChild.remove()
  if (!atTop) rows.scrollTop += rows.scrollHeight - before
  document.getElementById('count').textContent = rows.firstElementChild.dataset.number
}

// What has the focus, and what is half typed, stays.
function replaceSection (html) {
  const template = document.createElement('template')
  template.innerHTML = html
  for (const fresh of [...template.content.children]) {
    const old = document.getElementById(fresh.id)
    const focus = old.contains(document.activeElement) ? document.activeElement.id : ''
    const typed = [...old.querySelectorAll('input:not([type=hidden])')].map(input => input.value)
    old.replaceWith(fresh)
    fresh.querySelectorAll('input:not([type=hidden])').forEach((input, i) => { input.value = typed[i] })
    if (focus) document.getElementById(focus)?.focus()
  }
}

function follow () {
  const source = new EventSource('/page/events?after=' + encodeURIComponent(document.body.dataset.after))
  source.onopen = () => say('live', true)
  source.onerror = () => say('not connected', false)
  source.addEventListener('requests', event => addRows(event.data))
  source.addEventListener('section', event => replaceSection(event.data))
  source.addEventListener('reload', () => location.reload())
}

// A button does its work without loading the page anew: what it has changed comes as
// an event. If that fails the form is sent as it is without this file, and the answer
// says why.
async function submit (event) {
  const form = event.target
  if (form.method !== 'post' || live.className !== 'on') return
  event.preventDefault()
  const body = new URLSearchParams(new FormData(form, event.submitter))
  try {
    const answer = await fetch(form.action, { method: 'POST', body, redirect: 'manual' })
    if (answer.type === 'opaqueredirect') {
      form.reset()
      return
    }
  } catch {
    // the form itself will tell
  }
  const button = document.createElement('input')
  if (event.submitter?.name) {
    Object.assign(button, { type: 'hidden', name: event.submitter.name, value: event.submitter.value })
    form.append(button)
  }
  form.submit()
}

document.addEventListener('submit', submit)
follow()
