import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import { drawPicture } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { aBox, anAnnotation, anImage, aUser, pathTo, unique } from '../helpers/records.js';

describe('who did it', () => {
  let service: TestApp;
  let ada: Http;
  let bob: Http;

  beforeAll(async () => {
    service = await startApp({ auth: 'on', rateLimit: 'off' });
    ada = service.httpWith(withKey(await aKey(service, { name: 'ada' })));
    bob = service.httpWith(withKey(await aKey(service, { name: 'bob' })));
  });
  afterAll(() => service.close());

  it('stands in every record: who made it, and who changed it last', async () => {
    const user = await aUser(ada);
    expect(user).toMatchObject({ created_by: 'api-key:ada', updated_by: 'api-key:ada' });
    const changed = await bob.patch(`/users/${user.id}`).send({ role: 'surgeon' }).expect(200);
    expect(changed.body).toMatchObject({ created_by: 'api-key:ada', updated_by: 'api-key:bob' });
  });

  it('stands in an annotation, and in its image as the last change', async () => {
    const image = await anImage(ada);
    const annotation = await anAnnotation(ada, {}, image);
    const path = pathTo(annotation);
    const { body } = await bob.put(path).send({ instrument: 'clamp', polygon: aBox() }).expect(200);
    expect(body).toMatchObject({ created_by: 'api-key:ada', updated_by: 'api-key:bob' });
    expect((await ada.get(pathTo(image))).body).toMatchObject({
      created_by: 'api-key:ada',
      updated_by: 'api-key:bob',
    });
  });

  it('names the maker of a deleted annotation whose index is used again', async () => {
    const annotation = await anAnnotation(ada);
    await ada.delete(pathTo(annotation)).expect(204);
    const path = pathTo({ image_key: annotation.image_key }, 'annotations');
    const body = { index: annotation.index, instrument: 'clamp', polygon: null };
    const again = await bob.post(path).send(body).expect(201);
    expect(again.body).toMatchObject({ created_by: 'api-key:bob', version: 3 });
  });

  it('is told to a writer who comes too late', async () => {
    const image = await anImage(ada);
    await bob.patch(pathTo(image)).send({ ml_tag: 'TEST' }).expect(200);
    const late = await ada.patch(pathTo(image)).set('If-Match', '"1.0"').send({ ml_tag: 'LIVE' });
    expectProblem(late, 412, 'image-changed');
    expect(late.body).toMatchObject({ changed_by: 'api-key:bob', current_version: 2 });
  });

  it('stands in the audit log for every deed, with the request that did it', async () => {
    const http = ada;
    const client_id = unique('client');
    const picture = await drawPicture({ format: 'png', width: 64, height: 48 });
    const user = `/users/${(await aUser(http)).id}`;
    await http.put(user).send({ first_name: 'A', last_name: 'B' }).expect(200);
    await http.delete(user).expect(204);
    const location = { id: unique('location'), address: 'A', town: 'B', country: 'C' };
    await http.post('/locations').send(location).expect(201);
    await http.patch(`/locations/${location.id}`).send({ town: 'D' }).expect(200);
    await http.delete(`/locations/${location.id}`).expect(204);
    const image = pathTo(await anImage(http, { client_id }));
    await http.patch(image).send({ ml_tag: 'LIVE' }).expect(200);
    await http.put(`${image}/file`).type('image/png').send(picture).expect(201);
    await http.put(`${image}/file`).type('image/png').send(picture).expect(200);
    await http.delete(`${image}/file`).expect(204);
    await http.post(`${image}/annotations`).send({ instrument: 'a', polygon: null }).expect(201);
    await http.put(`${image}/annotations/0`).send({ instrument: 'b', polygon: null }).expect(200);
    await http.delete(`${image}/annotations/0`).expect(204);
    const set = { annotations: [{ instrument: 'c', polygon: null }] };
    await http.put(`${image}/annotations`).send(set).expect(200);
    await http.delete(image).expect(204);
    await http.post(`${image}/restore`).expect(200);
    const purge = await http.delete(`${image}?purge=true`).expect(204);

    const { body } = await http.get('/audit-log?limit=18&actor=api-key:ada').expect(200);
    expect(body.map(deed).reverse()).toEqual([
      ['user.created', user, null],
      ['user.changed', user, null],
      ['user.deleted', user, null],
      ['location.created', `/locations/${location.id}`, null],
      ['location.changed', `/locations/${location.id}`, null],
      ['location.deleted', `/locations/${location.id}`, null],
      ['image.created', image, client_id],
      ['image.changed', image, client_id],
      ['picture.attached', `${image}/file`, client_id],
      ['picture.replaced', `${image}/file`, client_id],
      ['picture.removed', `${image}/file`, client_id],
      ['annotation.added', `${image}/annotations/0`, client_id],
      ['annotation.replaced', `${image}/annotations/0`, client_id],
      ['annotation.deleted', `${image}/annotations/0`, client_id],
      ['annotation-set.replaced', `${image}/annotations`, client_id],
      ['image.trashed', image, client_id],
      ['image.restored', image, client_id],
      ['image.purged', image, client_id],
    ]);
    expect(body[0]).toMatchObject({
      actor: 'api-key:ada',
      request_id: purge.headers['x-request-id'],
    });
  });

  it('says nothing of what was refused, or changed nothing', async () => {
    const image = await anImage(ada);
    const subject = encodeURIComponent(pathTo(image));
    await ada.post('/images').send({ ...image, client_id: 'another' });
    await ada.patch(pathTo(image)).set('If-Match', '"9.9"').send({ ml_tag: 'LIVE' }).expect(412);
    await ada.put(pathTo(image, 'annotations')).send({ annotations: [] }).expect(200);
    const { body } = await ada.get(`/audit-log?subject=${subject}`).expect(200);
    expect(body.map(({ action }: { action: string }) => action)).toEqual(['image.created']);
  });

  it('cannot be written anew, not even in the database', async () => {
    const { dataSource } = service;
    for (const sql of ['UPDATE audit_log SET actor = NULL', 'DELETE FROM audit_log'])
      await expect(dataSource.query(sql)).rejects.toThrow('append-only');
  });

  it('is nobody with AUTH=off', async () => {
    const open = await startApp();
    const image = await anImage(open.http);
    expect(image).toMatchObject({ created_by: null, updated_by: null });
    const { body } = await open.http.get('/audit-log').expect(200);
    expect(body).toMatchObject([{ actor: null, action: 'image.created', subject: pathTo(image) }]);
    await open.close();
  });
});

function deed(entry: { action: string; subject: string; client_id: string | null }): unknown[] {
  return [entry.action, entry.subject, entry.client_id];
}
