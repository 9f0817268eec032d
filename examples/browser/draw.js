// A canvas to draw a digit on, and the 28 × 28 picture that the network sees: centred by its mass, as the
// MNIST digits are. Knows nothing of networks.

const SIDE = 28

/** Calls `changed(pixels | undefined)` while somebody draws; returns a function that clears. */
export const drawingPad = (canvas, changed) => {
  const pen = canvas.getContext('2d', { willReadFrequently: true })
  pen.lineWidth = 22
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  pen.strokeStyle = '#fff'
  let last
  const point = (event) => {
    const box = canvas.getBoundingClientRect()
    const scale = canvas.width / box.width
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale]
  }
  canvas.addEventListener('pointerdown', (event) => {
    canvas.setPointerCapture(event.pointerId)
    last = point(event)
  })
  canvas.addEventListener('pointermove', (event) => {
    if (!last) return
    const next = point(event)
    pen.beginPath()
    pen.moveTo(...last)
    pen.lineTo(...next)
    pen.stroke()
    last = next
    changed(picture(pen, canvas.width))
  })
  const end = () => {
    last = undefined
  }
  canvas.addEventListener('pointerup', end)
  canvas.addEventListener('pointercancel', end)
  return () => {
    pen.clearRect(0, 0, canvas.width, canvas.height)
    changed(undefined)
  }
}

const ink = (pen, side) => {
  const { data } = pen.getImageData(0, 0, side, side)
  return Float32Array.from(
    { length: side * side },
    (_, i) => (data[4 * i] * data[4 * i + 3]) / 65025,
  )
}

/** Box and centre of mass of what is drawn. */
const measure = (values, side) => {
  let [mass, mx, my, left, right, top, bottom] = [0, 0, 0, side, 0, side, 0]
  values.forEach((v, i) => {
    if (v < 0.1) return
    const [x, y] = [i % side, Math.floor(i / side)]
    mass += v
    mx += v * x
    my += v * y
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  })
  return { mass, x: mx / mass, y: my / mass, size: Math.max(right - left, bottom - top) + 1 }
}

/** The drawing, 20 pixels large inside 28 × 28, its centre of mass in the middle. */
const picture = (pen, side) => {
  const values = ink(pen, side)
  const { mass, x, y, size } = measure(values, side)
  if (mass < 20) return undefined
  const step = size / 20
  const at = (px, py) => {
    let sum = 0
    for (let sy = 0; sy < 4; sy++) {
      for (let sx = 0; sx < 4; sx++) {
        const fx = Math.round(x + (px - SIDE / 2 + sx / 4) * step)
        const fy = Math.round(y + (py - SIDE / 2 + sy / 4) * step)
        if (fx >= 0 && fy >= 0 && fx < side && fy < side) sum += values[fy * side + fx]
      }
    }
    return sum / 16
  }
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => at(i % SIDE, Math.floor(i / SIDE)))
}
