/** node infra/src/write-readmes.ts: after a change of a module's variables, outputs, resources or example. */
import { writeReadmes } from './readmes.ts';

writeReadmes();
