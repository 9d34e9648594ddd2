import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import type { Environment } from '../../src/config/environment.js';

/** What the tokens of `anIssuer` are for. */
export const AUDIENCE = 'https://loupe.example.org';
const ALGORITHM = 'RS256';

/** An OpenID Connect issuer of the test's own: it signs whatever it is told to. */
export interface Issuer {
  url: string;
  /** With these a service takes its tokens, as many as come; their clients are in the claim `clients`. */
  settings: Partial<Environment>;
  /** How often it was asked. */
  asked: { discovery: number; keys: number };
  /** A good token for an hour. @param claims that differ, also wrong ones; undefined leaves one out */
  token(claims?: JWTPayload): Promise<string>;
  /** What must be refused, by what is wrong with it. */
  badTokens(): Promise<Record<string, string>>;
  /** Signs with another key from now on; the old one stays published. */
  rotate(): Promise<void>;
  /** Signs with another key from now on, and no longer publishes the old ones. */
  withdraw(): Promise<void>;
  /** What it answers instead of its documents; undefined: those again. */
  misbehave(answer?: { status: number; body: string } | 'hang'): void;
  close(): Promise<void>;
}

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;
interface SigningKey extends KeyPair {
  kid: string;
}

/** @param port to listen on; 0: any */
export async function anIssuer(port = 0): Promise<Issuer> {
  const asked = { discovery: 0, keys: 0 };
  const keys = [await newKey('key-1')];
  const current = () => keys.at(-1)!;
  let misbehaviour: Parameters<Issuer['misbehave']>[0];
  let url = '';
  const server = createServer((request, response) => {
    const isDiscovery = request.url === '/.well-known/openid-configuration';
    asked[isDiscovery ? 'discovery' : 'keys'] += 1;
    if (misbehaviour === 'hang') return;
    response.setHeader('Content-Type', 'application/json');
    if (misbehaviour) {
      response.writeHead(misbehaviour.status).end(misbehaviour.body);
      return;
    }
    const document = isDiscovery ? { issuer: url, jwks_uri: `${url}/keys` } : publicKeys(keys);
    void Promise.resolve(document).then((body) => response.end(JSON.stringify(body)));
  });
  url = await listening(server, port);

  const token = (claims: JWTPayload = {}) => signed(current(), { ...goodClaims(url), ...claims });
  return {
    url,
    asked,
    settings: {
      auth: 'on',
      rateLimit: 'off',
      rateLimitFailures: 100_000,
      oidcIssuer: url,
      oidcAudience: AUDIENCE,
      oidcClientsClaim: 'clients',
    },
    token,
    badTokens: () => badTokens(url, current()),
    rotate: async () => {
      keys.push(await newKey(`key-${keys.length + 1}`));
    },
    withdraw: async () => {
      keys.splice(0, Infinity, await newKey(`key-${keys.length + 1}`));
    },
    misbehave: (answer) => {
      misbehaviour = answer;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Seconds since 1970, so many from now. */
export function inSeconds(seconds: number): number {
  return Math.floor(Date.now() / 1_000) + seconds;
}

function goodClaims(issuer: string): JWTPayload {
  return {
    iss: issuer,
    aud: AUDIENCE,
    sub: 'ada',
    iat: inSeconds(0),
    nbf: inSeconds(0),
    exp: inSeconds(3_600),
    roles: ['admin'],
    clients: '*',
  };
}

async function badTokens(issuer: string, key: SigningKey): Promise<Record<string, string>> {
  const good = goodClaims(issuer);
  const withClaims = (claims: JWTPayload) => signed(key, { ...good, ...claims });
  const token = await signed(key, good);
  const [header = '', payload = '', signature = ''] = token.split('.');
  const stranger = await newKey(key.kid);
  return {
    garbage: 'garbage',
    'three parts of garbage': 'YQ.YQ.YQ',
    expired: await withClaims({ exp: inSeconds(-120) }),
    'not yet valid': await withClaims({ nbf: inSeconds(1_800) }),
    'issued in the future': await withClaims({ iat: inSeconds(1_800) }),
    'without an end': await withClaims({ exp: undefined }),
    'with a text as its end': await withClaims({ exp: 'never' as never }),
    'without a subject': await withClaims({ sub: undefined }),
    'with a subject that is no name': await withClaims({ sub: 'a\0b' }),
    'for another audience': await withClaims({ aud: 'https://other.example.org' }),
    'without an audience': await withClaims({ aud: undefined }),
    'of another issuer': await withClaims({ iss: 'https://issuer.example.org' }),
    'without an issuer': await withClaims({ iss: undefined }),
    'without a signature (alg: none)': `${part({ alg: 'none', kid: key.kid })}.${payload}.`,
    'whose signature is cut off': `${header}.${payload}.`,
    'signed with the public key as a shared secret (RS/HS)': await signedWithPublicKey(key, good),
    'signed by a stranger who names our key': await signed(stranger, good),
    'signed with an unknown key': await signed({ ...key, kid: 'nobody-knows' }, good),
    'whose claims were changed': `${header}.${part({ ...good, sub: 'eve' })}.${signature}`,
    'with a header that must be understood': await signedWithDemand(key, good),
    'that brings its own key': await signedWithItsOwnKey(stranger, good),
    'that is too long': await withClaims({ padding: 'x'.repeat(10_000) }),
  };
}

function signed({ privateKey, kid }: SigningKey, claims: JWTPayload): Promise<string> {
  return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, kid }).sign(privateKey);
}

async function signedWithPublicKey({ publicKey, kid }: SigningKey, claims: JWTPayload) {
  const secret = Buffer.from(await exportSPKI(publicKey));
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid }).sign(secret);
}

async function signedWithItsOwnKey({ publicKey, privateKey }: SigningKey, claims: JWTPayload) {
  const jwk = await exportJWK(publicKey);
  return new SignJWT(claims).setProtectedHeader({ alg: ALGORITHM, jwk }).sign(privateKey);
}

function signedWithDemand({ privateKey, kid }: SigningKey, claims: JWTPayload) {
  const header = { alg: ALGORITHM, kid, crit: ['x'], x: 1 };
  return new SignJWT(claims).setProtectedHeader(header).sign(privateKey, { crit: { x: true } });
}

function part(content: object): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

async function newKey(kid: string): Promise<SigningKey> {
  return { ...(await generateKeyPair(ALGORITHM, { extractable: true })), kid };
}

async function publicKeys(keys: readonly SigningKey[]): Promise<object> {
  const jwks = keys.map(async ({ publicKey, kid }) => ({
    ...(await exportJWK(publicKey)),
    kid,
    alg: ALGORITHM,
    use: 'sig',
  }));
  return { keys: await Promise.all(jwks) };
}

async function listening(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
