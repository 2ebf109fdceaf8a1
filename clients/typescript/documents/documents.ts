// Writes and reads documents with the operations of tests, and prints what it did: documents.js URL [KEY_ENCODING].
import { PurpleClient, PurpleError, type TestDocument } from '@purpledb/client';
import { inspect, isDeepStrictEqual } from 'node:util';

const keyEncoding = process.argv[3] as 'base64url' | undefined;
const client = new PurpleClient(process.argv[2]!, keyEncoding === undefined ? {} : { keyEncoding });
const key = `typescript-documents ${process.hrtime.bigint()}/ü`;
const first: TestDocument = {
  title: 'ü',
  number: 2n ** 63n - 1n,
  tags: ['a', 'b'],
  author: { name: 'A', age: 30 },
  counts: { x: 1n, y: -(2n ** 63n), z: 2n ** 53n + 1n },
  weight: 1.1,
  done: true,
  content: Uint8Array.of(255, 0, 254, 62, 63),
  readers: [
    { name: 'B', age: 1 },
    { name: 'C', age: 0 },
  ],
};
const second: TestDocument = { title: 'second' };

/** 201 the first time, with the headers of both. */
async function written(): Promise<string> {
  const made = await client.testWriteRaw(key, first);
  expect('write, status', made.status, 201);
  expect('write, object', made.value['created'], true);
  expect('write, Location', decodeURIComponent(made.headers.get('Location')!), `/tests/${key}`);
  const tag = made.headers.get('ETag')!;
  expect('write, ETag', tag.startsWith('"v'), true);
  return tag;
}

/** All comes back as it was; not modified is no exception, and has no document. */
async function read(tag: string) {
  const answer = await client.testReadRaw(key);
  expect('read, status', answer.status, 200);
  expect('read, ETag', answer.headers.get('ETag'), tag);
  expect('read, document', answer.value, first);
  expect('read without more', await client.testRead(key), first);
  const known = await client.testReadRaw(key, undefined, `"other", ${tag}`);
  expect('read, not modified, status', known.status, 304);
  expect('read, not modified, ETag', known.headers.get('ETag'), tag);
  expect('read, not modified, document', known.value, undefined);
}

/** 200 when it replaces, and only what is there. */
async function conditions(tag: string) {
  expect('replace, status', (await client.testWriteRaw(key, second, tag)).status, 200);
  await refused('replace, late', client.testWriteRaw(key, first, tag), 'condition_failed', 412);
  await refused('read, late', client.testReadRaw(key, tag), 'condition_failed', 412);
  expect('replace without a condition', (await client.testWrite(key, second))['created'], false);
}

async function refusals() {
  await refused('write, no title', client.testWrite(key, { title: '' }), 'invalid_argument', 400);
  await refused('read, absent', client.testReadRaw(`${key} absent`), 'not_found', 404);
  await thrown('write, no document', () => client.testWrite(key, 'a' as unknown as TestDocument), TypeError);
  await thrown('write, text for bytes', () => client.testWrite(key, { title: 'a', content: 'a' as unknown as Uint8Array }), TypeError);
  await thrown('write, a number that is not exact', () => client.testWrite(key, { title: 'a', number: 2 ** 53 as unknown as bigint }), RangeError);
  await thrown('read, a header with a line break', () => client.testReadRaw(key, '"a"\r\nX-Other: b'), RangeError);
}

function expect(operation: string, actual: unknown, expected: unknown) {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new Error(`${operation}: ${inspect(actual)} (expected: ${inspect(expected)})`);
  }
  console.log(`${operation}: ${inspect(actual, { breakLength: Infinity })}`);
}

async function refused(operation: string, call: Promise<unknown>, code: string, status: number) {
  const error = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof PurpleError)) {
    throw new Error(`${operation}: ${inspect(error)} (expected: ${code})`);
  }
  expect(operation, [error.code, error.problem.status], [code, status]);
}

async function thrown(operation: string, call: () => Promise<unknown>, kind: new () => Error) {
  const error = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof kind)) {
    throw new Error(`${operation}: ${inspect(error)} (expected: ${kind.name})`);
  }
  console.log(`${operation}: ${error.message}`);
}

const tag = await written();
await read(tag);
await conditions(tag);
await refusals();
// A stream of events is its text.
const events = 'id: 1\ndata: {"number":1,"padding":""}\n\nid: 2\ndata: {"number":2,"padding":""}\n\nevent: end\ndata: {}\n\n';
expect('count', await client.testCount(key, 2), events);
console.log('typescript documents: all operations work');
