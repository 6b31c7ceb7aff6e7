"""What the Python peers share: names of columns, words, maps. The same as the TypeScript peer's rules.ts."""

import glob
import os

COLUMNS = 14
SYNONYMS = {
    "review_id": ["review_id", "review_number", "id"],
    "customer_name": ["customer_name", "guest_name", "name"],
    "review_date": ["review_date", "date", "visit_date"],
    "rating_raw": ["rating", "satisfaction_score", "rating_out_of_10", "star_rating"],
    "review_text": ["review_text", "feedback_comments", "comments"],
    "location": ["location", "venue_location", "venue"],
    "restaurant_name": ["restaurant_name", "business_name", "establishment"],
}
RENAMED = {header: column for column, headers in SYNONYMS.items() for header in headers}
WORDS_FOR_MISSING = ["null", "none", "nil", "nan", "na", "n/a", "n.a.", "undefined", "-", "--", "?", "#name?", "#n/a", "#value!", "#ref!", "#null!", "#num!", "#div/0!"]  # fmt: skip
GENDERS = {
    "m": "male",
    "male": "male",
    "f": "female",
    "female": "female",
    "o": "other",
    "other": "other",
    "non-binary": "non_binary",
    "prefer not to say": "undisclosed",
}
ETHNICITIES = {
    "white": "caucasian",
    "caucasian": "caucasian",
    "black": "african_american",
    "african american": "african_american",
    "hispanic": "hispanic",
    "latino": "hispanic",
    "asian": "asian",
    "native american": "native_american",
    "mixed": "mixed",
    "other": "other",
    "prefer not to say": "undisclosed",
}
AGE_GROUPS = {
    "18-25": "young_adult",
    "26-35": "adult",
    "36-45": "mid_age",
    "46-55": "mature",
    "56-65": "senior",
    "65+": "elder",
}
# The visit: what a row with a suffixed id has in common with the row that it is a copy of.
VISIT = [
    "review_id",
    "review_date",
    "tip_amount",
    "tip_percentage",
    "party_size",
    "age_range",
    "gender_norm",
    "ethnicity_norm",
]
TIP_PERCENTAGE_MAX = 30
SOURCE_VERSION = "v1"
UPLOADED_AT = "2026-01-02 03:04:05"


def review_files(folder):
    return sorted(glob.glob(os.path.join(folder, "*_reviews.*")))


def header_of(path):
    """The header, and the scale of its ratings."""
    with open(path, encoding="utf-8") as file:
        header = file.readline().strip().split(",")
    return header, 10 if "rating_out_of_10" in header else 5
