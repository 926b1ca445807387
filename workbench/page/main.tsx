/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import 'slack-blocks-to-jsx/dist/style.css';
import './page.css';
import './forms.css';

createRoot(document.getElementById('root') as HTMLElement).render(<App />);
