import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
// Ahead of all others, as in the service: what is decorated before it comes has no types.
import 'reflect-metadata';

const require = createRequire(import.meta.url);

// Turns a module of the compiled service, or of a package that it shares with the specs, into one that passes on what
// Node.js's own instance of it exports.

export default {
  /** @returns {{ code: string }} an ES module with the same exports; the module itself to who loads it with `require` */
  process(source, path, { supportsStaticESM }) {
    if (!supportsStaticESM) return { code: source };
    const names = Object.keys(require(path)).filter((name) => name !== '__esModule');
    const url = JSON.stringify(pathToFileURL(path).href);
    return {
      code: [
        `const shipped = await globalThis.importShipped(${url});`,
        ...names.map((name, at) => `const v${at} = shipped[${JSON.stringify(name)}];`),
        `export { ${names.map((name, at) => `v${at} as ${JSON.stringify(name)}`).join(', ')} };`,
      ].join('\n'),
    };
  },
};
