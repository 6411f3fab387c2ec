"""Dask clusters for many fits; docs/cluster.md. A secret for TLS, workers by SSH, or by SLURM."""
