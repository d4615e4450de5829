"""From a params file to a published folder."""
