/*
 * docs/architecture.md, "Who may know whom", as rules that fail a build.
 *
 * Type imports count as imports (tsPreCompilationDeps): knowing a type is knowing. Where a rule lets
 * a file know only the types of another, it says `dependencyTypesNot: ['type-only']`.
 * What a file imports by name (HttpException of @nestjs/common) is eslint.config.js's business.
 */

/** Lowest first. Features of one line do not know each other. A new feature gets its place here. */
const FEATURE_ORDER = [
  ['access'],
  ['users', 'locations'],
  ['annotations'],
  ['images'],
  ['datasets', 'iiif', 'review', 'comments', 'events'],
  ['operations'],
];
const PLATFORM = [
  'config',
  'database',
  'errors',
  'http',
  'metrics',
  'renditions',
  'storage',
  'workers',
];
/** Stand above everything, know the application and are known by nobody but its entrance. */
const CEILING = ['documentation', 'health', 'cli'];

const oneOf = (names) => `(${names.join('|')})`;
const inside = (names) => `^src/${oneOf(names)}/`;
const packageNamed = (...names) => `(^|/)node_modules/(@types/)?${oneOf(names)}(/|$)`;

const FEATURES = FEATURE_ORDER.flat();
const ANY_FEATURE = inside(FEATURES);
// main starts, service runs (process/: as one process or as several), application puts together, app.module and schema are the tables of contents.
const ENTRANCE = '^src/((main|service|application|app\\.module|schema)\\.ts$|process/)';
const SPEC = '\\.(spec|thorough-spec|e2e-spec|faults-spec)\\.ts$';

const DTO = '\\bdto/[^/]+\\.ts$';
const RESPONSE = '\\bdto/[^/]+\\.response\\.ts$';
// A request, its query, and the rules of class-validator that describe a part of one.
const REQUEST = '\\bdto/[^/]+\\.(request|query|rule)\\.ts$';
const ENTITY = '\\.entity\\.ts$';
const CONTROLLER = '\\.controller\\.ts$';
const SERVICE = '\\.service\\.ts$';
const REPOSITORY = '\\.repository\\.ts$';
const MODULE = '\\.module\\.ts$';
const ERRORS = '\\.errors\\.ts$';
// Whatever reads or changes data is told who asks, and every route says who may.
const CALLERS = '^src/access/(caller|client-scope|requires\\.decorator)\\.ts$';

const featureOrder = FEATURE_ORDER.flatMap((row, level) =>
  row.map((feature) => {
    const lower = new Set(FEATURE_ORDER.slice(0, level).flat());
    const unknown = FEATURES.filter((other) => other !== feature && !lower.has(other));
    return {
      name: `${feature}-knows-only-lower-features`,
      comment: `${FEATURE_ORDER.map((names) => names.join(', ')).join(' → ')}: lower ones only. Entities alone may point anywhere (an arrow of types).`,
      severity: 'error',
      from: { path: inside([feature]), pathNot: ENTITY },
      to: { path: inside(unknown) },
    };
  }),
).filter(({ to }) => to.path !== inside([]));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    // ---- the tree ---------------------------------------------------------------------------
    {
      name: 'no-cycles',
      comment: 'Two files that need each other are one file, or three.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'A file nobody imports and that imports nobody is either forgotten or unfinished.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: [ENTRANCE, '^src/cli/', '\\.d\\.ts$', SPEC] },
      to: {},
    },
    {
      name: 'no-dead-code',
      comment: 'What main, the data source and the command line tools never reach does not ship.',
      severity: 'error',
      from: { path: '^src/main\\.ts$|^src/cli/[^/]+\\.ts$|^ormconfig\\.ts$' },
      to: { path: '^src/', pathNot: [ENTRANCE, '^src/cli/', '\\.d\\.ts$', SPEC], reachable: false },
    },
    {
      name: 'rooms-are-known',
      comment:
        'src/ holds the platform, the features in their order, and what stands above them. A new room gets its place in this file first.',
      severity: 'error',
      from: {},
      to: {
        path: '^src/',
        pathNot: [ENTRANCE, inside([...PLATFORM, ...FEATURES, ...CEILING]), '^src/[^/]+\\.d\\.ts$'],
      },
    },
    {
      name: 'no-barrels-no-lumber-rooms',
      comment:
        'No index files (import from the file that says it) and no folder named after being needed twice.',
      severity: 'error',
      from: {},
      to: { path: ['^src/.*\\bindex\\.ts$', '^src/.*\\b(common|utils|shared|interfaces)/'] },
    },

    // ---- platform, features, ceiling --------------------------------------------------------
    {
      name: 'platform-knows-no-feature',
      comment:
        'config, database, errors, http, renditions (of any picture) and storage would serve any application.',
      severity: 'error',
      from: { path: inside(PLATFORM) },
      to: { path: [inside([...FEATURES, ...CEILING]), ENTRANCE] },
    },
    ...featureOrder,
    {
      name: 'lower-features-through-their-doors',
      comment:
        'Of a lower feature: *.module, *.service, *.errors, *.entity, and its dto. Everything else is its own business.',
      severity: 'error',
      from: { path: ANY_FEATURE },
      to: {
        path: ANY_FEATURE,
        pathNot: ['^src/$1/', MODULE, SERVICE, ERRORS, ENTITY, RESPONSE, REQUEST, CALLERS],
      },
    },
    {
      name: 'foreign-dto-only-inside-dto',
      comment:
        "Another feature's dto is for embedding its representation in one's own: responses in responses, requests in requests.",
      severity: 'error',
      from: { path: ANY_FEATURE, pathNot: [RESPONSE, REQUEST] },
      to: { path: `${ANY_FEATURE}.*${DTO}`, pathNot: '^src/$1/' },
    },
    {
      name: 'ceiling-is-known-by-nobody',
      comment: 'documentation/, health/ and cli/ stand above the application.',
      severity: 'error',
      from: { path: '^src/', pathNot: [ENTRANCE, SPEC, inside(CEILING)] },
      to: { path: inside(CEILING) },
    },
    {
      name: 'entrance-is-known-by-nobody',
      comment: 'Only main imports the application module; specs and tools may start it too.',
      severity: 'error',
      from: { path: '^src/', pathNot: [ENTRANCE, SPEC, inside(CEILING)] },
      to: { path: ENTRANCE },
    },

    // ---- layers -----------------------------------------------------------------------------
    {
      name: 'controller-only-translates',
      comment:
        'No TypeORM, sharp, storage or repository in a controller. (Readiness in health/ is about them.)',
      severity: 'error',
      from: { path: CONTROLLER, pathNot: inside(CEILING) },
      to: {
        path: [
          packageNamed('typeorm', '@nestjs/typeorm', 'pg', 'sharp'),
          inside(['storage']),
          REPOSITORY,
        ],
      },
    },
    {
      name: 'controller-stands-clear-of-the-database',
      comment:
        'Of database/ a controller knows the plain words page, entity tag, JSON text and repeatable request.',
      severity: 'error',
      from: { path: CONTROLLER, pathNot: inside(CEILING) },
      to: {
        path: '^src/database/',
        pathNot: '^src/database/(page|entity-tag|json-text|repeatable-requests)\\.ts$',
      },
    },
    {
      name: 'controller-speaks-its-own-dialect',
      comment:
        "A controller takes its own feature's service and dto; the service calls the others.",
      severity: 'error',
      from: { path: `^src/([^/]+)/.*${CONTROLLER}` },
      to: { path: ANY_FEATURE, pathNot: ['^src/$1/', '^src/access/'] },
    },
    {
      name: 'dto-packages',
      comment: 'A dto knows class-validator, class-transformer and @nestjs/swagger.',
      severity: 'error',
      from: { path: `^src/.*${DTO}`, pathNot: SPEC },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'core'],
        pathNot: packageNamed('class-validator', 'class-transformer', '@nestjs/swagger'),
      },
    },
    {
      name: 'dto-knows-no-machinery',
      comment:
        'Of the sources a dto knows other dtos, plain files of its own feature, the validators of http/, how renditions are asked for and what JSON text is.',
      severity: 'error',
      from: { path: `^src/([^/]+)/.*${DTO}`, pathNot: SPEC },
      to: {
        path: '^src/',
        pathNot: [
          '^src/$1/',
          '^src/(http|errors|renditions)/',
          '^src/database/json-text\\.ts$',
          ENTITY,
          RESPONSE,
          REQUEST,
        ],
      },
    },
    {
      name: 'dto-knows-only-types-of-its-feature',
      comment:
        'Entities, commands and filters are types to a dto: `import type`. Controllers, repositories and modules are nothing to it.',
      severity: 'error',
      from: { path: `^src/.*${DTO}`, pathNot: SPEC },
      to: { path: [ENTITY, SERVICE], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'dto-knows-no-layer-above-or-below',
      comment: 'A dto is a shape; who sends and who stores it does not concern it.',
      severity: 'error',
      from: { path: `^src/.*${DTO}`, pathNot: SPEC },
      to: { path: [CONTROLLER, REPOSITORY, MODULE] },
    },
    {
      name: 'service-knows-no-http',
      comment: 'A service says what is wrong, not which status; it takes commands, not requests.',
      severity: 'error',
      from: { path: SERVICE },
      to: {
        path: [
          packageNamed('express', '@nestjs/platform-express', '@nestjs/swagger'),
          DTO,
          CONTROLLER,
        ],
      },
    },
    {
      name: 'repository-packages',
      comment: 'A repository knows TypeORM and, for hot SQL, the pg pool beneath it.',
      severity: 'error',
      from: { path: REPOSITORY },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'core'],
        pathNot: packageNamed('typeorm', '@nestjs/typeorm', '@nestjs/common', 'pg'),
      },
    },
    {
      name: 'repository-knows-only-its-rows',
      comment: 'Entities, plain files of its own feature, who asks, database/ and errors/.',
      severity: 'error',
      from: { path: `^src/([^/]+)/.*${REPOSITORY}` },
      to: {
        path: '^src/',
        pathNot: ['^src/$1/', ENTITY, CALLERS, inside(['database', 'errors', 'renditions'])],
      },
    },
    {
      name: 'repository-knows-no-layer-above',
      comment: 'No services, no controllers, no dto: it is asked, it does not ask.',
      severity: 'error',
      from: { path: REPOSITORY },
      to: { path: [SERVICE, CONTROLLER, MODULE, DTO] },
    },
    {
      name: 'entity-packages',
      comment: 'An entity knows TypeORM.',
      severity: 'error',
      from: { path: ENTITY },
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg', 'core'],
        pathNot: packageNamed('typeorm'),
      },
    },
    {
      name: 'entity-knows-only-entities',
      comment:
        'Entities of any feature, column helpers of database/, and the types of its own columns (`import type`).',
      severity: 'error',
      from: { path: `^src/([^/]+)/.*${ENTITY}` },
      to: { path: '^src/', pathNot: [ENTITY, '^src/database/', '^src/$1/'] },
    },
    {
      name: 'entity-knows-only-types-of-its-feature',
      comment: 'A row has no behaviour to import.',
      severity: 'error',
      from: { path: ENTITY },
      to: { path: ANY_FEATURE, pathNot: ENTITY, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'entity-knows-no-layer',
      comment: 'Not even the types of a service, a controller, a repository or a dto.',
      severity: 'error',
      from: { path: ENTITY },
      to: { path: [SERVICE, CONTROLLER, REPOSITORY, MODULE, DTO] },
    },
    {
      name: 'errors-stand-alone',
      comment:
        'A domain error is a kind, a code and a sentence; the sentence may name a limit that a plain file of its feature states.',
      severity: 'error',
      from: { path: `^src/([^/]+)/.*${ERRORS}` },
      to: { pathNot: ['^src/errors/', '^src/$1/'] },
    },
    {
      name: 'errors-know-no-layer',
      comment: 'What went wrong is told with plain values, not with rows or requests.',
      severity: 'error',
      from: { path: `^src/.*${ERRORS}` },
      to: { path: [SERVICE, CONTROLLER, REPOSITORY, MODULE, ENTITY, DTO] },
    },
    {
      name: 'sharp-in-one-file',
      comment:
        'ImageFileService bounds decodes, pixels and memory. Nobody decodes behind its back; its types are no decoder.',
      severity: 'error',
      from: {
        path: '^(src|migrations)/',
        pathNot: ['^src/images/image-file\\.service\\.ts$', SPEC],
      },
      to: { path: packageNamed('sharp'), dependencyTypesNot: ['type-only'] },
    },

    // ---- what ships -------------------------------------------------------------------------
    {
      name: 'migrations-stand-alone',
      comment:
        'A migration that landed never changes, so it depends on nothing that does: TypeORM and its own words.',
      severity: 'error',
      from: { path: '^migrations/' },
      to: { pathNot: [packageNamed('typeorm'), '^src/database/'] },
    },
    {
      name: 'production-has-no-dev-dependencies',
      comment: '`npm ci --omit=dev` must be able to run it.',
      severity: 'error',
      from: { path: '^(src|migrations)/|^ormconfig\\.ts$', pathNot: SPEC },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'production-knows-no-tests',
      comment: 'Tests look at the sources, never the other way.',
      severity: 'error',
      from: { path: '^(src|migrations)/|^ormconfig\\.ts$', pathNot: SPEC },
      to: { path: ['^(test|bench|chaos|scripts)/', SPEC] },
    },
    {
      name: 'packages-are-declared',
      comment:
        'What is imported stands in package.json, not in a dependency of a dependency. Types may come from there (`import type { Request } from "express"` is @types/express).',
      severity: 'error',
      from: { path: '^(src|migrations|test|bench|chaos)/|^ormconfig\\.ts$' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'imports-resolve',
      comment: 'An import that leads nowhere hides from every other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // The peers of the bench have packages of their own, which are there only once it has run.
    exclude: { path: '^(dist|var|coverage|bench/peers)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    detectJSDocImports: false,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
