"""Hold a folder against its record and its parts against each other, offline."""
