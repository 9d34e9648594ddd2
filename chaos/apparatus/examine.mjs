import { ask, NoAnswer } from './http.mjs';
import { Diary } from './diary.mjs';
import { appearance, faultOfFile, look, observeAll } from './observe.mjs';
import { compareRowsAndFiles } from './storage.mjs';

/**
 * @typedef {object} Subject
 * @property {import('./service.mjs').Service} service
 * @property {import('./diary.mjs').Diary} diary
 * @property {import('./tally.mjs').Tally} tally
 * @property {import('./load.mjs').Load} load which stands still
 * @property {() => Promise<string>} databaseUrl
 */

/**
 * Holds what the service shows against the diary: what was acknowledged is there, what was not is wholly
 * there or not at all, an unanswered upload can be repeated, files have their bytes.
 *
 * @param {Subject} subject
 */
export async function examine({ service, diary, tally, load, databaseUrl }) {
  await settle(service, diary, tally, await observeAll(service.port));
  await repeatUnfinished(service, diary, tally, load);
  await compare(service.port, diary.expectations, tally, load.touched);
  load.touched.clear();
  await compareStorage(service, tally, databaseUrl, false);
}

/**
 * The same in the end, of everything: by what the diary's file says, and by the bytes of every file.
 *
 * @param {Subject} subject
 * @param {string} diaryFile
 */
export async function examineAll({ service, tally, databaseUrl }, diaryFile) {
  const expectations = await Diary.read(diaryFile);
  for (const key of expectations.inDoubt) tally.violate(`${key} was never settled`);
  tally.count('acknowledged in all', expectations.acknowledged);
  await compare(service.port, expectations, tally);
  const left = await compareStorage(service, tally, databaseUrl, true);
  tally.count('images in the end', expectations.byKey.size);
  tally.count('files of them', left.files);
  tally.count('files without a row in the end', left.unnamed);
  tally.count('unfinished uploads in the end', left.incoming);
}

/** Finds out which of the unanswered deeds were done. */
async function settle(service, diary, tally, seen) {
  for (const key of diary.expectations.inDoubt) {
    const { state, doubt } = diary.expectations.byKey.get(key);
    const found = seen.get(key);
    const isDone = look(found, doubt.after);
    if (!isDone && !look(found, state))
      tally.violate(
        `${key} is half done: ${appearance(found)} is neither ${appearance(state)} nor ${appearance(doubt.after)}`,
      );
    await diary.settled(doubt.deed, isDone);
    tally.count(isDone ? 'unanswered, and done' : 'unanswered, and not done');
  }
}

/** An upload whose answer was lost may be sent again: 200 if it had been done, 201 if not. */
async function repeatUnfinished(service, diary, tally, load) {
  for (const [key, deed] of load.unfinished) {
    load.unfinished.delete(key);
    if (!deed.mayRepeat) continue;
    const expected = diary.expectations.byKey.has(key) ? 200 : 201;
    const number = await diary.sends({ key, kind: deed.kind, after: deed.after });
    const answer = await ask(service.port, deed.question);
    if (answer.status !== expected)
      tally.violate(`repeating ${deed.kind} of ${key}: ${answer.status} instead of ${expected}`);
    if (deed.done.includes(answer.status)) await diary.acknowledged(number, answer.status);
    else await diary.settled(number, expected === 200);
    tally.count(`repeated: ${answer.status}`);
  }
}

/** @param {Set<string>} [touched] only of these the files are read; without it, of all */
async function compare(port, { byKey }, tally, touched) {
  const seen = await observeAll(port);
  let isLost = 0;
  for (const [key, { state }] of byKey) {
    const found = seen.get(key);
    if (!look(found, state)) {
      isLost += 1;
      tally.violate(`LOST ${key}: ${appearance(found)} instead of ${appearance(state)}`);
    } else if (state.file && !state.trashed && (!touched || touched.has(key))) {
      const fault = await faultOfFile(port, key, state).catch((error) => {
        if (error instanceof NoAnswer) return error.message;
        throw error;
      });
      tally.count('files verified byte for byte');
      if (fault) tally.violate(`LOST the file of ${key}: ${fault}`);
    }
    tally.count('images verified');
  }
  tally.count('lost', isLost);
  for (const [key, found] of seen)
    if (!byKey.has(key))
      tally.violate(`${key} is there without having been made: ${appearance(found)}`);
}

async function compareStorage(service, tally, databaseUrl, readsFiles) {
  const { dataDir } = service;
  return compareRowsAndFiles({ dataDir, databaseUrl: await databaseUrl(), tally, readsFiles });
}
