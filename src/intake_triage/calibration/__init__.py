"""From raw logits to calibrated ones, and from these to decisions and prediction sets."""
