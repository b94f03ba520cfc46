"""Text as found in practice: encodings, delimiters, dates, numbers, and the meanings of columns."""
