"""The rows of a form for every kind of question: pure functions that know no screen."""
