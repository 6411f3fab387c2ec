"""What a change did, for its review: the working tree compared with a committed revision.

Params, metrics and plots are what DVC says of them; of its own this has verdicts, recommendation,
the runs kept below results/, and the refusal of a dvc.lock that is out of step.
"""
