"""From scored set-ups to a recommendation: candidates, ceilings, floor, the rule, how sure."""
