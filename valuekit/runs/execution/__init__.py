"""A notebook executed in a kernel of its own."""
