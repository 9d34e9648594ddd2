// Lints an OpenAPI document with Redocly's `recommended` rules and Spectral's `oas` ruleset.
// A warning fails like an error: a contract that is nearly right is wrong in somebody's generator.
//
//   node scripts/lint-openapi.mjs dist/openapi.json
import { spawnSync } from 'node:child_process';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import spectral from '@stoplight/spectral-core';
import rulesets from '@stoplight/spectral-rulesets';

const path = process.argv[2];
if (!path) {
  console.error('Usage: node scripts/lint-openapi.mjs <openapi.json>');
  process.exit(2);
}

const text = readFileSync(path, 'utf8');
const document = JSON.parse(text);
if (!/^3\.1\.\d+$/.test(document.openapi)) {
  console.error(`${path} says it is OpenAPI ${document.openapi}; Loupe documents itself in 3.1.`);
  process.exit(1);
}

const findings = [...lintWithRedocly().filter(isNoRedirect), ...(await lintWithSpectral())];
for (const { linter, severity, rule, where, message } of findings) {
  console.error(`${linter} ${severity} ${rule} at ${where}: ${message}`);
}
console.log(`${path}: ${findings.length} findings (Redocly recommended, Spectral oas)`);
process.exitCode = findings.length === 0 ? 0 : 1;

/** What only leads elsewhere has no 2xx, and is right so. */
function isNoRedirect({ rule, where }) {
  if (rule !== 'operation-2xx-response') return true;
  const tokens = where.split('/').slice(1);
  const responses = tokens.reduce(
    (node, token) => node?.[token.replaceAll('~1', '/').replaceAll('~0', '~')],
    document,
  );
  return responses?.[303] === undefined;
}

/** In a child with a configuration of its own, because its own would be searched in the current folder. */
function lintWithRedocly() {
  const folder = mkdtempSync(join(tmpdir(), 'loupe-openapi-'));
  try {
    const config = join(folder, 'redocly.yaml');
    writeFileSync(config, 'extends: [recommended]\ntelemetry: off\n');
    const cli = join(packageFolder('@redocly/cli'), 'bin', 'cli.js');
    const { stdout, stderr, status } = spawnSync(
      process.execPath,
      [
        cli,
        'lint',
        resolve(path),
        '--config',
        config,
        '--format',
        'json',
        '--max-problems',
        '1000',
      ],
      {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        // A check of our own document is nobody else's business and needs no network.
        env: {
          ...process.env,
          REDOCLY_TELEMETRY: 'off',
          REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
          REDOCLY_SUPPRESS_NOTIFICATIONS: 'true',
        },
      },
    );
    const report = parseReport(stdout);
    if (!report) throw new Error(`Redocly gave no report (exit ${status}).\n${stdout}\n${stderr}`);
    return report.problems.map(({ severity, ruleId, message, location }) => ({
      linter: 'redocly',
      severity,
      rule: ruleId,
      where: location?.[0]?.pointer ?? '#',
      message,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function lintWithSpectral() {
  const linter = new spectral.Spectral();
  linter.setRuleset({ extends: [[rulesets.oas, 'recommended']] });
  const results = await linter.run(document);
  return results.map(({ severity, code, path: where, message }) => ({
    linter: 'spectral',
    severity: ['error', 'warn', 'info', 'hint'][severity],
    rule: code,
    where: ['#', ...where.map(escapePointer)].join('/'),
    message,
  }));
}

/** One token of a JSON pointer (RFC 6901, section 3). */
function escapePointer(token) {
  return String(token).replaceAll('~', '~0').replaceAll('/', '~1');
}

function parseReport(output) {
  const start = output.indexOf('{');
  try {
    return start === -1 ? undefined : JSON.parse(output.slice(start));
  } catch {
    return undefined;
  }
}

function packageFolder(name) {
  return dirname(fileURLToPath(import.meta.resolve(`${name}/package.json`)));
}
