"""Before a pilot: when each alarm sounds, how often falsely, and what shows a ceiling met.

kinds.py says of which kinds the forms are at given true rates → simulate.py draws pilots and asks
the bounds of statistics/sequential.py, as `watch` does → plan.py sums them up.
"""
