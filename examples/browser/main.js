// The demo page: trains the digit classifier in workers, with pause, resume and stop, a live chart, a canvas
// to try it on, and files. All tensor work happens in the workers; the page only awaits.

import { liveChart } from '/chart.js'
import { drawingPad } from '/draw.js'
import {
  info,
  init,
  layers,
  loadModel,
  oneHot,
  sequential,
  shuffle,
  tensor,
} from '/gradloom/index.js'

const $ = (id) => document.getElementById(id)
const PIXELS = 784
const EPOCHS = 8
const BATCH = 64

const loadDigits = async () => {
  const bytes = new Uint8Array(await (await fetch('/digits.bin')).arrayBuffer())
  const n = new DataView(bytes.buffer).getUint32(0, true)
  const pixels = bytes.subarray(4 + n)
  const { x, y } = shuffle(
    {
      x: tensor(
        Float32Array.from(pixels, (v) => v / 255),
        [n, PIXELS],
      ),
      y: tensor(Int32Array.from(bytes.subarray(4, 4 + n))),
    },
    { seed: 7 },
  )
  return { n, x, y: oneHot(y, 10) }
}

const newModel = () =>
  sequential([
    layers.dense({ units: 128, activation: 'relu', inputShape: [PIXELS] }),
    layers.dense({ units: 64, activation: 'relu' }),
    layers.dense({ units: 10, activation: 'softmax' }),
  ])

const compile = (model) =>
  model.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] })

/** A gate that training waits at while it is closed. */
const gate = () => {
  let open
  let wait
  return {
    closed: () => wait !== undefined,
    close: () => {
      wait ??= new Promise((resolve) => {
        open = resolve
      })
    },
    open: () => {
      open?.()
      wait = undefined
    },
    pass: () => wait,
  }
}

const countFrames = () => {
  let frames = 0
  const next = () => {
    frames += 1
    $('frames').textContent = frames
    requestAnimationFrame(next)
  }
  next()
}

const showMode = async () => {
  const { mode, threads, reason } = info()
  $('mode').textContent = `mode: ${mode}, ${threads} ${mode === 'replica' ? 'replicas' : 'threads'}`
  $('why').textContent = reason
  const links = await (await fetch('/links.json')).json()
  const other = crossOriginIsolated ? links.plain : links.isolated
  $('other').href = other
  $('other').textContent =
    `try it ${crossOriginIsolated ? 'without' : 'with'} cross-origin isolation`
}

const bars = Array.from({ length: 10 }, () => {
  const row = $('bars').appendChild(document.createElement('li'))
  return [
    row.appendChild(document.createElement('span')),
    row.appendChild(document.createElement('small')),
  ]
})

const showProbabilities = (p) => {
  p.forEach((value, digit) => {
    bars[digit][0].style.width = `${Math.round(value * 120)}px`
    bars[digit][1].textContent = p.some((v) => v > 0) ? value.toFixed(2) : ''
  })
  const best = p.indexOf(Math.max(...p))
  $('guess').textContent = p[best] > 0 ? `a ${best}, I think` : ''
}

const status = (text) => {
  $('status').textContent = text
}

const main = async () => {
  countFrames()
  await init({ seed: 1 })
  await showMode()
  const digits = await loadDigits()
  const chart = liveChart($('chart'))
  const pause = gate()
  let model = newModel()
  compile(model)
  let picture
  let asking = false

  const guess = async () => {
    if (asking) return
    asking = true
    while (picture) {
      const shown = picture
      picture = undefined
      const [p] = await (await model.predict(tensor(shown, [1, PIXELS]))).array()
      showProbabilities(p)
    }
    asking = false
  }
  const clear = drawingPad($('canvas'), (pixels) => {
    picture = pixels
    if (pixels) guess()
  })
  $('clear').onclick = () => {
    clear()
    showProbabilities(new Array(10).fill(0))
  }

  const watch = {
    onProgress: async (batch, logs, training) => {
      const epochs = training.stepsPerEpoch ? epoch + batch / training.stepsPerEpoch : epoch
      chart.add(epochs, logs.loss, logs.accuracy)
      status(
        `epoch ${epoch + 1} of ${EPOCHS}: loss ${logs.loss.toFixed(4)}, accuracy ${logs.accuracy.toFixed(4)}`,
      )
      if (pause.closed()) status('paused')
      await pause.pass()
      if (stopping) training.stop('stopped')
    },
    onEpochBegin: (at) => {
      epoch = at
    },
  }
  let epoch = 0
  let stopping = false

  $('train').onclick = async () => {
    chart.clear()
    stopping = false
    buttons(true)
    try {
      const { history } = await model.fit(digits.x, digits.y, {
        epochs: EPOCHS,
        batchSize: BATCH,
        validationSplit: 0.1,
        verbose: 0,
        callbacks: [watch],
      })
      const accuracy = history.val_accuracy?.at(-1)
      const end =
        accuracy === undefined
          ? ''
          : `, accuracy ${(accuracy * 100).toFixed(2)} % on held-out digits`
      status(`${stopping ? 'stopped' : 'done'}${end}`)
    } catch (error) {
      status(`${error.code ?? error.name}: ${error.message}`)
    }
    buttons(false)
  }
  $('pause').onclick = () => {
    if (pause.closed()) pause.open()
    else pause.close()
    $('pause').textContent = pause.closed() ? 'Resume' : 'Pause'
    if (pause.closed()) status('paused')
  }
  $('stop').onclick = () => {
    stopping = true
    pause.open()
    $('pause').textContent = 'Pause'
  }
  $('save').onclick = async () => {
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await model.save('blob'))
    link.download = 'digits.safetensors'
    link.click()
    URL.revokeObjectURL(link.href)
    status('saved')
  }
  $('load').onchange = async () => {
    try {
      model = await loadModel($('load').files[0])
      status('loaded')
    } catch (error) {
      status(`${error.code ?? error.name}: ${error.message}`)
    }
    $('load').value = ''
  }
  const buttons = (training) => {
    $('train').disabled = training
    $('pause').disabled = !training
    $('stop').disabled = !training
    $('save').disabled = training
    $('load').disabled = training
  }
  buttons(false)
  status(`${digits.n} digits are ready`)
}

main().catch((error) => status(`${error.code ?? error.name}: ${error.message}`))
