/** Both services over a folder of this machine, for what measures them. */
export { Folder, reportPorts, transformPorts } from './folder-ports.ts';
export { localFile } from './local-file.ts';
