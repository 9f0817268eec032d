// Draws what a model says of each point of a square, and the points that it learnt from.

import { type Model, type Tensor, tensor } from 'gradloom'

const SIDE = 64

/** The middle of cell `i` of `SIDE`, from -1.1 to 1.1. */
const place = (i: number): number => (2.2 * (i + 0.5)) / SIDE - 1.1

interface Points {
  /** [samples, 2] */
  readonly x: Tensor
  readonly y: Tensor
}

export const drawMap = async (
  canvas: HTMLCanvasElement,
  model: Model,
  { x, y }: Points,
): Promise<void> => {
  const cells = Float32Array.from({ length: 2 * SIDE * SIDE }, (_, i) => {
    const cell = i >> 1
    return place(i % 2 === 0 ? cell % SIDE : Math.floor(cell / SIDE))
  })
  const { elements } = await model.predict(tensor(cells, [SIDE * SIDE, 2]))
  const pen = canvas.getContext('2d') as CanvasRenderingContext2D
  const size = canvas.width / SIDE
  for (let i = 0; i < SIDE * SIDE; i++) {
    const share = Math.round(100 * (elements[2 * i] as number))
    pen.fillStyle = `color-mix(in oklab, #4f98df ${share}%, #df8050)`
    pen.fillRect((i % SIDE) * size, Math.floor(i / SIDE) * size, size + 1, size + 1)
  }
  for (let i = 0; i < y.size; i++) {
    const [left, top] = [x.elements[2 * i] as number, x.elements[2 * i + 1] as number]
    pen.fillStyle = y.elements[i] === 0 ? '#0b3a5c' : '#5c1f0b'
    pen.fillRect(((left + 1.1) / 2.2) * canvas.width, ((top + 1.1) / 2.2) * canvas.height, 2, 2)
  }
}
