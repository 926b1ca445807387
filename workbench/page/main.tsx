import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import 'slack-blocks-to-jsx/dist/style.css';
import './page.css';
import './forms.css';

// A file that misses its field would otherwise be opened in the page's place.
for (const kind of ['dragover', 'drop']) addEventListener(kind, (event) => event.preventDefault());

createRoot(document.getElementById('root') as HTMLElement).render(<App />);
