// Draws what a model says of each point of a square, and the points that it learnt from.

import { tensor } from 'gradloom'

const SIDE = 64

/** The middle of cell `i` of `SIDE`, from -1.1 to 1.1. */
const place = (i) => (2.2 * (i + 0.5)) / SIDE - 1.1

export const drawMap = async (canvas, model, { x, y }) => {
  const cells = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
    const cell = i >> 1
    return place(i % 2 === 0 ? cell % SIDE : Math.floor(cell / SIDE))
  })
  const { elements } = await model.predict(tensor(cells, [SIDE * SIDE, 2]))
  const pen = canvas.getContext('2d')
  const size = canvas.width / SIDE
  for (let i = 0; i < SIDE * SIDE; i++) {
    const share = Math.round(100 * elements[2 * i])
    pen.fillStyle = `color-mix(in oklab, #4f98df ${share}%, #df8050)`
    pen.fillRect((i % SIDE) * size, Math.floor(i / SIDE) * size, size + 1, size + 1)
  }
  for (let i = 0; i < y.size; i++) {
    const [left, top] = [x.elements[2 * i], x.elements[2 * i + 1]]
    pen.fillStyle = y.elements[i] === 0 ? '#0b3a5c' : '#5c1f0b'
    pen.fillRect(((left + 1.1) / 2.2) * canvas.width, ((top + 1.1) / 2.2) * canvas.height, 2, 2)
  }
}
