"""Files and lines as people have them, made for tests of imports."""
