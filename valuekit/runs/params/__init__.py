"""A params file: read, checked against typed models, written."""
