"""From scored set-ups to a recommendation: candidates, ceilings, the rule, what would flip it."""
