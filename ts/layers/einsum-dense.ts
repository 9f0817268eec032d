// The dense layer whose product is written as an equation: x: [a, b, c], kernel: [c, d, e] by
// 'abc,cde->abde'. The product itself is one matrix product; labels are only moved around it.

import { type ActivationSpec, activationName, activationOf } from '../activations/registry.ts'
import { badArgument } from '../checks.ts'
import type { SymbolicTensor } from '../graph.ts'
import * as ops from '../ops.ts'
import { type BatchShape, type Shape, sizeOf } from '../shape.ts'
import type { Variable } from '../variable.ts'
import { built, expectShape, shapeError, subjectOf } from './expect.ts'
import { Layer, type LayerOptions, type Pass } from './layer.ts'
import { type WeightSpecOptions, WeightSpecs } from './weight-specs.ts'

/** By default the kernel begins `'glorotUniform'` and the bias `'zeros'`. */
export interface EinsumDenseOptions extends LayerOptions, WeightSpecOptions<'kernel' | 'bias'> {
  /**
   * `'input,kernel->output'`, one letter an axis; `...` stands for any axes of input and output.
   */
  equation: string
  /** The output's sizes, aligned at the right; `null` where the input says it. */
  outputShape: number | readonly (number | null)[]
  /** Default `'linear'`. */
  activation?: ActivationSpec | null
  /** The output's axes along which a bias lies, as in the equation. Default: no bias. */
  biasAxes?: string | null
}

/** The letters of an equation, those for `...` filled in. */
interface Labels {
  readonly input: string
  readonly kernel: string
  readonly output: string
}

const EQUATION = /^([a-zA-Z]*(?:\.\.\.)?[a-zA-Z]*),([a-zA-Z]+)->([a-zA-Z]*(?:\.\.\.)?[a-zA-Z]*)$/

const distinct = (labels: string): boolean => new Set(labels).size === labels.length

const labelsOf = (equation: string, rank: number): Labels | undefined => {
  const [, input = '', kernel = '', output = ''] = EQUATION.exec(equation) ?? []
  const missing = rank - input.replace('...', '').length
  const filled = '0123456789'.slice(0, Math.max(0, missing))
  if (input.includes('...') !== output.includes('...') || missing > 10) return undefined
  const all = { input: input.replace('...', filled), kernel, output: output.replace('...', filled) }
  const known = [...all.output].every((l) => (all.input + kernel).includes(l))
  const used = [...(all.input + kernel)].every(
    (l) => all.output.includes(l) || (all.input.includes(l) && kernel.includes(l)),
  )
  return known && used && Object.values(all).every(distinct) ? all : undefined
}

const pick = (labels: string, keep: (label: string) => boolean): string =>
  [...labels].filter(keep).join('')

/** x with its axes in the order of `to`. */
const ordered = (x: SymbolicTensor, from: string, to: string): SymbolicTensor =>
  ops.transpose(
    x,
    [...to].map((label) => from.indexOf(label)),
  )

/**
 * The product by an equation. A bias that lies along the kernel's own labels, which end the output,
 * is added to the matrix, where it costs nothing.
 */
const contract = (
  x: SymbolicTensor,
  w: SymbolicTensor,
  { input, kernel, output }: Labels,
  bias?: SymbolicTensor,
): SymbolicTensor => {
  const inBoth = (label: string) => input.includes(label) && kernel.includes(label)
  const shared = pick(output, inBoth)
  const summed = pick(input, (l) => inBoth(l) && !output.includes(l))
  const rows = pick(input, (l) => !kernel.includes(l))
  const cols = pick(kernel, (l) => !input.includes(l))
  const size = (labels: string): number[] =>
    [...labels].map((l) => (x.shape[input.indexOf(l)] ?? w.shape[kernel.indexOf(l)]) as number)
  const [batch, m, n, k] = [shared, rows, cols, summed].map((l) => sizeOf(size(l))) as [
    number,
    number,
    number,
    number,
  ]
  const lead = shared ? [batch] : []
  const a = ops.reshape(ordered(x, input, shared + rows + summed), [...lead, m, k])
  const b = ops.reshape(ordered(w, kernel, shared + summed + cols), [...lead, k, n])
  const product = ops.matmul(a, b)
  const made = shared + rows + cols
  const early = bias && sizeOf(bias.shape) === n && output.endsWith(cols) && made === output
  const sum = early ? ops.add(product, ops.reshape(bias, [n])) : product
  const y = ordered(ops.reshape(sum, size(made)), made, output)
  return bias && !early ? ops.add(y, bias) : y
}

export class EinsumDense extends Layer {
  declare readonly type: 'einsumDense'
  readonly equation: string
  readonly outputShape: number | readonly (number | null)[]
  readonly activation: ActivationSpec
  readonly biasAxes: string | null
  readonly #weights: WeightSpecs<'kernel' | 'bias'>
  #built: BatchShape = []
  #labels: Labels | undefined
  #kernel: Variable | undefined
  #bias: Variable | undefined

  constructor(options: EinsumDenseOptions) {
    super(options, 'einsumDense')
    this.equation = options.equation
    this.outputShape = options.outputShape
    this.activation = options.activation ?? 'linear'
    this.biasAxes = options.biasAxes ?? null
    const subject = subjectOf(this)
    activationOf(this.activation, subject)
    if (!EQUATION.test(this.equation)) {
      throw badArgument(subject, 'equation', this.equation, "like 'ab,bc->ac'")
    }
    const sizes = [this.outputShape].flat()
    if (!sizes.every((d) => d === null || (Number.isInteger(d) && (d as number) > 0))) {
      throw badArgument(subject, 'outputShape', this.outputShape, 'positive whole numbers')
    }
    const output = this.equation.split('->')[1] as string
    const letters: unknown = this.biasAxes ?? ''
    if (
      typeof letters !== 'string' ||
      ![...letters].every((l) => output.includes(l) && l !== '.')
    ) {
      throw badArgument(subject, 'biasAxes', this.biasAxes, `letters of '${output}'`)
    }
    this.#weights = new WeightSpecs(subject, options, { kernel: 'glorotUniform', bias: 'zeros' })
  }

  override build(inputShape: BatchShape): void {
    const labels = labelsOf(this.equation, inputShape.length)
    const sizes = labels && this.#sizes(labels, inputShape)
    if (!labels || !sizes || labels.input.length !== inputShape.length) {
      throw shapeError(
        this,
        `the equation '${this.equation}' with outputShape [${this.outputShape}] does not fit an ` +
          `input of shape [${inputShape.map((d) => d ?? 'batch').join(', ')}].`,
      )
    }
    this.#built = inputShape
    this.#labels = labels
    const of = (letters: string) => [...letters].map((l) => sizes.get(l) as number)
    const make = (name: 'kernel' | 'bias', shape: Shape) =>
      this.addWeight({ name, shape, ...this.#weights.of(name) })
    this.#kernel = make('kernel', of(labels.kernel))
    const { biasAxes } = this
    if (!biasAxes) return
    const first = Math.min(...[...biasAxes].map((l) => labels.output.indexOf(l)))
    const behind = [...labels.output.slice(first)]
    this.#bias = make(
      'bias',
      behind.map((l) => (biasAxes.includes(l) ? (sizes.get(l) as number) : 1)),
    )
  }

  /** The size of each label but the batch; `undefined` where one is unknown or said in two ways. */
  #sizes({ input, kernel, output }: Labels, shape: BatchShape): Map<string, number> | undefined {
    const sizes = new Map<string, number>()
    let agree = true
    const note = (label: string | undefined, size: number | null | undefined) => {
      if (!label || typeof size !== 'number') return
      agree &&= (sizes.get(label) ?? size) === size
      sizes.set(label, size)
    }
    ;[...input].forEach((label, i) => {
      note(label, shape[i])
    })
    const given = [this.outputShape].flat().reverse()
    given.forEach((size, i) => {
      note(output.at(-1 - i), size)
    })
    return agree && [...kernel].every((l) => sizes.has(l)) ? sizes : undefined
  }

  /** x: as the equation's input → y: as its output */
  call(x: SymbolicTensor, pass: Pass): SymbolicTensor {
    const kernel = built(this, this.#kernel)
    expectShape(this, this.#built, x.shape.length === this.#built.length ? this.#open(x) : x.shape)
    const bias = this.#bias && pass.read(this.#bias)
    const y = contract(x, pass.read(kernel), this.#labels as Labels, bias)
    return activationOf(this.activation)(y)
  }

  /** The shape of x with the sizes that the kernel does not need taken from `build`. */
  #open({ shape }: SymbolicTensor): Shape {
    const { input, kernel } = this.#labels as Labels
    return shape.map((d, i) =>
      kernel.includes(input[i] as string) ? d : ((this.#built[i] ?? d) as number),
    )
  }

  config() {
    const { equation, outputShape, biasAxes } = this
    return {
      equation,
      outputShape: typeof outputShape === 'number' ? outputShape : [...outputShape],
      activation: activationName(this.activation, subjectOf(this)),
      biasAxes,
      ...this.#weights.config(),
    }
  }
}

/** activation(x·kernel + bias) with the product written as an equation: 'abc,cd->abd'. */
export const einsumDense = (options: EinsumDenseOptions): EinsumDense => new EinsumDense(options)
