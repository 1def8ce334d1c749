// stdin: lines of text (UTF-8). stdout: each line in GB18030 as hexadecimal, by the encoder that receiptline uses.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(createRequire(import.meta.url).resolve('receiptline'));
const iconv = require('iconv-lite');
for (const line of readFileSync(0, 'utf8').split('\n')) process.stdout.write(`${iconv.encode(line, 'gb18030').toString('hex')}\n`);
