// An OpenID Connect issuer to play with (README, "Security"): oidc-provider on this machine alone, with one
// client for each role. Never for anything real: its secrets are written below, and its keys end with it.
//
//   node scripts/try-issuer.mjs [port]
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair } from 'jose';
import { giveUp, prepare } from './prepare.mjs';

const AUDIENCE = 'https://loupe.example.org';
const ROLES = ['viewer', 'annotator', 'capturer', 'admin'];
const port = Number(process.argv[2] ?? 9000);
const issuer = `http://127.0.0.1:${port}`;

await prepare({ build: false }).catch(giveUp);
const { privateKey } = await generateKeyPair('ES256', { extractable: true });
const signingKey = { ...(await exportJWK(privateKey)), kid: 'try', alg: 'ES256', use: 'sig' };
const { Provider } = await quietly(() => import('oidc-provider'));
const provider = await quietly(
  () =>
    new Provider(issuer, {
      clients: ROLES.map((role) => ({
        client_id: role,
        client_secret: 'secret',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
      })),
      jwks: { keys: [signingKey] },
      ttl: { ClientCredentials: 3600 },
      features: {
        devInteractions: { enabled: false },
        clientCredentials: { enabled: true },
        resourceIndicators: {
          enabled: true,
          getResourceServerInfo: (_context, resource) => ({
            scope: 'loupe',
            audience: resource,
            accessTokenFormat: 'jwt',
            jwt: { sign: { alg: 'ES256' } },
          }),
        },
      },
      extraTokenClaims: (_context, { clientId }) => ({ roles: [clientId], clients: '*' }),
    }),
);
const server = createServer(provider.callback());
server.on('error', giveUp);
server.listen(port, '127.0.0.1', () => {
  console.log(`The issuer listens on ${issuer}. Settings for a service that takes its tokens:

  AUTH=on
  OIDC_ISSUER=${issuer}
  OIDC_AUDIENCE=${AUDIENCE}
  OIDC_CLIENTS_CLAIM=clients

Its clients are called ${ROLES.join(', ')}; each has the secret "secret" and the role of its name.`);
});

/** It warns that it is not set up for production, which is the point. */
async function quietly(make) {
  const { warn } = console;
  console.warn = () => undefined;
  try {
    return await make();
  } finally {
    console.warn = warn;
  }
}
