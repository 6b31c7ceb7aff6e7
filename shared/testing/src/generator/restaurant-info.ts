/** The reference file: four rows, one a restaurant; addresses and categories are invented. */
export const RESTAURANT_INFO_FILE = 'tastetrend_restaurant_info.csv';

export const RESTAURANT_INFO_ROWS: readonly (readonly string[])[] = [
  ['location', 'restaurant_name', 'original_city', 'address', 'categories', 'avg_stars', 'total_reviews'],
  ['Downtown', 'Village Whiskey', 'Balmere', '12 Fenwell Street', 'Burgers, Whiskey Bars, Restaurants', '4.0', '614'],
  ['Eastside', 'The Bricks', 'Corford', '340 Yorbury Avenue', 'Gastropubs, Bars, American (New)', '3.5', '1784'],
  ['Uptown', 'Tavern', 'Holdale', '7 Quinmore Place', 'Brunch, Wine Bars, Restaurants', '3.5', '1655'],
  ['Midtown', 'Luke', 'Delham', '58 Saxton Row', 'French, Cafés, Breakfast & Brunch', '4.0', '871'],
];
