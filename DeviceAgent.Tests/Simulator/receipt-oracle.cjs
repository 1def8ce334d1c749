// Prints one ticket with an independent encoder: argument 1 is "receiptline" or "encoder". Packages come from the working directory.
const load = name => require(require.resolve(name, { paths: [process.cwd()] }));
if (process.argv[2] === 'receiptline') {
    const { transform } = load('receiptline');
    const ticket = '^^车票\n|南京|\n|"bold" 右|\n-\n{code:123456;option:qrcode,5,M}\n{code:ABC123;option:code128,2,72,hri}\n=\n';
    process.stdout.write(Buffer.from(transform(ticket, { cpl: 48, encoding: 'gb18030', command: 'epson' }), 'latin1'));
} else {
    const module = load('@point-of-sale/receipt-printer-encoder');
    const Encoder = module.default ?? module;
    const encoder = new Encoder({ language: 'esc-pos', columns: 48, feedBeforeCut: 0 });
    process.stdout.write(Buffer.from(encoder.initialize().align('center').width(2).height(2).line('TICKET').width(1).height(1).align('left').bold(true).line('bold')
        .bold(false).qrcode('https://example.org/1', { model: 2, size: 6, errorlevel: 'q' }).barcode('ABC123', 'code128', 60).cut('partial').encode()));
}
