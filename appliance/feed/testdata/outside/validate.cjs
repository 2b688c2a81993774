// Prints what is wrong with an AsyncAPI document, a line each, warnings too.
const { readFileSync } = require('node:fs');
const { Parser } = require('@asyncapi/parser');

new Parser().parse(readFileSync(process.argv[2], 'utf8')).then(({ document, diagnostics }) => {
  for (const d of diagnostics) {
    // "You should use a newer version" is advice, not a fault.
    if (d.severity <= 1 && d.code !== 'asyncapi-latest-version') {
      console.log(`${d.range.start.line + 1}: ${d.path.join('.')}: ${d.message} (${d.code})`);
    }
  }
  if (document) {
    console.log(`${document.allChannels().all().length} channels, ${document.allOperations().all().length} operations, ${document.allMessages().all().length} messages`);
  }
});
