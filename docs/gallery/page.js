// The page of the gallery: buttons, output and chart of each example. Each runs in a worker of its
// own, so Stop can end it at any point.

import { drawingPad } from '../../examples/browser/draw.js'

/** Draws a line over the width of the canvas, from 0 to the largest value. */
const chartOn = (canvas) => {
  const points = []
  const draw = () => {
    const { width, height } = canvas.getBoundingClientRect()
    const scale = devicePixelRatio
    canvas.width = width * scale
    canvas.height = height * scale
    const pen = canvas.getContext('2d')
    const { color, accentColor } = getComputedStyle(canvas)
    pen.scale(scale, scale)
    const left = points[0]?.x ?? 0
    const right = Math.max(points.at(-1)?.x ?? 1, left + 1e-9)
    const top = Math.max(...points.map(({ y }) => y))
    const place = ({ x, y }) => [
      8 + ((x - left) / (right - left)) * (width - 16),
      height - 10 - (y / top) * (height - 34),
    ]
    pen.strokeStyle = accentColor
    pen.lineWidth = 2
    pen.lineJoin = 'round'
    pen.beginPath()
    for (const point of points) pen.lineTo(...place(point))
    pen.stroke()
    pen.fillStyle = color
    pen.font = '13px system-ui, sans-serif'
    const { label } = canvas.dataset
    pen.fillText(`${label} ${points.at(-1)?.y.toPrecision(4) ?? ''}`, 10, 16)
  }
  return {
    add(point) {
      if (!Number.isFinite(point.y)) return
      points.push(point)
      canvas.dataset.first ??= point.y
      canvas.dataset.last = point.y
      draw()
    },
  }
}

/** A pad to draw on; what the worker answers stands beside it. Returns what hears the answers. */
const padIn = (section, worker) => {
  const place = section.querySelector('.pad')
  place.hidden = false
  const bars = [...place.querySelectorAll('li span')]
  const show = (odds) => {
    bars.forEach((bar, digit) => {
      bar.style.width = `${100 * (odds?.[digit] ?? 0)}%`
    })
    place.querySelector('output').textContent = odds
      ? `a ${odds.indexOf(Math.max(...odds))}, I think`
      : ''
  }
  let next
  let waits = false
  const ask = () => {
    if (waits || !next) return
    waits = true
    worker.postMessage(next)
    next = undefined
  }
  // A fresh canvas: the one before hears for the worker before.
  const used = place.querySelector('canvas')
  const canvas = used.cloneNode()
  used.replaceWith(canvas)
  const clear = drawingPad(canvas, (pixels) => {
    next = pixels
    if (pixels) ask()
    else show(undefined)
  })
  place.querySelector('button').onclick = clear
  clear()
  return ({ answer }) => {
    waits = false
    show(answer)
    ask()
  }
}

const start = (section, { onEnd }) => {
  const { example, value } = section.dataset
  const [canvas, output, status] = ['.chart', '.output', '[role=status]'].map((selector) =>
    section.querySelector(selector),
  )
  const [label, pattern] = value ? JSON.parse(value) : ['loss']
  for (const element of [canvas, output]) element.hidden = false
  section.querySelector('.pad')?.setAttribute('hidden', '')
  output.textContent = ''
  Object.assign(canvas.dataset, { label })
  for (const name of ['first', 'last']) delete canvas.dataset[name]
  const chart = chartOn(canvas)
  const began = performance.now()
  const worker = new Worker(new URL(`${example}.js`, import.meta.url), { type: 'module' })
  const end = (text, answers = false) => {
    if (answers) hear.answer = padIn(section, worker)
    else worker.terminate()
    status.textContent = `${text} after ${((performance.now() - began) / 1000).toFixed(1)} s`
    section.dataset.state = text.split(':')[0]
    onEnd()
  }
  const lines = { count: 0 }
  const print = (text) => {
    output.textContent += `${text}\n`
    output.scrollTop = output.scrollHeight
    const found = pattern && new RegExp(pattern).exec(text)
    if (found) chart.add({ x: lines.count++, y: Number(found[1]) })
  }
  const hear = {
    mode: ({ mode, threads }) => {
      const what = mode === 'replica' ? 'replicas' : 'threads'
      status.textContent = `training in mode ${mode}, ${threads} ${what}`
    },
    print: ({ text }) => print(text),
    point: (point) => chart.add(point),
    done: ({ answers }) => end('done', answers),
    failed: ({ text }) => {
      print(text)
      end('failed')
    },
  }
  worker.addEventListener('message', ({ data }) => hear[data.kind](data))
  worker.addEventListener('error', ({ message }) => hear.failed({ text: message }))
  status.textContent = 'starting'
  section.dataset.state = 'running'
  return { stop: () => end('stopped'), worker }
}

for (const section of document.querySelectorAll('.example')) {
  const [run, stop] = ['.run', '.stop'].map((selector) => section.querySelector(selector))
  const buttons = (running) => {
    run.disabled = running
    stop.disabled = !running
  }
  let last
  run.addEventListener('click', () => {
    last?.worker.terminate()
    buttons(true)
    last = start(section, { onEnd: () => buttons(false) })
    stop.onclick = last.stop
  })
}
