// Serving what the fixtures have built: folders with headers, and headers put before a server of the
// bundler's own. The headers isolate a page, or are a content security policy.

import { createReadStream, existsSync, statSync } from 'node:fs'
import { request as ask, createServer } from 'node:http'
import { connect } from 'node:net'
import { extname, join, normalize } from 'node:path'

const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
}

/** A strict policy. `scripts` is what a bundler's pages need beside files of their own origin. */
export const policy = (workers, scripts = '') => ({
  'Content-Security-Policy':
    `default-src 'none'; script-src 'self' 'wasm-unsafe-eval' ${scripts}; connect-src 'self'; ` +
    `worker-src 'self' ${workers}; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'`,
})

/** Makes a page cross-origin isolated. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const listen = (server) =>
  new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const close = () => {
        server.closeAllConnections()
        server.close()
      }
      resolve({ url: `http://localhost:${server.address().port}`, close })
    })
  })

const fileFor = (dir, url) => {
  const path = normalize(new URL(url, 'http://localhost').pathname)
  const file = join(dir, path.endsWith('/') ? `${path}index.html` : path)
  const found = [file, `${file}.html`].find((f) => existsSync(f) && statSync(f).isFile())
  return path.includes('..') ? undefined : found
}

/** Serves a folder. */
export const serveFolder = (dir, extra = {}) =>
  listen(
    createServer((request, response) => {
      const file = fileFor(dir, request.url)
      if (!file) return response.writeHead(404).end()
      const type = TYPES[extname(file)] ?? 'application/octet-stream'
      response.writeHead(200, { ...extra, 'Content-Type': type, 'Cache-Control': 'no-store' })
      return createReadStream(file).pipe(response)
    }),
  )

/** Puts headers before another server of this machine, WebSockets included. */
export const serveBehind = (port, extra = {}) => {
  const server = createServer((request, response) => {
    const { method, url: path, headers: given } = request
    const passed = { ...given, host: `localhost:${port}` }
    const onward = ask({ port, host: '127.0.0.1', method, path, headers: passed }, (answer) => {
      response.writeHead(answer.statusCode, { ...answer.headers, ...extra })
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  server.on('upgrade', (request, socket) => {
    const onward = connect(port, '127.0.0.1', () => {
      const lines = Object.entries(request.headers).map(([name, value]) => `${name}: ${value}`)
      onward.write([`GET ${request.url} HTTP/1.1`, ...lines, '', ''].join('\r\n'))
      onward.pipe(socket).pipe(onward)
    })
    for (const side of [socket, onward]) side.on('error', () => onward.destroy())
  })
  return listen(server)
}
