"""How good each system is on the test split, and how sure that is: scores, intervals, verdicts."""
