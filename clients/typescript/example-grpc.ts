import { Code, ConnectError, createClient } from '@connectrpc/connect';
import { createGrpcTransport } from '@connectrpc/connect-node';
import { CounterService, KvService } from '@purpledb/grpc';

const transport = createGrpcTransport({ baseUrl: `http://${process.argv[2]}` }); // http://localhost:8081

const counters = createClient(CounterService, transport);
const visits = await counters.counterIncrement({ key: 'visits', amount: 2n });
console.log(visits.value); // a bigint

const values = createClient(KvService, transport);
try {
  await values.kvGet({ key: 'nothing' });
} catch (error) {
  const { code, rawMessage } = ConnectError.from(error);
  console.log(Code[code], rawMessage); // NotFound no value found for nothing
}
