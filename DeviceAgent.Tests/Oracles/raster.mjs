// stdin: [{ width, height, pixels: grey values }, …], sides in multiples of 8. stdout: one line of hexadecimal per picture, as the encoder would send it to an ESC/POS printer.
import { readFileSync } from 'node:fs';
import ReceiptPrinterEncoder from '@point-of-sale/receipt-printer-encoder';

for (const { width, height, pixels } of JSON.parse(readFileSync(0, 'utf8'))) {
  const data = Uint8ClampedArray.from(pixels.flatMap((p) => [p, p, p, 255]));
  const encoder = new ReceiptPrinterEncoder({ language: 'esc-pos', columns: 48, imageMode: 'raster' });
  process.stdout.write(`${Buffer.from(encoder.image({ width, height, data }, width, height, 'threshold', 128).encode()).toString('hex')}\n`);
}
