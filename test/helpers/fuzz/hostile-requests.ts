import fc from 'fast-check';
import { bytesOf, type Request } from './requests.js';

/** Bytes that no honest client sends, made from a request that one might. */
export function hostileBytes(requests: fc.Arbitrary<Request>): fc.Arbitrary<Buffer> {
  const twisted = fc
    .tuple(requests, fc.constantFrom(...TWISTS), fc.nat())
    .map(([request, twist, luck]) => twist(request, luck));
  const noise = fc.uint8Array({ maxLength: 400 }).map((bytes) => Buffer.from(bytes));
  return fc.oneof({ weight: 8, arbitrary: twisted }, { weight: 1, arbitrary: noise });
}

type Twist = (request: Request, luck: number) => Buffer;

const METHODS = ['TRACE', 'CONNECT', 'PROPFIND', 'get', 'BREW', 'M-SEARCH', 'PURGE', 'QUERY'];
const VERSIONS = ['HTTP/0.9', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9.9', 'http/1.1', 'HTTP/1.1 ', ''];
const TARGETS = [
  '*',
  'http://localhost/images',
  '//images',
  '/images#a',
  '/images\t',
  '/\xff',
  '',
  '/a'.repeat(5_000),
];
const LENGTHS = ['-1', '+1', '1, 2', '0x10', '99999999999999999999', '1e3', 'abc', '', ' 5 5'];
const CHUNKS = [
  'zz\r\na\r\n',
  '5\r\nab\r\n0\r\n\r\n',
  '5',
  'ffffffffffffffff\r\na',
  '1;a="\r\nb\r\n0\r\n\r\n',
  '0\r\nTrailer: a\r\n\r\n',
];

const TWISTS: readonly Twist[] = [
  (request, luck) => bytesOf({ ...request, method: pick(METHODS, luck) }),
  (request, luck) => bytesOf({ ...request, target: pick(TARGETS, luck) }),
  (request, luck) => line(request, (first) => first.replace('HTTP/1.1', pick(VERSIONS, luck))),
  (request) => headed(request, [`X-Large: ${'x'.repeat(20_000)}`]),
  (request) =>
    headed(
      request,
      Array.from({ length: 2_500 }, (_, number) => `X-${number}: 1`),
    ),
  (request, luck) => headed(request, [`Content-Length: ${pick(LENGTHS, luck)}`]),
  (request) => headed(request, ['Transfer-Encoding: chunked']),
  (request) => headed(request, ['Transfer-Encoding: chunked, identity', 'Transfer-Encoding: x']),
  (request) => headed(request, ['Host: a', 'Host: b']),
  (request) => headed(request, [' folded: a', '\tb']),
  (request) => headed(request, ['No colon', 'Na me: a', ': a']),
  (request) =>
    headed(request, ['Upgrade: h2c', 'Connection: Upgrade, HTTP2-Settings', 'HTTP2-Settings: AA']),
  (request, luck) => headed(request, [`Expect: ${pick(['100-continue', '', 'x'], luck)}`]),
  (request, luck) => Buffer.concat([chunkedHead(request), Buffer.from(pick(CHUNKS, luck))]),
  (request, luck) => longer(request, luck),
  (request, luck) => cut(bytesOf(request), luck),
  (request, luck) => flipped(bytesOf(request), luck),
  (request) => Buffer.from(bytesOf(request).toString('latin1').replaceAll('\r\n', '\n'), 'latin1'),
  (request) => Buffer.concat([bytesOf(request), bytesOf(request), Buffer.from('GET / HT')]),
  () => Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  () => Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3]),
];

function pick<T>(values: readonly T[], luck: number): T {
  return values[luck % values.length]!;
}

/** With other first line. */
function line(request: Request, change: (first: string) => string): Buffer {
  const bytes = bytesOf(request);
  const end = bytes.indexOf('\r\n');
  const first = Buffer.from(change(bytes.toString('latin1', 0, end)), 'latin1');
  return Buffer.concat([first, bytes.subarray(end)]);
}

/** With further lines at the beginning of the header. */
function headed(request: Request, lines: string[]): Buffer {
  return line(request, (first) => [first, ...lines].join('\r\n'));
}

function chunkedHead({ method, target, headers }: Request): Buffer {
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return Buffer.from(
    `${method} ${target} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n${lines}\r\n`,
    'latin1',
  );
}

/** Says that more comes, or that less does, than there is. */
function longer(request: Request, luck: number): Buffer {
  const other = (luck % 2 === 0 ? 1 : -1) * (luck % 40);
  const text = bytesOf(request).toString('latin1');
  const changed = text.replace(
    /^Content-Length: (\d+)/m,
    (_, length) => `Content-Length: ${Math.max(0, Number(length) + other)}`,
  );
  return Buffer.from(changed, 'latin1');
}

function cut(bytes: Buffer, luck: number): Buffer {
  return bytes.subarray(0, luck % bytes.length);
}

function flipped(bytes: Buffer, luck: number): Buffer {
  const copy = Buffer.from(bytes);
  for (let flip = 0; flip <= luck % 3; flip += 1) {
    const at = (luck * 2_654_435_761 + flip * 40_503) % copy.length;
    copy[at] = (copy[at]! ^ (1 << (luck % 8))) & 0xff;
  }
  return copy;
}
