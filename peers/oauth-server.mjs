// An OAuth 2.0 and OpenID Connect server, by an implementation that has nothing to do with connc: npm's oidc-provider.
//
// It listens on a free port of 127.0.0.1 and prints `{"url": …}`, then serves until it is ended. Everything in it is made up for tests.
// Node finds the packages below NODE_MODULES, since the server need not lie beside them.

import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const modules = process.env.NODE_MODULES;
const require = createRequire(join(modules, 'here.js'));
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));
const { jwtVerify } = await import(pathToFileURL(require.resolve('jose')));

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const RESOURCE_SCOPES = 'parcels.read parcels.write';

// The public halves of the keys that the test signs with.
const publicKey = (name) => createPublicKey(readFileSync(new URL(`../runtime/tests/keys/${name}.public.pem`, import.meta.url)));
const [rsa, ec] = [publicKey('rsa'), publicKey('ec')];
const jwk = (key, alg) => ({ ...key.export({ format: 'jwk' }), alg, use: 'sig' });

const machine = (client_id, method, more) => ({
  client_id,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  scope: RESOURCE_SCOPES,
  token_endpoint_auth_method: method,
  ...more,
});

const clients = [
  {
    client_id: 'app',
    client_secret: 'app-secret-of-the-test',
    application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: ['http://127.0.0.1/callback'],
    response_types: ['code'],
    token_endpoint_auth_method: 'client_secret_basic',
  },
  machine('machine-basic', 'client_secret_basic', { client_secret: 'basic: secret/of+the test' }),
  machine('machine-post', 'client_secret_post', { client_secret: 'post-secret-of-the-test' }),
  machine('machine-rs256', 'private_key_jwt', { token_endpoint_auth_signing_alg: 'RS256', jwks: { keys: [jwk(rsa, 'RS256')] } }),
  machine('machine-es256', 'private_key_jwt', { token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [jwk(ec, 'ES256')] } }),
  machine('assertion', 'none', { grant_types: [JWT_BEARER] }),
];

const server = createServer();
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(url, {
  clients,
  claims: { openid: ['sub'], profile: ['name'] },
  cookies: { keys: ['a key of the test'] },
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true }, revocation: { enabled: true } },
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, name: `Person ${id}` }) }),
  pkce: { required: () => true },
  rotateRefreshToken: true,
  scopes: ['openid', 'offline_access', 'profile', ...RESOURCE_SCOPES.split(' ')],
  ttl: { AccessToken: 3600, ClientCredentials: 600, RefreshToken: 86400 },
});

// The grant of RFC 7523, section 2.1, which oidc-provider leaves to whoever needs it.
provider.registerGrantType(
  JWT_BEARER,
  async (ctx) => {
    const { client, params } = ctx.oidc;
    const refuse = (description) => {
      ctx.status = 400;
      ctx.body = { error: 'invalid_grant', error_description: description };
    };
    let claims;
    try {
      ({ payload: claims } = await jwtVerify(params.assertion, rsa, { algorithms: ['RS256'], audience: `${url}/token`, issuer: 'service-1', requiredClaims: ['exp', 'iat', 'jti', 'sub'] }));
    } catch (error) {
      return refuse(error.message);
    }
    const token = new provider.ClientCredentials({ client, scope: claims.scope });
    const access_token = await token.save();
    subjects.set(token.jti, claims.sub);
    ctx.body = { access_token, expires_in: token.expiration, token_type: 'Bearer' };
  },
  ['assertion'],
);

const subjects = new Map();
const counts = {};
const issued = new Set();
const forgotten = new Set();
for (const kind of ['access_token', 'client_credentials']) {
  provider.on(`${kind}.issued`, (token) => issued.add(token.jti));
  provider.on(`${kind}.saved`, (token) => issued.add(token.jti));
}
provider.on('grant.success', (ctx) => count(`${ctx.oidc.params.grant_type}`));
provider.on('grant.error', (ctx, error) => count(`${ctx.oidc.params?.grant_type} ${error.message}`));
const count = (what) => {
  counts[what] = (counts[what] ?? 0) + 1;
};

// A resource that takes the server's tokens, and what the test asks beside.
provider.use(async (ctx, next) => {
  if (ctx.path === '/test/counts') {
    ctx.body = counts;
    return undefined;
  }
  if (ctx.path === '/test/forget') {
    issued.forEach((jti) => forgotten.add(jti));
    ctx.status = 204;
    return undefined;
  }
  if (ctx.path !== '/api/whoami') return next();
  const bearer = ctx.get('authorization').replace(/^Bearer /, '');
  const token = (await provider.AccessToken.find(bearer)) ?? (await provider.ClientCredentials.find(bearer));
  if (!token || token.isExpired || forgotten.has(token.jti)) {
    ctx.status = 401;
    ctx.body = { error: 'invalid_token' };
    return undefined;
  }
  ctx.body = { client: token.clientId, person: token.accountId ?? subjects.get(token.jti), kind: token.kind, scope: token.scope };
  return undefined;
});

server.on('request', provider.callback());
process.stdout.write(`${JSON.stringify({ url })}\n`);
