import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { expectProblem } from './helpers/problems.js';
import { aTrashedImage, anImage, aUser, type Fields, userFields } from './helpers/records.js';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('POST /users', () => {
  it('stores the user and answers it whole, with its address and entity tag', async () => {
    const answer = await http.post('/users').send({
      id: 'ada',
      first_name: 'Ada',
      last_name: 'Byron',
      role: 'surgeon',
    });

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ location: '/users/ada', etag: '"1"' });
    expect(answer.body).toEqual({
      id: 'ada',
      first_name: 'Ada',
      last_name: 'Byron',
      role: 'surgeon',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: answer.body.created_at,
      created_by: null,
      updated_by: null,
      version: 1,
    });
    expect((await http.get('/users/ada')).body).toEqual(answer.body);
  });

  it('has null for a role that was left out', async () => {
    expect(await aUser(http, { role: undefined })).toMatchObject({ role: null });
  });

  it('answers 409 when the id is taken, and changes nothing', async () => {
    const user = await aUser(http);

    const answer = await http.post('/users').send(userFields({ id: user.id, first_name: 'Eve' }));

    expectProblem(answer, 409, 'user-exists');
    expect((await http.get(`/users/${user.id}`)).body).toEqual(user);
  });

  it('takes an id that is another one only before normalisation for the same', async () => {
    await aUser(http, { id: 'Zoe\u0308' });

    expectProblem(
      await http.post('/users').send(userFields({ id: 'Zo\u00eb' })),
      409,
      'user-exists',
    );
    expect((await http.get(`/users/${encodeURIComponent('Zoe\u0308')}`)).body.id).toBe('Zo\u00eb');
  });

  it('names everything that is wrong at once', async () => {
    const answer = await http.post('/users').send({ first_name: '', role: 7, nickname: 'A' });

    expectProblem(answer, 400, 'invalid-request', [
      { pointer: '#/id' },
      { pointer: '#/first_name', detail: 'must have 1 to 255 characters' },
      { pointer: '#/last_name' },
      { pointer: '#/role' },
      { pointer: '#/nickname', detail: /not known/ },
    ]);
  });

  it.each<[string, unknown]>([
    ['empty', ''],
    ['of 256 bytes', 'é'.repeat(128)],
    ['with a control character', 'a\u0007b'],
    ['with a NUL', 'a\0b'],
    ['with a lone surrogate', 'a\ud800'],
    ['with a change of direction', 'a\u202eb'],
    ['with a space before', ' a'],
    ['with a space behind', 'a '],
    ['with a backslash', 'a\\b'],
    ['with a parent segment', 'a/../b'],
    ['that is one dot', '.'],
    ['that is a number', 7],
    ['that is null', null],
  ])('refuses an id %s', async (_, id) => {
    const answer = await http.post('/users').send(userFields({ id }));

    expectProblem(answer, 400, 'invalid-request', ['#/id']);
  });

  it.each(['é'.repeat(127), 'a/b', 'a%2Fb', '100 %', 'a?b#c', '👩‍⚕️', '..a', '%'])(
    'takes the id %j, and finds it again',
    async (id) => {
      const answer = await http.post('/users').send(userFields({ id }));

      expect(answer.status).toBe(201);
      expect(answer.headers.location).toBe(`/users/${encodeURIComponent(id)}`);
      expect((await http.get(answer.headers.location!)).body.id).toBe(id);
    },
  );
});

describe('GET /users/{user_id}', () => {
  it('answers 404 for one that does not exist', async () => {
    expectProblem(await http.get('/users/nobody'), 404, 'user-not-found');
  });
});

describe('PUT /users/{user_id}', () => {
  it('replaces the user whole: what is left out is cleared', async () => {
    const user = await aUser(http, { role: 'surgeon' });

    const answer = await http
      .put(`/users/${user.id}`)
      .send({ first_name: 'Augusta', last_name: 'King' });

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"2"');
    expect(answer.body).toMatchObject({
      id: user.id,
      first_name: 'Augusta',
      last_name: 'King',
      role: null,
      created_at: user.created_at,
      version: 2,
    });
    expect((await http.get(`/users/${user.id}`)).body).toEqual(answer.body);
  });

  it.each<[string, Fields]>([
    ['all that there is', { role: 'surgeon' }],
    ['what is cleared already', {}],
  ])('leaves version, time and entity tag where it says %s', async (_, role) => {
    const user = await aUser(http, { role: undefined, ...role });
    const path = `/users/${user.id}`;
    const content = { first_name: user.first_name, last_name: user.last_name, ...role };

    const answer = await http.put(path).set('If-Match', '"1"').send(content).expect(200);

    expect(answer.body).toEqual(user);
    expect(answer.headers.etag).toBe('"1"');
    const log = await http.get('/audit-log').query({ subject: path }).expect(200);
    expect(log.body).toEqual([expect.objectContaining({ action: 'user.created' })]);
  });

  it('needs everything that a user has', async () => {
    const user = await aUser(http);

    const answer = await http.put(`/users/${user.id}`).send({ first_name: 'Augusta' });

    expectProblem(answer, 400, 'invalid-request', ['#/last_name']);
  });

  it('makes no user: it answers 404, also to a body that is wrong', async () => {
    expectProblem(await http.put('/users/nobody').send({ role: 7 }), 404, 'user-not-found');
    expectProblem(await http.get('/users/nobody'), 404, 'user-not-found');
  });
});

describe('PATCH /users/{user_id}', () => {
  it('leaves version, time and entity tag where it changes nothing', async () => {
    const user = await aUser(http);
    const path = `/users/${user.id}`;

    for (const patch of [{}, { role: user.role }]) {
      const answer = await http.patch(path).set('If-Match', '"1"').send(patch).expect(200);
      expect(answer.body).toEqual(user);
      expect(answer.headers.etag).toBe('"1"');
    }
    const log = await http.get('/audit-log').query({ subject: path }).expect(200);
    expect(log.body).toEqual([expect.objectContaining({ action: 'user.created' })]);
  });

  it.each<[string, Fields, Fields]>([
    ['changes what is named and leaves the rest', { last_name: 'King' }, { last_name: 'King' }],
    ['clears what is null', { role: null }, { role: null }],
  ])('%s', async (_, patch, change) => {
    const user = await aUser(http);

    const answer = await http.patch(`/users/${user.id}`).send(patch);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...user,
      ...change,
      updated_at: answer.body.updated_at,
      version: answer.body.version,
    });
  });

  it('takes a merge patch by its own media type (RFC 7396)', async () => {
    const user = await aUser(http);

    const answer = await http
      .patch(`/users/${user.id}`)
      .type('application/merge-patch+json')
      .send('{"role": "surgeon"}');

    expect(answer.body).toMatchObject({ role: 'surgeon', version: 2 });
  });

  it.each(['first_name', 'last_name'])('does not clear %s', async (field) => {
    const user = await aUser(http);

    const answer = await http.patch(`/users/${user.id}`).send({ [field]: null });

    expectProblem(answer, 400, 'invalid-request', [`#/${field}`]);
  });

  it.each(['id', 'version', 'created_at'])('does not take %s', async (field) => {
    const user = await aUser(http);

    const answer = await http.patch(`/users/${user.id}`).send({ [field]: 'other' });

    expectProblem(answer, 400, 'invalid-request', [{ pointer: `#/${field}`, detail: /not known/ }]);
  });
});

describe('DELETE /users/{user_id}', () => {
  it('removes the user', async () => {
    const user = await aUser(http);

    const answer = await http.delete(`/users/${user.id}`);

    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expectProblem(await http.get(`/users/${user.id}`), 404, 'user-not-found');
    expectProblem(await http.delete(`/users/${user.id}`), 404, 'user-not-found');
  });

  it('answers 409 while an image names the user', async () => {
    const user = await aUser(http);
    await anImage(http, { user_id: user.id });

    expectProblem(await http.delete(`/users/${user.id}`), 409, 'user-in-use');
    expect((await http.get(`/users/${user.id}`)).status).toBe(200);
  });

  it('answers 409 while an image in the trash names the user', async () => {
    const user = await aUser(http);
    await aTrashedImage(http, { user_id: user.id });

    expectProblem(await http.delete(`/users/${user.id}`), 409, 'user-in-use');
  });

  it('removes the user once the last image that named it is purged', async () => {
    const user = await aUser(http);
    const image = await anImage(http, { user_id: user.id });
    await http.delete(`/images/${image.image_key}?purge=true`).expect(204);

    await http.delete(`/users/${user.id}`).expect(204);
  });
});

it('refuses a query parameter that it does not know', async () => {
  const { id } = await aUser(http);

  const answer = await http.get(`/users/${id}?expand=all`);

  expectProblem(answer, 400, 'invalid-request', [{ parameter: 'expand', detail: /not known/ }]);
});
