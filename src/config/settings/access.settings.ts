import {
  ArrayNotEmpty,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
  MinLength,
} from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';
import { DataSettings } from './data.settings.js';

const LOCAL_URL = { require_tld: false, require_protocol: true };
/** Signatures of tokens that can be checked with a public key; a shared secret is none of the caller's. */
const ALGORITHMS = ['RS256', 'PS256', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Who may call. */
export abstract class AccessSettings extends DataSettings {
  @FromEnvironment({
    type: 'text',
    description:
      'Who may call: "on" asks for an API key (npm run keys) or a token of OIDC_ISSUER, "off" lets everybody in. Must be set when HOST is not a loopback address.',
    defaultText: 'off on a loopback HOST; elsewhere it must be set',
  })
  @IsIn(['on', 'off'])
  @IsOptional()
  auth?: 'on' | 'off';

  @FromEnvironment({
    type: 'text',
    description:
      'OpenID Connect issuer whose access tokens are accepted beside API keys: the address below which its /.well-known/openid-configuration is.',
    defaultText: 'unset (API keys only)',
  })
  @IsUrl({ ...LOCAL_URL, protocols: ['https', 'http'] })
  @IsOptional()
  oidcIssuer?: string;

  @FromEnvironment({
    type: 'text',
    description: 'Audience that a token must be made for. Required with OIDC_ISSUER.',
    defaultText: 'unset',
  })
  @IsNotEmpty()
  @IsOptional()
  oidcAudience?: string;

  @FromEnvironment({
    type: 'list',
    description: `Signature algorithms of tokens that are accepted, of ${ALGORITHMS.join(', ')}.`,
    defaultText: 'RS256,PS256,ES256,EdDSA',
  })
  @ArrayNotEmpty()
  @IsIn(ALGORITHMS, { each: true })
  oidcAlgorithms: string[] = ['RS256', 'PS256', 'ES256', 'EdDSA'];

  @FromEnvironment({
    type: 'text',
    description:
      'Claim of a token that names its roles, a text or a list; a dot leads into an object (realm_access.roles).',
  })
  @IsNotEmpty()
  oidcRoleClaim = 'roles';

  @FromEnvironment({
    type: 'list',
    description:
      "What the issuer calls the roles, as its name = role: photographers=capturer,it=admin. A token's highest role counts.",
    defaultText: 'none (the roles are called viewer, annotator, capturer and admin there too)',
  })
  @Matches(/^[^=]+=(viewer|annotator|capturer|admin)$/, {
    each: true,
    message: 'must list pairs such as photographers=capturer',
  })
  oidcRoleNames: string[] = [];

  @FromEnvironment({
    type: 'text',
    description:
      'Claim of a token that lists the client_ids that its caller may see; "*" in it stands for all. A token without the claim sees none.',
    defaultText: 'unset (tokens are not bound to clients)',
  })
  @IsNotEmpty()
  @IsOptional()
  oidcClientsClaim?: string;

  @FromEnvironment({
    type: 'integer',
    description: 'Seconds by which the clocks of the issuer and of this machine may differ.',
  })
  @IsInt()
  @Min(0)
  @Max(600)
  oidcLeewayS = 60;

  @FromEnvironment({
    type: 'integer',
    description: 'Seconds for which the signed addresses of pictures (file.url) hold, at least.',
  })
  @IsInt()
  @Min(10)
  @Max(604_800)
  fileUrlTtlS = 3_600;

  @FromEnvironment({
    type: 'list',
    description:
      'Secrets that sign the addresses of pictures. The first signs, all are accepted: put a new one in front, and take the old one away after twice FILE_URL_TTL_S.',
    defaultText: 'unset (one is made and kept below DATA_DIR)',
  })
  @MinLength(32, { each: true, message: 'must list secrets of at least 32 characters' })
  fileUrlSecrets: string[] = [];
}
