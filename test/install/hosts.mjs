// The recipes of docs/guides/hosting.md on the servers that they are for: each block is taken out of the
// guide as it stands there, and the page must be isolated and share memory.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { useChromium } from '../../scripts/install/browsers.mjs'
import { cleanVisit, shared } from '../../scripts/install/contexts.mjs'
import { hosting, onPort, PAGES, visitPages } from '../../scripts/install/hosts.mjs'
import { writePlainSite } from '../../scripts/install/pages.mjs'
import { nodePackage } from '../../scripts/install/programs.mjs'
import { serveFolder } from '../../scripts/install/serve.mjs'
import { findNginx } from '../../scripts/setup/nginx.mjs'
import { Failure } from '../../scripts/shell.mjs'
import { Skip } from '../../scripts/test/rows.mjs'

const SCRATCH = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']

/** All that a server needs around the block of the guide, without a file outside of `dir`. */
const nginxConfig = (dir, types, port) => `
daemon off;
${process.getuid?.() === 0 ? 'user root;' : ''}
pid ${dir}/nginx.pid;
error_log stderr;
events {}
http {
  include ${types};
  access_log off;
  ${SCRATCH.map((name) => `${name}_temp_path ${dir}/${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port};
    root ${dir}/site;
${hosting('nginx', 'nginx')}
  }
}
`

const nginx = {
  name: 'host-nginx',
  async run(place, report) {
    await writePlainSite(place)
    await visitPages(report, '', async () => {
      const found = await findNginx()
      if (!found) throw new Skip('there is no nginx, nor a package of it that could be taken apart')
      const args = (port) => {
        const file = place.write('nginx.conf', nginxConfig(place.app, found.types, port))
        return ['-p', place.app, '-c', file, '-e', 'stderr']
      }
      return onPort(place, found.program, args)()
    })
  },
}

/** The first page that it sees may train before the service worker has it loaded again. */
const untilShared = async (_, next) => {
  const first = await next()
  return first.mode === 'shared' ? first : next()
}

/** No headers, below the name of a project, as a project's site is served. */
const githubPages = {
  name: 'host-github-pages',
  async run(place, report) {
    const site = await writePlainSite(place, 'pages/project')
    place.write('pages/project/isolate.js', hosting('GitHub Pages', 'js'))
    for (const page of PAGES) {
      const file = `pages/project/${page}.html`
      const html = readFileSync(join(site, `${page}.html`), 'utf8')
      place.write(file, html.replace('<title>', `${hosting('GitHub Pages', 'html')}<title>`))
    }
    for (const page of PAGES) {
      await report.trains(`the service worker, ${page}`, shared, async () => {
        // Of another origin each time, so that each is a first visit.
        const server = await serveFolder(join(place.app, 'pages'))
        try {
          const url = `${server.url}/project/${page}.html`
          return await cleanVisit(await useChromium(), url, untilShared)
        } finally {
          server.close()
        }
      })
    }
  },
}

/** The headers that Netlify's own parser reads for every path. Its CLI would serve, but first downloads Deno. */
const netlifyHeaders = async (place, files) => {
  const parser = join(place.tools, '@netlify/headers-parser/lib/index.js')
  const { parseAllHeaders } = await import(pathToFileURL(parser))
  const none = { headersFiles: undefined, configHeaders: undefined, minimal: true }
  const { headers, errors } = await parseAllHeaders({ ...none, ...files })
  if (errors.length > 0) throw new Failure(errors.join('\n'))
  const [rule] = headers
  if (headers.length !== 1 || rule.for !== '/*') {
    throw new Failure(`these are not headers of all pages: ${JSON.stringify(headers)}`)
  }
  return rule.values
}

const netlify = {
  name: 'host-netlify',
  packages: { '@netlify/headers-parser': '10.1.1' },
  async run(place, report) {
    const site = await writePlainSite(place)
    const files = {
      _headers: { headersFiles: [place.write('site/_headers', hosting('Netlify', 'text'))] },
      'netlify.toml': {
        netlifyConfigPath: place.write('netlify.toml', hosting('Netlify', 'toml')),
      },
    }
    for (const [name, given] of Object.entries(files)) {
      await visitPages(report, name, async () => {
        const { url, close } = await serveFolder(site, await netlifyHeaders(place, given))
        return { url, stop: close }
      })
    }
  },
}

const wranglerConfig = {
  name: 'gradloom',
  main: 'worker.js',
  compatibility_date: '2026-01-01',
  assets: { directory: 'plain', binding: 'ASSETS', run_worker_first: true },
}

const cloudflare = {
  name: 'host-cloudflare',
  // Wrangler asks for a newer Node than the package does.
  packages: { wrangler: '4.164.0', [nodePackage]: '24.21.0' },
  async run(place, report) {
    const wrangler = join(place.tools, 'wrangler/bin/wrangler.js')
    const newer = join(place.tools, nodePackage, 'bin/node')
    const run = (...args) =>
      onPort(place, newer, (port) => [
        ...[wrangler, ...args, '--port', `${port}`, '--ip', '127.0.0.1'],
        '--show-interactive-dev-session=false',
      ])
    await writePlainSite(place)
    place.write('site/_headers', hosting('Netlify', 'text'))
    await visitPages(report, 'Pages', run('pages', 'dev', 'site'))
    await writePlainSite(place, 'plain')
    place.write('worker.js', hosting('Cloudflare', 'js'))
    place.write('wrangler.json', wranglerConfig)
    await visitPages(report, 'Worker', run('dev'))
  },
}

/** One file, as the server of the guide has no other. */
const writeInline = async (place) => {
  await writePlainSite(place)
  const entryPoints = [join(place.app, 'site/index.js')]
  const { outputFiles } = await build({ entryPoints, bundle: true, format: 'esm', write: false })
  const script = outputFiles[0].text.replaceAll('</script', '<\\/script')
  place.write(
    'index.html',
    `<!doctype html><title>Trains</title><script type="module">${script}</script>`,
  )
}

const node = {
  name: 'host-node',
  async run(place, report) {
    await writeInline(place)
    const start = onPort(place, process.execPath, (port) => {
      const text = hosting('Node, without a framework', 'js').replace('8080', `${port}`)
      return [place.write('server.js', text)]
    })
    await visitPages(report, '', start, { pages: ['index'] })
  },
}

export const fixtures = [nginx, githubPages, netlify, cloudflare, node]
