// Images as they come in (types only). A program for Node may be compiled without the types of
// browsers: there, what stands here of them is all that there is; elsewhere it merges with them.

declare global {
  interface HTMLImageElement {
    width: number
  }
  interface HTMLVideoElement {
    readonly videoWidth: number
  }
  interface HTMLCanvasElement {
    width: number
  }
  interface OffscreenCanvas {
    width: number
  }
  interface ImageBitmap {
    readonly width: number
  }
  interface VideoFrame {
    readonly displayWidth: number
  }
}

/** What a browser draws: an element, a canvas, an `ImageBitmap`, a video frame. */
export type Drawable =
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas
  | ImageBitmap
  | VideoFrame

/** An image as it is drawn: red, green, blue and alpha from 0 to 255. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array | Uint8ClampedArray
}
