// stdin: a receiptline document (UTF-8). stdout: the bytes that receiptline would send to an Epson printer in GB18030.
import { readFileSync } from 'node:fs';
import receiptline from 'receiptline';

const [columns] = process.argv.slice(2);
const printed = receiptline.transform(readFileSync(0, 'utf8'), { cpl: Number(columns), encoding: 'gb18030', command: 'epson' });
process.stdout.write(Buffer.from(printed, 'binary'));
