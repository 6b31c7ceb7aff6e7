/**
 * The kernels: what runs over every byte or every row of a file, compiled to WebAssembly (AssemblyScript, a dialect of
 * TypeScript). They see memory as addresses and sizes; who calls them from TypeScript is src/core/kernels.ts.
 */

export { cleanIds, cleanNames, cleanNumbers, cleanTexts } from './cells';
export {
  dictionaryOfCodes,
  dictionaryOfNumbers,
  dictionaryOfTexts,
  encodeDelta,
  encodeHybrid,
  encodeLevels,
  fillBloomFilter,
  joinTexts,
  measureTexts,
  orderNumbers,
  orderTexts,
  plainBits,
  plainNarrowed,
  plainNumbers,
  plainTexts,
  rangeOfDoubles,
  rangeOfIntegers,
  rangeOfTexts,
  widenDoubles,
  widenInt32,
  widenLengths,
  xxHash64,
} from './encode';
export { blake2b128, murmur128 } from './hash';
export { intern, markAndCount } from './intern';
export { escapeJson } from './json';
export { allocate, release } from './memory';
export { printRows } from './prints';
export { lineBreaks, lineEnd, linesBeyondAscii, scan, scanSaid } from './scan';
export {
  countPrefixes,
  countUp,
  hasEqualPrints,
  keepOrdinals,
  listSiblings,
  markConflicts,
  markCopies,
  markRepeats,
  markSiblings,
  orderSiblings,
  rankSiblings,
  scatterPrints,
  settleRows,
  sortPrints,
} from './sort';
export {
  appendBit,
  appendCodes,
  appendCounts,
  appendDoubles,
  appendDoublesByCode,
  appendHex,
  appendIntegersByCode,
  appendTexts,
  appendUnsigned,
  copyRecordWord,
  countCodes,
  derive,
  gatherPrints,
  pickRows,
  tally,
  textBytes,
} from './table';
