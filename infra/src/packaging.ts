/** scripts/package.mjs, which runs before anything is installed and so is no module of a package. */
interface Packaging {
  currentVersion(root?: string): string;
  deployedServices(root?: string): string[];
  packageService(
    service: string,
    options?: { root?: string; out?: string; version?: string },
  ): { path: string; bytes: number; sha256: string; bound: number };
}

export const { currentVersion, deployedServices, packageService } = (await import(
  new URL('../../scripts/package.mjs', import.meta.url).href
)) as Packaging;
