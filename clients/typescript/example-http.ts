import { PurpleClient, PurpleError } from '@purpledb/client';

const client = new PurpleClient(process.argv[2]!); // http://localhost:8080

await client.kvPut('greeting', new TextEncoder().encode('Hello'));
const value = await client.kvGet('greeting');
const visits = await client.counterIncrement('visits', 2); // a bigint: exact past 2^53, too
console.log(new TextDecoder().decode(value), visits.value);

try {
  await client.kvGet('nothing');
} catch (error) {
  if (!(error instanceof PurpleError)) throw error;
  console.log(error.code, error.problem.detail); // not_found no value found for nothing
}
