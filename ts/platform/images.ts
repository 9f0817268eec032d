// How this build reads images. This file stands for Node; the browser builds put theirs in its
// place.

export { decodeImage, readPixels } from './node-images.ts'
