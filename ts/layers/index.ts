// Every layer, for `layers.…`: one export line each. The names of the factories are those of saved
// files.

export { type Activation, type ActivationOptions, activation } from './activation.ts'
export {
  type CategoryEncoding,
  type CategoryEncodingOptions,
  categoryEncoding,
} from './category-encoding.ts'
export { type CenterCrop, type CenterCropOptions, centerCrop } from './center-crop.ts'
export { type Dense, type DenseOptions, dense } from './dense.ts'
export {
  type Discretization,
  type DiscretizationOptions,
  discretization,
} from './discretization.ts'
export { type Dropout, type DropoutOptions, dropout } from './dropout.ts'
export { type Flatten, type FlattenOptions, flatten } from './flatten.ts'
export { type Input, type InputOptions, input } from './input.ts'
export {
  type IntegerLookup,
  type IntegerLookupOptions,
  integerLookup,
} from './integer-lookup.ts'
export { type Normalization, type NormalizationOptions, normalization } from './normalization.ts'
export {
  type RandomBrightness,
  type RandomBrightnessOptions,
  randomBrightness,
} from './random-brightness.ts'
export {
  type RandomContrast,
  type RandomContrastOptions,
  randomContrast,
} from './random-contrast.ts'
export { type RandomCrop, type RandomCropOptions, randomCrop } from './random-crop.ts'
export { type RandomFlip, type RandomFlipOptions, randomFlip } from './random-flip.ts'
export {
  type RandomRotation,
  type RandomRotationOptions,
  randomRotation,
} from './random-rotation.ts'
export {
  type RandomTranslation,
  type RandomTranslationOptions,
  randomTranslation,
} from './random-translation.ts'
export { type RandomZoom, type RandomZoomOptions, randomZoom } from './random-zoom.ts'
export { type Rescaling, type RescalingOptions, rescaling } from './rescaling.ts'
export { type Reshape, type ReshapeOptions, reshape } from './reshape.ts'
export { type Resizing, type ResizingOptions, resizing } from './resizing.ts'
