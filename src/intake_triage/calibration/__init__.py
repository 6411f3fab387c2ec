"""From raw logits to calibrated ones: the calibrators, their fit, and the choice among them."""
