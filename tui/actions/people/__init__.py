"""What a list of people leads to: columns and orders, groups, audiences."""
