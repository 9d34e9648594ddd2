import { ACCESS_EXTENSION, type Requirement } from '../access/requires.decorator.js';
import type { Document, SecurityScheme } from './document.js';
import { forEachOperation } from './document.js';

const SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  ApiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'X-API-Key',
    description: 'A key made by `npm run keys` or `POST /api-keys`.',
  },
  Bearer: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'An access token of the OpenID Connect issuer that the service trusts (OIDC_ISSUER).',
  },
};

/**
 * Writes down who may call what.
 * @param isAsked whether the service asks for credentials at all (AUTH)
 */
export function addSecurity(document: Document, isAsked: boolean): void {
  document.components.securitySchemes = SCHEMES;
  forEachOperation(document, (operation) => {
    const access = operation[ACCESS_EXTENSION] as Requirement | undefined;
    Reflect.deleteProperty(operation, ACCESS_EXTENSION);
    if (access?.kind !== 'role') {
      operation.security = [];
      return;
    }
    const schemes = Object.keys(SCHEMES).map((name) => ({ [name]: [] }));
    operation.security = isAsked ? schemes : [{}, ...schemes];
    operation.description = [
      operation.description,
      `Role: ${access.role}${access.unbound ? ', not bound to clients' : ''}.`,
    ]
      .filter((part) => part !== undefined && part !== '')
      .join('\n\n');
  });
}
