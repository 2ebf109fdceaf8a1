// Runs all operations on the HTTP client, and prints what it did: http.js URL [KEY_ENCODING].
import { PurpleClient, PurpleError } from '@purpledb/client';
import { inspect, isDeepStrictEqual } from 'node:util';

const keyEncoding = process.argv[3] as 'base64url' | undefined;
const client = new PurpleClient(process.argv[2]!, keyEncoding === undefined ? {} : { keyEncoding });
// Each run has keys of its own; this one has all that a URL gives a meaning.
const key = `typescript-http ${process.hrtime.bigint()}/ü+%2F?a=1&b#c "ключ" 😀`;
const max = 2n ** 63n - 1n;

async function cache() {
  await refused('cacheGet, absent', 404, client.cacheGet(key));
  await client.cacheSet(key, 'grüße ☃\n', 60);
  expect('cacheGet', await client.cacheGet(key), 'grüße ☃\n');
  await client.cacheSet(key, 'short');
  expect('cacheGet, default ttl', await client.cacheGet(key), 'short');
  await refused('cacheSet, ttl -1', 400, client.cacheSet(key, 'x', -1));
  await refused('cacheSet, empty', 400, client.cacheSet(key, ''));
}

async function counter() {
  expect('counterGet, absent', (await client.counterGet(key)).value, 0n);
  expect('counterIncrement', (await client.counterIncrement(key, 2)).value, 2n);
  expect('counterIncrement, negative', (await client.counterIncrement(key, -5)).value, -3n);
  expect('counterIncrement, past 2^53', (await client.counterIncrement(key, 2n ** 53n + 4n)).value, 2n ** 53n + 1n);
  expect('counterIncrement, to the end', (await client.counterIncrement(key, max - 2n ** 53n - 1n)).value, max);
  await refused('counterIncrement, overflow', 409, client.counterIncrement(key, 1));
  expect('counterGet', (await client.counterGet(key)).value, max);
  await thrown('counterIncrement, a number that is not exact', () => client.counterIncrement(key, 2 ** 53));
}

async function flag() {
  expect('flagGet, absent', (await client.flagGet(key)).value, false);
  await client.flagSet(key, true);
  expect('flagGet', (await client.flagGet(key)).value, true);
  await client.flagSet(key, false);
  expect('flagGet', (await client.flagGet(key)).value, false);
}

async function kv() {
  await refused('kvGet, absent', 404, client.kvGet(key));
  for (const value of [Uint8Array.of(255, 0, 13, 10, 254), new Uint8Array(0), new TextEncoder().encode('grüße ☃'), new Uint8Array(1 << 20)]) {
    await client.kvPut(key, value);
    expect('kvGet', await client.kvGet(key), value);
  }
  await refused('kvPut, too large', 413, client.kvPut(key, new Uint8Array((1 << 20) + 1)));
  await client.kvDelete(key);
  await refused('kvDelete, absent', 404, client.kvDelete(key));
}

async function set() {
  expect('setGet, absent', (await client.setGet(key)).items, []);
  expect('setAdd', (await client.setAdd(key, 'b&a+ %')).items, ['b&a+ %']);
  expect('setAdd', (await client.setAdd(key, 'ü/😀')).items, ['b&a+ %', 'ü/😀']);
  expect('setGet', (await client.setGet(key)).items, ['b&a+ %', 'ü/😀']);
  expect('setRemove', (await client.setRemove(key, 'b&a+ %')).items, ['ü/😀']);
  expect('setRemove, absent', (await client.setRemove(key, 'b')).items, ['ü/😀']);
  expect('setRemove, last', (await client.setRemove(key, 'ü/😀')).items, []);
  await refused('setAdd, empty', 400, client.setAdd(key, ''));
}

async function keys() {
  // Only in base64url are these two no way up.
  const dots = keyEncoding === undefined ? [] : ['.', '..'];
  for (const key of [...dots, 'a/b', '/', '//', 'a+b', 'a b', '100%', '%2F', '?', '???', '#', '"q"', '-5', '{"a":1}', '...', 'a/../b', '\n', 'é', '😀', '$&']) {
    const value = new TextEncoder().encode(key);
    await client.kvPut(key, value);
    expect('kvGet', await client.kvGet(key), value);
    await client.kvDelete(key);
    // The answer names the key as the server understood it.
    expect('counterGet', (await client.counterGet(key)).counter, key);
  }
  if (keyEncoding === undefined) {
    await thrown('kvPut of ..', () => client.kvPut('..', new Uint8Array(0)));
  }
  await thrown('kvPut of half a surrogate pair', () => client.kvPut('\ud83d', new Uint8Array(0)));
  await thrown('cacheSet of half a surrogate pair', () => client.cacheSet(key, '\ud83d'));
}

function expect(operation: string, actual: unknown, expected: unknown) {
  if (!isDeepStrictEqual(actual, expected)) {
    fail(operation, actual, expected);
  }
  console.log(`${operation}: ${inspect(actual, { maxArrayLength: 5, breakLength: Infinity })}`);
}

async function refused(operation: string, status: number, call: Promise<unknown>) {
  const error = await call.then(() => undefined, (error: unknown) => error);
  if (!(error instanceof PurpleError) || error.problem.status !== status || !error.problem.title || !error.problem.detail) {
    return fail(operation, error, status);
  }
  console.log(`${operation}: ${error.message}`);
}

async function thrown(operation: string, call: () => Promise<unknown>) {
  const error = await call().then(() => undefined, (error: unknown) => error);
  if (!(error instanceof RangeError || error instanceof URIError)) {
    return fail(operation, error, 'an error before anything is sent');
  }
  console.log(`${operation}: ${error.message}`);
}

function fail(operation: string, actual: unknown, expected: unknown): never {
  console.log(`FAILED ${operation}: ${inspect(actual)} (expected: ${inspect(expected)})`);
  process.exit(1);
}

for (const operations of [cache, counter, flag, kv, set, keys]) {
  await operations();
}
console.log('typescript http: all operations work');
