import eslint from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/*
 * ESLint judges one file at a time: names, types and named imports.
 * Who may import which file is dependency-cruiser's business (.dependency-cruiser.cjs).
 */

const SOURCES = ['src/**/*.ts'];
const TESTS = [
  'test/**/*.ts',
  'bench/**/*.ts',
  'chaos/**/*.ts',
  '**/*.spec.ts',
  '**/*.thorough-spec.ts',
  '**/*.e2e-spec.ts',
];

const NO_ENVIRONMENT = {
  name: 'node:process',
  importNames: ['env'],
  message: 'Settings come from the injected Environment (src/config).',
};
const NO_SHARP = {
  name: 'sharp',
  allowTypeImports: true,
  message: 'ImageFileService is the only file that runs sharp.',
};
const NO_DETOURS = [
  {
    name: '@nestjs/common',
    importNames: ['forwardRef', 'ClassSerializerInterceptor'],
    message: 'A cycle is a design fault, and responses are written down field by field.',
  },
  {
    name: 'class-transformer',
    importNames: ['Expose', 'Exclude'],
    message: 'DTOs spell the wire names themselves; renamed fields give errors nobody can find.',
  },
];
const NO_HTTP_ERRORS = {
  group: ['@nestjs/common'],
  importNamePattern: '(Exception|^HttpStatus)$',
  message: 'Throw a DomainError: the problem filter alone knows status codes.',
};

/** ESLint keeps only the last options of a rule, so each block states its whole list. */
function restrictedImports(paths, patterns = []) {
  return { '@typescript-eslint/no-restricted-imports': ['error', { paths, patterns }] };
}

export default defineConfig(
  { ignores: ['dist/', 'node_modules/', 'var/', 'coverage/'] },
  // An exception belongs into this file, with its reason, and not beside the line that wants it.
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },

  eslint.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      // A Nest module is an empty class whose decorator says everything.
      '@typescript-eslint/no-extraneous-class': ['error', { allowWithDecorator: true }],
      // A number in a sentence reads as itself; objects, null and undefined stay refused.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // The metadata of a decorated property is its annotation, never what could be inferred.
      '@typescript-eslint/no-inferrable-types': ['error', { ignoreProperties: true }],
      // [...text] gives code points, the unit in which keys are checked and sorted.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // It asks for "!" where no-non-null-assertion forbids it: in a loop whose bounds prove the element.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // A response is a literal that lists every field, and it is typed by its DTO class all the same.
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      // "() => stream.destroy()" says what happens; braces around it say nothing more.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // "_" marks a parameter that only keeps the place of the one after it.
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      // emitDecoratorMetadata needs injected classes and DTOs as values. This rule would turn such
      // an import into "import type" wherever it misjudges a use, and switch validation off.
      '@typescript-eslint/consistent-type-imports': 'off',
    },
  },

  {
    files: SOURCES,
    ignores: TESTS,
    rules: {
      'no-console': 'error',
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: NO_ENVIRONMENT.message },
      ],
      // A file over about 250 lines is two rooms in one.
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      ...restrictedImports([NO_ENVIRONMENT, NO_SHARP, ...NO_DETOURS], [NO_HTTP_ERRORS]),
    },
  },
  {
    // The edge of the service, where a status code is the subject.
    files: ['src/http/**/*.ts', 'src/health/**/*.ts', 'src/documentation/**/*.ts'],
    ignores: TESTS,
    rules: restrictedImports([NO_ENVIRONMENT, NO_SHARP, ...NO_DETOURS]),
  },
  {
    files: ['src/**/*.controller.ts'],
    rules: {
      // @HttpCode(HttpStatus.NO_CONTENT) is a controller's right; throwing a status is not.
      ...restrictedImports(
        [NO_ENVIRONMENT, NO_SHARP, ...NO_DETOURS],
        [{ ...NO_HTTP_ERRORS, importNamePattern: 'Exception$' }],
      ),
      'no-restricted-syntax': [
        'error',
        ...[
          'ImportDeclaration[importKind="type"][source.value=/[.](request|query|response)[.]js$/]',
          'ImportDeclaration[source.value=/[.](request|query|response)[.]js$/] > ImportSpecifier[importKind="type"]',
        ].map((selector) => ({
          selector,
          message: 'Import a DTO as a value: "import type" silently turns its validation off.',
        })),
      ],
    },
  },
  {
    files: ['src/images/image-file.service.ts'],
    rules: restrictedImports([NO_ENVIRONMENT, ...NO_DETOURS], [NO_HTTP_ERRORS]),
  },
  {
    // The one place of the sources that reads the process's environment.
    files: ['src/config/**/*.ts'],
    rules: {
      'no-restricted-properties': 'off',
      ...restrictedImports([NO_SHARP, ...NO_DETOURS], [NO_HTTP_ERRORS]),
    },
  },
  {
    // A command line tool answers on the console.
    files: ['src/cli/**/*.ts'],
    rules: { 'no-console': 'off' },
  },

  {
    files: TESTS,
    rules: {
      // supertest's bodies are any: what stands in them is what the test is about to check.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      // A test that finds nothing where it just put something shall fail loudly, right there.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // expect(spy.method) names a method without calling it.
      '@typescript-eslint/unbound-method': 'off',
      // Fakes implement promise-returning contracts without waiting for anything.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },

  {
    // Scripts and configuration files are no part of the TypeScript project. Node itself knows its globals best.
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        Object.getOwnPropertyNames(globalThis).map((name) => [name, 'readonly']),
      ),
    },
  },
  { files: ['**/*.cjs'], languageOptions: { sourceType: 'commonjs' } },

  prettier,
);
