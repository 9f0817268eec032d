// Images in browsers: whatever the browser itself can decode or draw.

import type { Drawable, Pixels } from './pixels.ts'

/** Elements tell their own size by other names than canvases and bitmaps. */
export const readPixels = (image: Drawable): Pixels => {
  const sizes = image as unknown as Record<string, number | undefined>
  const width = sizes.naturalWidth ?? sizes.videoWidth ?? sizes.displayWidth ?? sizes.width
  const height = sizes.naturalHeight ?? sizes.videoHeight ?? sizes.displayHeight ?? sizes.height
  const canvas = new OffscreenCanvas(width as number, height as number)
  const drawing = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D
  drawing.drawImage(image, 0, 0, canvas.width, canvas.height)
  return drawing.getImageData(0, 0, canvas.width, canvas.height)
}

export const decodeImage = async (bytes: Uint8Array<ArrayBuffer>): Promise<Pixels> => {
  const image = await createImageBitmap(new Blob([bytes]), { colorSpaceConversion: 'none' })
  try {
    return readPixels(image)
  } finally {
    image.close()
  }
}
