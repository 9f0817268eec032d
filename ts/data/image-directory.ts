// Folders of images as a dataset: one subfolder a class. In Node a path, in browsers the files of
// `<input type="file" webkitdirectory>`.

import { badArgument, belowOne } from '../checks.ts'
import { GradloomError } from '../errors.ts'
import { diskOf } from '../io/files.ts'
import { Tensor } from '../tensor.ts'
import { type ImageOptions, type ImageSource, loadImage } from './image.ts'
import { oneHot } from './one-hot.ts'
import { dataset, type StreamDataset } from './pipeline.ts'

export interface ImageDirectoryOptions extends Omit<ImageOptions, 'targetSize'> {
  /** 'inferred' from the subfolders (default), or `null` for images without labels. */
  labels?: 'inferred' | null
  /** y as class numbers (default), one-hot rows or 0 and 1 in [B, 1]. */
  labelMode?: 'int' | 'categorical' | 'binary'
  /** Subfolders that count, in the order of their numbers. Default: all, sorted by name. */
  classNames?: readonly string[]
  /** Images a batch; `null` for single ones. Default 32. */
  batchSize?: number | null
  /** [height, width] of all images. Default [256, 256]. */
  imageSize?: readonly [number, number]
  /** An order of its own in each epoch. Default true. */
  shuffle?: boolean
  /** Of the shuffling and of the split. Default 0. */
  seed?: number
  /** Share of the files kept for validation; `subset` says which part this dataset is. */
  validationSplit?: number
  subset?: 'training' | 'validation'
}

export interface ImageBatch {
  x: Tensor
  y?: Tensor
}

interface Entry {
  /** `cats/1.png` */
  readonly name: string
  readonly source: ImageSource
}

/**
 * Images under `source`: x: [B, height, width, channels], 0 to 255, and the number of their
 * subfolder, as `keras.utils.image_dataset_from_directory`. A broken file is an error with its name
 * when its turn comes.
 */
export const imageDatasetFromDirectory = async (
  source: string | URL | Iterable<File>,
  options: ImageDirectoryOptions = {},
): Promise<StreamDataset<ImageBatch> & { classNames: readonly string[] }> => {
  const { labels = 'inferred', labelMode = 'int', batchSize = 32, seed = 0 } = options
  const all = (await entriesOf(source)).filter(({ name }) => IMAGES.test(name))
  const classNames = labels === null ? [] : classesOf(all, options.classNames)
  const kept = labels ? all.filter(({ name }) => classNames.includes(classOf(name))) : all
  if (kept.length === 0) {
    throw new GradloomError(
      'empty-data',
      `${SELF}: no images (PNG, JPEG) in subfolders, one a class`,
    )
  }
  if (labels && labelMode === 'binary' && classNames.length !== 2) {
    throw badArgument(
      SELF,
      'labelMode',
      labelMode,
      `'int' or 'categorical' for ${classNames.length} classes`,
    )
  }
  const files = dataset(await partOf(kept, options, seed))
  const { colorMode = 'rgb', interpolation = 'bilinear' } = options
  const targetSize = options.imageSize ?? ([256, 256] as const)
  const read = async ({ name, source }: Entry): Promise<ImageBatch> => {
    const x = await loadImage(source, { colorMode, interpolation, targetSize })
    return labels ? { x, y: label(classNames, classOf(name), labelMode) } : { x }
  }
  const images = (options.shuffle === false ? files : files.shuffle({ seed })).map(read)
  const made = batchSize === null ? images : images.batch(batchSize)
  return Object.assign(made as StreamDataset<ImageBatch>, { classNames })
}

const SELF = 'imageDatasetFromDirectory'
const IMAGES = /\.(png|jpe?g|webp|gif|bmp)$/i

const classOf = (name: string): string => name.slice(0, Math.max(0, name.indexOf('/')))

const classesOf = (all: readonly Entry[], given?: readonly string[]): readonly string[] => {
  const found = new Set(all.map(({ name }) => classOf(name)))
  found.delete('')
  const odd = given?.find((name) => !found.has(name))
  if (odd === undefined) return given ?? [...found].sort()
  throw badArgument(
    SELF,
    'classNames',
    odd,
    `a subfolder with images: ${[...found].sort().join(', ')}`,
  )
}

const label = (
  classNames: readonly string[],
  name: string,
  mode: NonNullable<ImageDirectoryOptions['labelMode']>,
): Tensor => {
  const number = classNames.indexOf(name)
  if (mode === 'categorical')
    return oneHot([number], classNames.length).reshape([classNames.length])
  if (mode === 'binary') return new Tensor(Float32Array.of(number), [1])
  return new Tensor(Int32Array.of(number), [])
}

/** The share that `subset` names of the files, in an order that the seed gives. */
const partOf = async (
  entries: readonly Entry[],
  { validationSplit = 0, subset, shuffle = true }: ImageDirectoryOptions,
  seed: number,
): Promise<readonly Entry[]> => {
  belowOne(SELF, 'validationSplit', validationSplit)
  if (validationSplit === 0) return entries
  if (subset !== 'training' && subset !== 'validation') {
    throw badArgument(SELF, 'subset', subset, "'training' or 'validation' with validationSplit")
  }
  const mixed = dataset(entries)
  const order = await (shuffle ? mixed.shuffle({ seed }) : mixed).toArray()
  const first = order.length - Math.floor(validationSplit * order.length)
  return subset === 'training' ? order.slice(0, first) : order.slice(first)
}

/** Sorted by name, which begins with the subfolder. */
const entriesOf = async (source: string | URL | Iterable<File>): Promise<Entry[]> => {
  const isPath = typeof source === 'string' || source instanceof URL
  const entries = isPath ? await inFolder(source) : [...source].map(ofFile)
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1))
}

/** Browsers begin the path with the chosen folder itself. */
const ofFile = (file: File): Entry => ({
  name: file.webkitRelativePath ? file.webkitRelativePath.replace(/^[^/]*\//, '') : file.name,
  source: file,
})

const inFolder = async (source: string | URL): Promise<Entry[]> => {
  const files = await diskOf(source)?.list(String(source))
  if (files) return files.map(([name, path]) => ({ name, source: path }))
  throw new GradloomError('unsupported', `${SELF}: no folders here; pass the list of its files`)
}
