"""What a run says of itself: an RO-Crate, and what identifies it."""
