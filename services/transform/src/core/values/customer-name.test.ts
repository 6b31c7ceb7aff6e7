import { expect, test } from 'vitest';
import { parseCustomerName } from './customer-name.ts';

test.each([
  ['Ann Lee', 'Ann Lee', false],
  ['  Ann Lee\t', 'Ann Lee', false],
  ['Guest_Ann Lee', 'Ann Lee', true],
  ['Client_ Ann Lee ', 'Ann Lee', true],
  ['guest_ann', 'ann', true],
  ['CLIENT_Ann', 'Ann', true],
  ['Guest_Client_Ann', 'Client_Ann', true],
  ['Customer_12', 'Customer_12', false],
  ['Guest Ann', 'Guest Ann', false],
  ['Ann Guest_', 'Ann Guest_', false],
  ['Guesta', 'Guesta', false],
  ['', null, false],
  ['   ', null, false],
  ['Guest_', null, true],
  [' Client_ ', null, true],
])('customer %j is %j', (cell, name, hadPrefix) => {
  expect(parseCustomerName(cell)).toEqual({ name, hadPrefix });
});
