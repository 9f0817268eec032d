// What the compiler knows of shapes, names and ranks, and what it refuses. Only compiled, by the lint
// stage: a line after `@ts-expect-error` that compiles is an error.

import { expectTypeOf } from 'vitest'
import {
  type AnyLayer,
  type Dtype,
  dataset,
  type FitOptions,
  type FunctionalTensor,
  type Inputs,
  input,
  type Layer,
  layers,
  loadModel,
  type Model,
  model,
  type NestedNumbers,
  sequential,
  type Tensor,
  type TensorLike,
  tensor,
} from '../../ts/index.ts'
import type { Checked } from '../../ts/models/chain-shapes.ts'
import type { FitsInput, FitsOutput, Wrong } from '../../ts/models/data-shapes.ts'
import type { TensorOf } from './tensor-of.ts'

const { conv2d, dense, dropout, embedding, flatten, lstm, maxPooling2d, reshape } = layers
const { globalAveragePooling2d, permute, repeatVector } = layers

declare const numbers: number[]
declare const rows: Float32Array[]
declare const series: number[][][]
declare const images: number[][][][]
declare const anything: Tensor
declare const units: number
declare const nested: NestedNumbers
declare const options: FitOptions

const image = conv2d({ filters: 8, kernelSize: 3, inputShape: [28, 28, 1] })
const convnet = sequential([
  image,
  maxPooling2d(),
  dropout({ rate: 0.5 }),
  flatten(),
  dense({ units: 10 }),
])

// predict returns what the outputs imply

expectTypeOf(convnet).toEqualTypeOf<
  Model<TensorOf<readonly [10]>, TensorOf<readonly [28, 28, 1]>>
>()
expectTypeOf(convnet.predict).returns.resolves.toEqualTypeOf<TensorOf<readonly [10]>>()

const x = input({ shape: [28, 28, 1] })
const features = globalAveragePooling2d().apply(conv2d({ filters: 8, kernelSize: 3 }).apply(x))
const digit = dense({ units: 10 }).apply(features)
const isOdd = dense({ units: 1 }).apply(features)
expectTypeOf(digit).toEqualTypeOf<FunctionalTensor<readonly [10]>>()

const named = model({ inputs: { x }, outputs: { digit, isOdd } })
const listed = model({ inputs: x, outputs: [digit, isOdd] })
const single = model({ inputs: x, outputs: digit })
expectTypeOf(single.predict).returns.resolves.toEqualTypeOf<TensorOf<readonly [10]>>()
expectTypeOf(listed.predict).returns.resolves.toEqualTypeOf<
  readonly [TensorOf<readonly [10]>, TensorOf<readonly [1]>]
>()
expectTypeOf(named.predict).returns.resolves.toEqualTypeOf<{
  readonly digit: TensorOf<readonly [10]>
  readonly isOdd: TensorOf<readonly [1]>
}>()
expectTypeOf(convnet.apply(x)).toEqualTypeOf<FunctionalTensor<readonly [10]>>()

// shapes layer by layer

const after = <S extends readonly number[]>(x: FunctionalTensor<S>): S => x.shape.slice(1) as never
const steps = input({ shape: [50, 32] })
expectTypeOf(after(lstm({ units: 8 }).apply(steps))).toEqualTypeOf<readonly [8]>()
expectTypeOf(after(lstm({ units: 8, returnSequences: true }).apply(steps))).toEqualTypeOf<
  readonly [50, 8]
>()
expectTypeOf(after(flatten().apply(steps))).toEqualTypeOf<readonly [number]>()
expectTypeOf(after(dense({ units: 4 }).apply(steps))).toEqualTypeOf<readonly [50, 4]>()
expectTypeOf(after(dense({ units }).apply(steps))).toEqualTypeOf<readonly [50, number]>()
expectTypeOf(after(reshape({ targetShape: [-1, 4, 4] }).apply(steps))).toEqualTypeOf<
  readonly [number, 4, 4]
>()
expectTypeOf(after(permute({ dims: [2, 1] }).apply(steps))).toEqualTypeOf<
  readonly [number, number]
>()
expectTypeOf(after(maxPooling2d().apply(x))).toEqualTypeOf<readonly [14, 14, 1]>()
expectTypeOf(
  after(conv2d({ filters: 8, kernelSize: [3, 5], strides: [1, 2] }).apply(x)),
).toEqualTypeOf<readonly [26, 12, 8]>()
expectTypeOf(
  after(conv2d({ filters: 8, kernelSize: 3, padding: 'same', strides: 3 }).apply(x)),
).toEqualTypeOf<readonly [10, 10, 8]>()
expectTypeOf(after(conv2d({ filters: 8, kernelSize: 3, dilationRate: 4 }).apply(x))).toEqualTypeOf<
  readonly [20, 20, 8]
>()
declare const padding: 'valid' | 'same'
const someSteps = layers.conv1d({ filters: 8, kernelSize: 7, padding: 'causal', strides: 4 })
expectTypeOf(after(someSteps.apply(steps))).toEqualTypeOf<readonly [13, 8]>()
for (const layer of [
  conv2d({ filters: 8, kernelSize: units }),
  conv2d({ filters: 8, kernelSize: 3, strides: units }),
  conv2d({ filters: 8, kernelSize: 3, padding }),
  conv2d({ filters: 8, kernelSize: 29 }),
]) {
  expectTypeOf(after(layer.apply(x))).toEqualTypeOf<readonly [number, number, 8]>()
}
expectTypeOf(
  after(layers.averagePooling1d({ poolSize: 3, strides: 2 }).apply(input({ shape: [999, 4] }))),
).toEqualTypeOf<readonly [499, 4]>()
expectTypeOf(after(layers.maxPooling1d().apply(input({ shape: [16000, 1] })))).toEqualTypeOf<
  readonly [number, 1]
>()
const small = sequential([
  conv2d({ filters: 32, kernelSize: 3, inputShape: [28, 28, 1] }),
  conv2d({ filters: 64, kernelSize: 3 }),
  maxPooling2d(),
])
expectTypeOf(small.predict).returns.resolves.toEqualTypeOf<TensorOf<readonly [12, 12, 64]>>()
// @ts-expect-error: no such padding
conv2d({ filters: 8, kernelSize: 3, padding: 'whole' })
// @ts-expect-error: 'causal' is for conv1d
maxPooling2d({ padding: 'causal' })
// @ts-expect-error: no such option
conv2d({ filters: 8, kernelSize: 3, stride: 2 })
expectTypeOf(after(repeatVector({ n: 3 }).apply(digit))).toEqualTypeOf<readonly [3, 10]>()
expectTypeOf(
  after(embedding({ inputDim: 99, outputDim: 16 }).apply(input({ shape: [20] }))),
).toEqualTypeOf<readonly [20, 16]>()

const both = layers.bidirectional({ layer: lstm({ units: 8, returnSequences: true }) })
expectTypeOf(after(both.apply(steps))).toEqualTypeOf<readonly [50, number]>()
const sum = layers.bidirectional({ layer: lstm({ units: 8 }), mergeMode: 'sum' })
expectTypeOf(after(sum.apply(steps))).toEqualTypeOf<readonly [8]>()
const stepwise = layers.timeDistributed({ layer: dense({ units: 4 }) })
expectTypeOf(after(stepwise.apply(steps))).toEqualTypeOf<readonly [50, 4]>()
expectTypeOf(after(layers.add().apply([digit, digit]))).toEqualTypeOf<readonly [10]>()
const halves = [maxPooling2d().apply(x), x] as const
expectTypeOf(after(layers.add().apply(halves))).toEqualTypeOf<readonly [number, number, 1]>()
expectTypeOf(after(layers.concatenate().apply([digit, isOdd]))).toEqualTypeOf<readonly [number]>()
expectTypeOf(after(layers.concatenate().apply([digit, steps]))).toEqualTypeOf<readonly number[]>()
const attended = layers.multiHeadAttention({ numHeads: 4, keyDim: 8 }).apply([steps, steps])
const block = layers.layerNormalization().apply(layers.add().apply([steps, attended]))
expectTypeOf(after(block)).toEqualTypeOf<readonly [50, 32]>()

// an image must be flattened

// @ts-expect-error: dense: its input is an image
sequential([image, dense({ units: 10 })])
// @ts-expect-error: dense: its input is an image
dense({ units: 10 }).apply(x)
// @ts-expect-error: conv2d: an image without channels
sequential([conv2d({ filters: 8, kernelSize: 3, inputShape: [28, 28] })])
// @ts-expect-error: lstm: an image
lstm({ units: 8 }).apply(x)
// @ts-expect-error: dense: each step is an image
layers.timeDistributed({ layer: dense({ units: 4 }) }).apply(input({ shape: [9, 28, 28, 1] }))
// @ts-expect-error: conv2d behind flatten
sequential([convnet, conv2d({ filters: 8, kernelSize: 3 })])

const head = dense({ units: 10 })
type Said =
  'dense: its input [26, 26, 8] is an image; put layers.flatten() before it, or use layers.conv2d with kernelSize 1 to keep the pixels apart'
expectTypeOf<Checked<readonly [typeof image, typeof head]>>().toEqualTypeOf<
  readonly [typeof image, Said, ...unknown[]]
>()

// data and labels have the model's rank

convnet.fit(images, numbers)
convnet.fit(images, rows)
convnet.fit(tensor(numbers, [1, 28, 28, 1]), [3, 1, 4])
convnet.evaluate(anything, anything)
named.fit({ x: images }, { digit: numbers, isOdd: rows })
convnet.fit(images, numbers, { validationData: [images, numbers], epochs: 2 })
convnet.fit(images, numbers, { validationData: [images, rows, numbers] })
convnet.fit(images, numbers, { validationData: { x: images, y: rows } })
convnet.fit(images, numbers, { validationData: dataset({ x: images, y: numbers }) })
convnet.fit(dataset({ x: images, y: rows }), { validationData: [images, numbers] })
convnet.fit(images, numbers, options)
named.fit(
  { x: images },
  { digit: numbers, isOdd: rows },
  { validationData: [{ x: images }, { digit: numbers, isOdd: rows }] },
)
// @ts-expect-error: x has rank 3
convnet.fit(images, numbers, { validationData: [series, numbers] })
// @ts-expect-error: y has rank 3
convnet.fit(images, numbers, { validationData: [images, series] })
// @ts-expect-error: y has rank 3
convnet.fit(images, numbers, { validationData: { x: images, y: series } })
// @ts-expect-error: x has rank 3
convnet.fit(images, numbers, { validationData: dataset({ x: series, y: numbers }) })
// @ts-expect-error: y has rank 3
convnet.fit(dataset({ x: images, y: rows }), { validationData: [images, series] })
// @ts-expect-error: there is no output `odd`
named.fit({ x: images }, { digit: numbers }, { validationData: [{ x: images }, { odd: rows }] })
// @ts-expect-error: no such option
convnet.fit(images, numbers, { epoch: 2 })
// @ts-expect-error: y has rank 3
convnet.fit(images, series)
// @ts-expect-error: y has rank 3
convnet.evaluate(images, [[[1]]])
// @ts-expect-error: x has rank 3
convnet.fit(series, numbers)
// @ts-expect-error: x has rank 2
convnet.predict(tensor(numbers, [1, 784]))
// @ts-expect-error: y has rank 1
sequential([layers.input({ shape: [28, 28] }), dense({ units: 10 })]).fit(series, numbers)
// @ts-expect-error: y has rank 3
single.trainOnBatch(images, series)
// @ts-expect-error: isOdd has rank 3
named.fit({ x: images }, { digit: numbers, isOdd: series })
// @ts-expect-error: there is no output 'even'
named.fit({ x: images }, { digit: numbers, even: numbers })

expectTypeOf<FitsOutput<number[][][], typeof convnet>>().toEqualTypeOf<
  Wrong<'y has rank 3, but the model gives [batch, 10]: labels are of its rank, or one less for class numbers'>
>()
expectTypeOf<FitsInput<Float32Array, typeof convnet>>().toEqualTypeOf<
  Wrong<'x has rank 1, but the model takes [batch, 28, 28, 1]'>
>()

// so have those of datasets

declare const generated: () => AsyncGenerator<
  readonly [Tensor<Dtype, readonly [number, 9]>, number[]]
>
convnet.fit(dataset({ x: images, y: numbers }))
convnet.evaluate(dataset({ x: images, y: rows }))
convnet.fit(dataset({ x: images, y: rows }).shuffle().batch(32))
convnet.fit(
  dataset({ x: images, y: rows })
    .batch(32)
    .map(({ x, y }) => [x, y] as const),
)
convnet.fit(dataset({ x: anything, y: nested }))
convnet.fit(dataset(() => images.map((x) => ({ x, y: 1 }))).batch(8))
// @ts-expect-error: y has rank 3
convnet.fit(dataset({ x: images, y: series }))
// @ts-expect-error: x has rank 3
convnet.evaluate(dataset({ x: series, y: numbers }))
// @ts-expect-error: y has rank 3
convnet.fit(dataset({ x: images, y: series }).shuffle().batch(32))
// @ts-expect-error: x has rank 2
convnet.fit(dataset(() => images.map(() => ({ x: [1, 2], y: 1 }))).batch(8))
// @ts-expect-error: x has rank 2
convnet.fit(generated)
// @ts-expect-error: x has rank 2
convnet.evaluate(generated())
expectTypeOf(dataset({ x: images, y: rows }).batch(2).toArray).returns.resolves.toExtend<
  readonly { x: Tensor<Dtype, readonly [number, number, number, number]> }[]
>()

// names

named.compile({ loss: { digit: 'mse' }, lossWeights: { isOdd: 2 }, metrics: { digit: 'mae' } })
// @ts-expect-error: there is no output 'even'
named.compile({ loss: { even: 'mse' } })
// @ts-expect-error: there is no output 'even'
named.compile({ loss: 'mse', metrics: { even: ['accuracy'] } })
// @ts-expect-error: no such loss
single.compile({ loss: 'mean_squared_error' })
// @ts-expect-error: no such option, although the factory is generic
dense({ units: 10, activaton: 'relu' })
// @ts-expect-error: no such activation
dense({ units: 10, activation: 'rely' })

// what is not written stays free

declare const some: AnyLayer[]
declare const custom: Layer
declare const inputs: Inputs
declare const shape: number[]
const free = sequential(some)
expectTypeOf(free).toExtend<Model>()
free.fit(series, images)
sequential([image, custom, dense({ units: 10 })]).fit(images, images)
sequential([image, ...some, dense({ units: 10 })]).fit(images, series)
sequential([dense({ units, inputShape: shape })]).fit(series, images)
sequential([image, dense({ units: 10 }) as layers.Dense])
convnet.fit(nested, nested)
convnet.fit(inputs, inputs)
convnet.fit([], [])
convnet.fit(images, tensor(numbers, [1, 2, 3]) as Tensor)

let again = sequential([image, flatten(), dense({ units: 10 })])
again = await loadModel('digits.safetensors')
again.fit(images, numbers)
for (const either of [single, convnet, sequential([dense({ units: 3 })])]) {
  either.compile({ loss: 'mse' })
  either.fit(images, numbers)
  expectTypeOf(either.predict(images)).resolves.toExtend<Tensor>()
}
expectTypeOf(await loadModel('digits.safetensors')).toEqualTypeOf<Model>()
let value: FunctionalTensor = x
for (const layer of [image, flatten(), dense({ units: 10 })]) value = layer.apply(value)
model({ inputs: x, outputs: value }).fit(images, numbers)

// a layer of one's own may carry a rule

const own = custom as layers.Shaped<Layer, layers.Keeps>
// @ts-expect-error: dense: its input is an image
sequential([image, own, dense({ units: 10 })])

// models and tensors of known shapes stand where any do

const models: Model[] = [convnet, single]
const upload = (of: Model<unknown>, data: TensorLike): unknown => [of, data]
upload(named, tensor(numbers, [2, 2]))
expectTypeOf(models).toEqualTypeOf<Model[]>()
expectTypeOf<TensorOf<readonly [10]>>().toExtend<Tensor<Dtype>>()
expectTypeOf(tensor(numbers, [2, 3]).shape).toEqualTypeOf<readonly [2, 3]>()
expectTypeOf(tensor(numbers)).toEqualTypeOf<Tensor<'float32'>>()
expectTypeOf(named.outputNames).toEqualTypeOf<readonly ('digit' | 'isOdd')[]>()
expectTypeOf(convnet.outputNames).toEqualTypeOf<readonly string[]>()
