// stdin: [{ data, size, level }, …]. stdout: one line of hexadecimal per code, as the encoder would send it to an ESC/POS printer.
import { readFileSync } from 'node:fs';
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';

for (const { data, size, level } of JSON.parse(readFileSync(0, 'utf8'))) {
  const encoder = new ReceiptPrinterEncoder({ language: 'esc-pos', columns: 48 });
  const bytes = encoder.qrcode(data, { model: 2, size, errorlevel: level }).encode();
  process.stdout.write(`${Buffer.from(bytes).toString('hex')}\n`);
}
