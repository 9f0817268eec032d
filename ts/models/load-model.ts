// `loadModel`: a model from the file that `save` wrote.

import type { FileSource } from '../io/files.ts'
import type { Tensor } from '../tensor.ts'
import { readModel } from './file/load.ts'
import { Model } from './model.ts'

/**
 * A model as it was saved: weights, optimizer and position in training. From a path (Node), a URL,
 * a `File` or `Blob`, or bytes. Layers of your own must have been registered by `registerLayer`.
 */
export const loadModel = async <P = Tensor, X = unknown>(
  source: FileSource,
): Promise<Model<P, X>> => new Model(await readModel(source))
