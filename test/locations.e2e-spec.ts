import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { expectProblem } from './helpers/problems.js';
import { aLocation, anImage, aTrashedImage, locationFields } from './helpers/records.js';

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('POST /locations', () => {
  it('stores the location and answers it whole, with its address and entity tag', async () => {
    const answer = await http.post('/locations').send({
      id: 'st-james/theatre-4',
      address: '1 Hospital Road',
      town: 'Leeds',
      country: 'United Kingdom',
    });

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      location: '/locations/st-james%2Ftheatre-4',
      etag: '"1"',
    });
    expect(answer.body).toEqual({
      id: 'st-james/theatre-4',
      address: '1 Hospital Road',
      town: 'Leeds',
      country: 'United Kingdom',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updated_at: answer.body.created_at,
      created_by: null,
      updated_by: null,
      version: 1,
    });
    expect((await http.get('/locations/st-james%2Ftheatre-4')).body).toEqual(answer.body);
  });

  it('answers 409 when the id is taken, and changes nothing', async () => {
    const location = await aLocation(http);

    const answer = await http
      .post('/locations')
      .send(locationFields({ id: location.id, town: 'York' }));

    expectProblem(answer, 409, 'location-exists');
    expect((await http.get(`/locations/${location.id}`)).body).toEqual(location);
  });

  it('invents nothing: it names everything that is missing or wrong at once', async () => {
    const answer = await http.post('/locations').send({ id: '..', town: 'a\nb', zip: 'LS9' });

    expectProblem(answer, 400, 'invalid-request', [
      { pointer: '#/id' },
      { pointer: '#/address' },
      { pointer: '#/town', detail: /control characters/ },
      { pointer: '#/country' },
      { pointer: '#/zip', detail: /not known/ },
    ]);
  });

  it.each<[string, number]>([
    ['x'.repeat(255), 201],
    ['👩'.repeat(255), 201],
    ['x'.repeat(256), 400],
    ['', 400],
  ])('counts the characters of a town: %j is %d', async (town, status) => {
    expect((await http.post('/locations').send(locationFields({ town }))).status).toBe(status);
  });
});

describe('GET /locations/{location_id}', () => {
  it('answers 404 for one that does not exist', async () => {
    expectProblem(await http.get('/locations/nowhere'), 404, 'location-not-found');
  });
});

describe('PUT /locations/{location_id}', () => {
  it('replaces the location whole', async () => {
    const location = await aLocation(http);

    const answer = await http
      .put(`/locations/${location.id}`)
      .send({ address: '7 Rue Sablons', town: 'Lyon', country: 'France' });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...location,
      address: '7 Rue Sablons',
      town: 'Lyon',
      country: 'France',
      updated_at: answer.body.updated_at,
      version: 2,
    });
    expect((await http.get(`/locations/${location.id}`)).body).toEqual(answer.body);
  });

  it('leaves version, time and entity tag where it says what is so already', async () => {
    const location = await aLocation(http);
    const path = `/locations/${location.id}`;
    const { address, town, country } = location;

    const answer = await http
      .put(path)
      .set('If-Match', '"1"')
      .send({ address, town, country })
      .expect(200);

    expect(answer.body).toEqual(location);
    expect(answer.headers.etag).toBe('"1"');
    const log = await http.get('/audit-log').query({ subject: path }).expect(200);
    expect(log.body).toEqual([expect.objectContaining({ action: 'location.created' })]);
  });

  it('needs everything that a location has', async () => {
    const location = await aLocation(http);

    const answer = await http.put(`/locations/${location.id}`).send({ town: 'Lyon' });

    expectProblem(answer, 400, 'invalid-request', ['#/address', '#/country']);
  });

  it('makes no location: it answers 404, also to a body that is wrong', async () => {
    const answer = await http.put('/locations/nowhere').send({ town: 7 });

    expectProblem(answer, 404, 'location-not-found');
  });
});

describe('PATCH /locations/{location_id}', () => {
  it('leaves version, time and entity tag where it changes nothing', async () => {
    const location = await aLocation(http);
    const path = `/locations/${location.id}`;

    for (const patch of [{}, { town: location.town }]) {
      const answer = await http.patch(path).set('If-Match', '"1"').send(patch).expect(200);
      expect(answer.body).toEqual(location);
      expect(answer.headers.etag).toBe('"1"');
    }
    const log = await http.get('/audit-log').query({ subject: path }).expect(200);
    expect(log.body).toEqual([expect.objectContaining({ action: 'location.created' })]);
  });

  it('changes what is named and leaves the rest', async () => {
    const location = await aLocation(http);

    const answer = await http.patch(`/locations/${location.id}`).send({ town: 'York' });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...location,
      town: 'York',
      updated_at: answer.body.updated_at,
      version: 2,
    });
  });

  it.each(['address', 'town', 'country'])('does not clear %s', async (field) => {
    const location = await aLocation(http);

    const answer = await http.patch(`/locations/${location.id}`).send({ [field]: null });

    expectProblem(answer, 400, 'invalid-request', [`#/${field}`]);
    expect((await http.get(`/locations/${location.id}`)).body).toEqual(location);
  });
});

describe('DELETE /locations/{location_id}', () => {
  it('removes the location', async () => {
    const { id } = await aLocation(http);

    await http.delete(`/locations/${id}`).expect(204);

    expectProblem(await http.get(`/locations/${id}`), 404, 'location-not-found');
    expectProblem(await http.delete(`/locations/${id}`), 404, 'location-not-found');
  });

  it.each([
    ['an image', anImage],
    ['an image in the trash', aTrashedImage],
  ] as const)('answers 409 while %s names the location', async (_, aRecord) => {
    const { id } = await aLocation(http);
    await aRecord(http, { location_id: id });

    expectProblem(await http.delete(`/locations/${id}`), 409, 'location-in-use');
    expect((await http.get(`/locations/${id}`)).status).toBe(200);
  });

  it('removes the location once no image names it any more', async () => {
    const { id } = await aLocation(http);
    const image = await anImage(http, { location_id: id });
    await http.patch(`/images/${image.image_key}`).send({ location_id: null }).expect(200);

    await http.delete(`/locations/${id}`).expect(204);
  });
});
