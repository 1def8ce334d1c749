// Counts the results of the unit tests. Usage: node .ci/tests.mjs FOLDER
// Prints each failure and skip; the last line of standard output is "PASSED FAILED". A skip is a failure, unless it waits for hardware, or for a program of others, that no build machine has.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const expectedSkip = /^(needs a gpiochip|ESCPOS_DECODER does not name)/;
const folder = process.argv[2];
const text = xml => xml.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#xD;', '').replaceAll('&#xA;', '\n').replaceAll('&amp;', '&').trim();

let passed = 0, failed = 0, skipped = 0;
for (const file of readdirSync(folder, { recursive: true }).filter(f => f.endsWith('.trx'))) {
  for (const result of readFileSync(join(folder, file), 'utf8').split('<UnitTestResult ').slice(1)) {
    const name = text(/\btestName="([^"]*)"/.exec(result)?.[1] ?? '?');
    const outcome = /\boutcome="([^"]*)"/.exec(result)?.[1];
    const reason = text(/<Message>([^<]*)</.exec(result)?.[1] ?? /<StdOut>([^<]*)</.exec(result)?.[1] ?? '');
    if (outcome === 'Passed') passed++;
    else if (outcome === 'NotExecuted' && expectedSkip.test(reason)) {
      skipped++;
      console.log(`skipped, as expected: ${name}: ${reason}`);
    } else {
      failed++;
      console.log(`${outcome === 'NotExecuted' ? 'SKIPPED' : 'FAILED'} ${name}: ${reason.split('\n').slice(0, 5).join('\n    ')}`);
    }
  }
}
console.log(`tests passed: ${passed}; failed or skipped: ${failed}; skipped as expected: ${skipped}`);
if (passed + failed === 0) throw new Error(`no test result in ${folder}`);
console.log(`${passed} ${failed}`);
