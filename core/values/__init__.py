"""Values of JSON: their text, and what the functions of SQL see of them."""
