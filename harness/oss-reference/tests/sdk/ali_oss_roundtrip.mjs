// Drives a server with the official SDK ali-oss and asserts what comes back.
//
// Environment: OSS403_ENDPOINT, OSS403_ACCESS_KEY_ID, OSS403_ACCESS_KEY_SECRET, OSS403_REGION.
//
// With an IP endpoint this SDK connects to the address and names the bucket in a Host under aliyuncs.com, so the server must answer to
// that suffix. It cannot presign with an address: the URL is signed for the name, and fetched from the address. Nor can it list buckets:
// its Host then begins with a dot.

import assert from 'node:assert/strict';
import { randomBytes, createHash } from 'node:crypto';
import http from 'node:http';
import { createRequire } from 'node:module';

const OSS = createRequire(import.meta.url)('ali-oss');

const { OSS403_ENDPOINT, OSS403_ACCESS_KEY_ID, OSS403_ACCESS_KEY_SECRET, OSS403_REGION } = process.env;
const region = `oss-${OSS403_REGION}`;
const address = new URL(OSS403_ENDPOINT);

let checks = 0;
function check(actual, expected) {
  assert.deepEqual(actual, expected);
  checks += 1;
}

async function refused(promise, status, code, ec) {
  const error = await promise.then(() => assert.fail(`not refused with ${status} ${code}`), (error) => error);
  check([error.status, error.code], [status, code]);
  check(error.requestId.length, 24);
  if (ec) check(error.ecCode, ec);
}

function client(bucket, options, secret = OSS403_ACCESS_KEY_SECRET, id = OSS403_ACCESS_KEY_ID) {
  return new OSS({ bucket, region, accessKeyId: id, accessKeySecret: secret, endpoint: OSS403_ENDPOINT, secure: false, ...options });
}

function fetched(url, host) {
  const { pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = { host: address.hostname, port: address.port, path: pathname + search, headers: { host } };
    http.get(request, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => resolve({ status: answer.statusCode, body: Buffer.concat(chunks) }));
    }).on('error', reject);
  });
}

async function run(options) {
  const bucket = `ali-${randomBytes(6).toString('hex')}`;
  const store = client(bucket, options);
  await store.putBucket(bucket);

  const body = Buffer.from('hello \0 world'.repeat(1000));
  const put = await store.put('dir/a b+c.txt', body, { meta: { colour: 'blue' } });
  check(put.res.headers.etag, `"${createHash('md5').update(body).digest('hex').toUpperCase()}"`);
  const got = await store.get('dir/a b+c.txt');
  check(Buffer.compare(got.content, body), 0);
  const head = await store.head('dir/a b+c.txt');
  check([head.meta.colour, head.res.headers['content-length']], ['blue', '13000']);
  await store.copy('copy', 'dir/a b+c.txt');
  check((await store.get('copy')).content.length, 13000);
  check((await store.append('log', Buffer.from('12345'))).nextAppendPosition, '5');
  check((await store.append('log', Buffer.from('6789'), { position: 5 })).nextAppendPosition, '9');
  await refused(store.append('log', Buffer.from('x'), { position: 1 }), 409, 'PositionNotEqualToLength');

  const names = ['copy', 'dir/a b+c.txt', 'log'];
  check((await store.list({ 'max-keys': 10 })).objects.map(({ name }) => name), names);
  const page = await store.listV2({ 'max-keys': 2 });
  const rest = await store.listV2({ 'max-keys': 2, 'continuation-token': page.nextContinuationToken });
  check([...page.objects, ...rest.objects].map(({ name }) => name), names);
  check((await store.list({ delimiter: '/' })).prefixes, ['dir/']);

  const { uploadId } = await store.initMultipartUpload('big');
  const pieces = [Buffer.alloc(102400, 'a'), Buffer.alloc(10, 'b')];
  const done = [];
  for (const [index, piece] of pieces.entries()) {
    const part = await store.uploadPart('big', uploadId, index + 1, piece, 0, piece.length);
    done.push({ number: index + 1, etag: part.etag });
  }
  check((await store.listParts('big', uploadId)).parts.map(({ Size }) => Size), ['102400', '10']);
  await store.completeMultipartUpload('big', uploadId, done);
  check(Buffer.compare((await store.get('big')).content, Buffer.concat(pieces)), 0);

  const acl = await store.getBucketACL(bucket);
  check(acl.acl, 'private');
  const info = await store.getBucketInfo(bucket);
  check([info.bucket.Name, info.bucket.Location], [bucket, region]);
  check((await store.getBucketLocation(bucket)).location, region);

  const named = client(bucket, { ...options, endpoint: `http://${region}.aliyuncs.com`, cname: false });
  const host = `${bucket}.${region}.aliyuncs.com`;
  const url = options.authorizationV4
    ? await named.signatureUrlV4('GET', 60, undefined, 'copy')
    : named.signatureUrl('copy', { expires: 60 });
  const answer = await fetched(url, host);
  check([answer.status, answer.body.length], [200, 13000]);
  check((await fetched(url.replace('/copy', '/log'), host)).status, 403);

  await refused(store.get('absent'), 404, 'NoSuchKey');
  await refused(store.head('absent'), 404, 'NoSuchKey');
  await refused(client(bucket, options, 'wrong').get('copy'), 403, 'SignatureDoesNotMatch');
  await refused(client(bucket, options, 'wrong', 'unknown').get('copy'), 403, 'InvalidAccessKeyId', '0002-00000902');
  await refused(store.deleteBucket(bucket), 409, 'BucketNotEmpty');

  const { deleted } = await store.deleteMulti(['big', ...names]);
  check(deleted.map(({ Key }) => Key), ['big', ...names]);
  await store.deleteBucket(bucket);
  await refused(store.getBucketInfo(bucket), 404, 'NoSuchBucket');
}

await run({});
await run({ authorizationV4: true });
console.log(`ok ${checks} checks`);
