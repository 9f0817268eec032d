// Serves build/docs with the headers that isolate a page; `--plain` without them (as GitHub Pages
// does). Run: npm run docs:serve

import { createReadStream, existsSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'

const site = fileURLToPath(new URL('../../build/docs/', import.meta.url))
const TYPES = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.gz': 'application/octet-stream',
}
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

const fileOf = (url) => {
  const path = normalize(decodeURIComponent(new URL(url, 'http://localhost').pathname))
  const file = join(site, path.endsWith('/') ? `${path}index.html` : path)
  const isThere = file.startsWith(site) && existsSync(file) && statSync(file).isFile()
  return isThere ? file : undefined
}

/** Resolves to `{ url, close }`; port 0 takes a free one. */
export const serve = ({ port = 8082, plain = false } = {}) => {
  const headers = plain ? {} : ISOLATION
  const server = createServer((request, response) => {
    const file = fileOf(request.url)
    if (!file) return response.writeHead(404).end('not found')
    const type = TYPES[extname(file)] ?? 'application/octet-stream'
    response.writeHead(200, { ...headers, 'Content-Type': type })
    return createReadStream(file).pipe(response)
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      const url = `http://localhost:${server.address().port}/`
      const close = () => {
        server.closeAllConnections()
        server.close()
      }
      resolve({ url, close })
    })
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const plain = process.argv.includes('--plain')
  const { url } = await serve({ plain })
  console.log(`open ${url} (${plain ? 'not isolated: replicas' : 'isolated: shared memory'})`)
}
