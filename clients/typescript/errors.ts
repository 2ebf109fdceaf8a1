// Tries the errors of the HTTP client on a live server, a broken one and a picky proxy: errors.js LIVE BROKEN PICKY.
import { PurpleClient, PurpleError } from '@purpledb/client';
import { inspect } from 'node:util';

const [live, broken, picky] = process.argv.slice(2) as [string, string, string];
// Nothing listens there: what is sent is no TypeError.
const absent = 'http://127.0.0.1:1';
const key = `typescript-errors ${process.hrtime.bigint()}`;

async function codes() {
  const client = new PurpleClient(live);
  await failed('kvGet, absent', 'not_found', 404, client.kvGet(key));
  await failed('cacheSet, ttl -1', 'invalid_argument', 400, client.cacheSet(key, 'x', -1));
  await failed('kvPut, too large', 'value_too_large', 413, client.kvPut(key, new Uint8Array((1 << 20) + 1)));
  await failed('kvGet, wrong URL', 'no_such_path', 404, new PurpleClient(`${live}/nowhere`).kvGet(key));
}

async function network() {
  for (const illness of ['mute', 'half']) {
    await failed(`${illness}, 300 ms`, 'timed_out', 0, new PurpleClient(`${broken}/${illness}`, { timeout: 300 }).counterGet(key));
    await failed(`${illness}, 300 ms of one call`, 'timed_out', 0, new PurpleClient(`${broken}/${illness}`).counterGet(key, { timeout: 300 }));
  }
  const start = performance.now();
  await failed('mute, default', 'timed_out', 0, new PurpleClient(`${broken}/mute`).counterIncrement(key, 1));
  const took = performance.now() - start;
  expect('the default timeout is 5 s', took > 4900 && took < 15000);
  await failed('no scheme', 'invalid_argument', 0, new PurpleClient('localhost:8080').kvGet(key));
  await failed('absent', 'connection_failed', 0, new PurpleClient(absent).kvGet(key));
  await failed('closed', 'connection_failed', 0, new PurpleClient(`${broken}/closed`).kvPut(key, 'x'));
  await failed('proxy', 'unexpected_answer', 502, new PurpleClient(`${broken}/proxy`).kvGet(key));
  await failed('junk', 'unexpected_answer', 200, new PurpleClient(`${broken}/junk`).counterGet(key));
}

async function cancelled() {
  const mute = new PurpleClient(`${broken}/mute`);
  const start = performance.now();
  for (const before of [true, false]) {
    const cancel = new AbortController();
    if (before) cancel.abort('enough');
    const call = mute.kvGet(key, { signal: cancel.signal });
    cancel.abort('enough');
    expect('a call that is aborted rejects with the reason', (await call.catch((error: unknown) => error)) === 'enough');
  }
  expect('it does so at once', performance.now() - start < 4000);
}

async function types() {
  const client = new PurpleClient(absent) as any;
  for (const value of [{ a: 1 }, ['x'], null, undefined, 1, [1, 2], new ArrayBuffer(1), Promise.resolve('x')]) {
    await refused('kvPut', value, () => client.kvPut(key, value));
  }
  for (const value of [Uint8Array.of(1), { a: 1 }, null, undefined, 1]) {
    await refused('cacheSet', value, () => client.cacheSet(key, value));
    await refused('setAdd', value, () => client.setAdd(key, value));
    await refused('setRemove', value, () => client.setRemove(key, value));
    await refused('key', value, () => client.kvGet(value));
  }
  for (const value of [true, 1.5, NaN, Infinity, '1', null, undefined]) {
    await refused('counterIncrement', value, () => client.counterIncrement(key, value));
  }
  await refused('counterIncrement', 2 ** 53, () => client.counterIncrement(key, 2 ** 53), RangeError);
  for (const value of [true, 1.5, '1', null]) {
    await refused('cacheSet, ttl', value, () => client.cacheSet(key, 'x', value));
  }
  for (const value of [1, 'true', null, undefined]) {
    await refused('flagSet', value, () => client.flagSet(key, value));
  }
  await refused('timeout', 0, () => client.kvGet(key, { timeout: 0 }), RangeError);
  const accepted = new PurpleClient(live);
  for (const value of ['ü', Buffer.from('ü')]) {
    await accepted.kvPut(key, value);
    expect(`kvPut of ${inspect(value)}`, new TextDecoder().decode(await accepted.kvGet(key)) === 'ü');
  }
}

async function encodings() {
  const absentKey = `${key} absent`;
  await failed('a key with a space, through a picky proxy', 'unexpected_answer', 400, new PurpleClient(picky).kvGet(absentKey));
  const client = new PurpleClient(picky, { keyEncoding: 'base64url' });
  await failed('the same in base64url', 'not_found', 404, client.kvGet(absentKey));
  await failed('an empty key in base64url', 'invalid_argument', 400, client.kvGet(''));
  await failed('an empty item in base64url', 'invalid_argument', 400, client.setAdd(key, ''));
  const make = async (keyEncoding: unknown) => new PurpleClient(live, { keyEncoding } as any);
  for (const value of ['base64', 'BASE64URL', '']) {
    await failed(`keyEncoding ${inspect(value)}`, 'invalid_argument', 0, make(value));
  }
  for (const value of [null, 64, true, ['base64url']]) {
    await refused('keyEncoding', value, () => make(value));
  }
}

function expect(what: string, fulfilled: boolean) {
  if (!fulfilled) {
    fail(what);
  }
  console.log(what);
}

async function failed(operation: string, code: string, status: number, call: Promise<unknown>) {
  const error = await call.then(() => undefined, (error: unknown) => error);
  if (!(error instanceof PurpleError) || error.code !== code || error.problem.status !== status || !error.problem.title || !error.problem.detail) {
    return fail(`${operation}: ${inspect(error)} (expected: ${code})`);
  }
  console.log(`${operation}: ${code}, ${error.message}`);
}

async function refused(operation: string, value: unknown, call: () => Promise<unknown>, type: ErrorConstructor = TypeError) {
  const error = await call().then(() => undefined, (error: unknown) => error);
  if (!(error instanceof type)) {
    return fail(`${operation} of ${inspect(value)}: ${inspect(error)} (expected: ${type.name})`);
  }
  console.log(`${operation} of ${inspect(value)}: ${error.message}`);
}

function fail(text: string): never {
  console.log(`FAILED ${text}`);
  process.exit(1);
}

for (const errors of [codes, network, cancelled, types, encodings]) {
  await errors();
}
console.log('typescript errors: each has its code');
