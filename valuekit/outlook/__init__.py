"""Money and connections together."""
