// Runs all operations on the gRPC stubs, and prints what it did.
import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { CacheService, CounterService, FlagService, KvService, SetService } from '@purpledb/grpc';
import { inspect, isDeepStrictEqual } from 'node:util';

const transport = createGrpcTransport({ baseUrl: `http://${process.argv[2]}` });
// Each run has keys of its own.
const key = `typescript-grpc ${process.hrtime.bigint()}/ü+%2F "ключ" 😀 ..`;
const max = 2n ** 63n - 1n;

async function cache() {
  const client = createClient(CacheService, transport);
  await refused('cacheGet, absent', Code.NotFound, client.cacheGet({ key }));
  await client.cacheSet({ key, value: 'grüße ☃\n', ttlSeconds: 60n });
  expect('cacheGet', (await client.cacheGet({ key })).value, 'grüße ☃\n');
  await refused('cacheSet, ttl -1', Code.InvalidArgument, client.cacheSet({ key, value: 'x', ttlSeconds: -1n }));
}

async function counter() {
  const client = createClient(CounterService, transport);
  expect('counterGet, absent', (await client.counterGet({ key })).value, 0n);
  for (const [amount, total] of [[2n, 2n], [-5n, -3n], [2n ** 53n + 4n, 2n ** 53n + 1n], [max - 2n ** 53n - 1n, max]] as const) {
    expect('counterIncrement', (await client.counterIncrement({ key, amount })).value, total);
  }
  await refused('counterIncrement, overflow', Code.FailedPrecondition, client.counterIncrement({ key, amount: 1n }));
}

async function flag() {
  const client = createClient(FlagService, transport);
  expect('flagGet, absent', (await client.flagGet({ key })).value, false);
  await client.flagSet({ key, value: true });
  expect('flagGet', (await client.flagGet({ key })).value, true);
}

async function kv() {
  const client = createClient(KvService, transport);
  await refused('kvGet, absent', Code.NotFound, client.kvGet({ key }));
  for (const value of [Uint8Array.of(255, 0, 254), new Uint8Array(0), new Uint8Array(1 << 20)]) {
    await client.kvPut({ key, value });
    expect('kvGet', new Uint8Array((await client.kvGet({ key })).value), value);
  }
  await refused('kvPut, too large', Code.ResourceExhausted, client.kvPut({ key, value: new Uint8Array((1 << 20) + 1) }));
  await client.kvDelete({ key });
  await refused('kvDelete, absent', Code.NotFound, client.kvDelete({ key }));
}

async function set() {
  const client = createClient(SetService, transport);
  expect('setGet, absent', (await client.setGet({ key })).items, []);
  await client.setAdd({ key, item: 'ü/😀' });
  expect('setAdd', (await client.setAdd({ key, item: 'b&a' })).items, ['b&a', 'ü/😀']);
  expect('setGet', (await client.setGet({ key })).items, ['b&a', 'ü/😀']);
  expect('setRemove', (await client.setRemove({ key, item: 'b&a' })).items, ['ü/😀']);
  await refused('setAdd, empty', Code.InvalidArgument, client.setAdd({ key }));
}

function expect(operation: string, actual: unknown, expected: unknown) {
  if (!isDeepStrictEqual(actual, expected)) {
    fail(operation, actual, expected);
  }
  console.log(`${operation}: ${inspect(actual, { maxArrayLength: 5, breakLength: Infinity })}`);
}

async function refused(operation: string, code: Code, call: Promise<unknown>) {
  const error = await call.then(() => undefined, (error: unknown) => error);
  if (!(error instanceof ConnectError) || error.code !== code || !error.rawMessage) {
    return fail(operation, error, Code[code]);
  }
  console.log(`${operation}: ${error.message}`);
}

function fail(operation: string, actual: unknown, expected: unknown): never {
  console.log(`FAILED ${operation}: ${inspect(actual)} (expected: ${inspect(expected)})`);
  process.exit(1);
}

for (const operations of [cache, counter, flag, kv, set]) {
  await operations();
}
console.log('typescript grpc: all operations work');
