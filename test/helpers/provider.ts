import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import type { Configuration, Provider as OidcProvider } from 'oidc-provider';
import type { Environment } from '../../src/config/environment.js';
import { AUDIENCE } from './issuer.js';

const CREDENTIALS = { client_id: 'tablet', client_secret: 'of the tablet' };

/** What its token shall say. */
interface Grant {
  role: string;
  clients: string | string[];
  /** The audience, where it is not the service. */
  resource?: string;
}

/** oidc-provider, listening on this machine: an issuer as others have written it. */
export interface Provider {
  /** With these a service takes its tokens. */
  settings: Partial<Environment>;
  /** A token that the provider issues to a client with a secret (RFC 6749, section 4.4; RFC 8707). */
  accessToken(grant: Grant): Promise<string>;
  /** The same provider with other keys, and without the old ones. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}

export async function aProvider(): Promise<Provider> {
  let handle: (request: IncomingMessage, response: ServerResponse) => unknown = () => undefined;
  const server = createServer((request, response) => void handle(request, response));
  const url = await listening(server);
  // What the next token says: the provider asks for it when it issues one.
  let granted: Grant = { role: 'viewer', clients: [] };
  let keys = 0;
  const rotate = async () => {
    keys += 1;
    const configuration = configurationWith(
      await aSigningKey(`of-provider-${keys}`),
      () => granted,
    );
    handle = (await quietProvider(url, configuration)).callback();
  };
  await rotate();
  return {
    settings: {
      auth: 'on',
      oidcIssuer: url,
      oidcAudience: AUDIENCE,
      oidcRoleClaim: 'access.roles',
      oidcClientsClaim: 'clients',
    },
    accessToken: async (grant) => {
      granted = grant;
      const answer = await fetch(`${url}/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials',
          resource: grant.resource ?? AUDIENCE,
          scope: 'capture',
          ...CREDENTIALS,
        }),
      });
      const body = (await answer.json()) as { access_token?: string };
      if (body.access_token === undefined) throw new Error(JSON.stringify(body));
      return body.access_token;
    },
    rotate,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Without its warnings that it is young, keeps nothing and runs on an old Node.js: here it may. */
async function quietProvider(url: string, configuration: Configuration): Promise<OidcProvider> {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    const { Provider } = await import('oidc-provider');
    return new Provider(url, configuration);
  } finally {
    console.warn = warn;
  }
}

function configurationWith(signingKey: JWK, granted: () => Grant): Configuration {
  return {
    clients: [
      {
        ...CREDENTIALS,
        id_token_signed_response_alg: 'ES256',
        token_endpoint_auth_method: 'client_secret_post',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
      },
    ],
    ttl: { ClientCredentials: 600 },
    jwks: { keys: [signingKey] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_context, resource) => ({
          scope: 'capture',
          audience: resource,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
    extraTokenClaims: () => ({
      access: { roles: [granted().role] },
      clients: granted().clients,
    }),
  };
}

async function aSigningKey(kid: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: 'ES256', use: 'sig' };
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
