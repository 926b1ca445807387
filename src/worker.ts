import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// As in main.ts.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/capops', import.meta.url)));
await import('./work.ts');
