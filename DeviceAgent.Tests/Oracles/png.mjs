// stdin: PNG files in base64, one a line. stdout: for each its pixels as hexadecimal RGBA, by pngjs, which receiptline reads pictures with.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(createRequire(import.meta.url).resolve('receiptline'));
const { PNG } = require('pngjs');
for (const line of readFileSync(0, 'utf8').split('\n')) {
  if (line.length > 0) process.stdout.write(`${PNG.sync.read(Buffer.from(line, 'base64')).data.toString('hex')}\n`);
}
