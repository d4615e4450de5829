"""A check that cannot be made here says so; it neither passes nor fails."""


class NotHeld(Exception):
    """Raised by a check for want of something that the folder does not hold; its text says of what."""
