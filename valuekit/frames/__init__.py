"""Tables: their schemas, readers and writers."""
