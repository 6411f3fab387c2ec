"""Does the tied set hold the best set-up, and what can the rule tell apart? A simulation.

metrics/set_up_costs.json of a run → sampling.py: tables as other forms would give them →
simulate.py: what the rule takes from them, to results.json and docs/tied-set.md.
"""
