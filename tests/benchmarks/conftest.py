"""Results as the benchmarks write them, with invented figures."""

from typing import Any

import pytest


def _spread(middle: float) -> dict[str, float]:
    return {"median": middle, "min": middle - 0.5, "max": middle + 0.5}


@pytest.fixture
def results() -> dict[str, Any]:
    """One invented figure after another, none of them twice."""
    size = {
        "seconds": _spread(13.5),
        "records_per_second": _spread(1400.5),
        "peak_mib": _spread(515.5),
    }
    growth = {"growth_against_linear": 0.97, "growth_exponent": 0.98}
    fits = {"same_passes": _spread(16.5), "to_best": _spread(17.5)}
    run = {"wall_seconds": _spread(18.5), "peak_mib": _spread(519.5)}
    shipped = {"servers": 2.51, "first_fit": 9.51, "records": 1.61, "there": 0.11}
    topics = {
        "training": {
            "ours_against": {
                "ours_every_word": _spread(1.2),
                "trainer_padded": _spread(4.5),
                "trainer_grouped": _spread(2.5),
                "trainer_grouped_no_dropout": _spread(1.5),
            },
            "records_per_second": {
                "ours": _spread(1500.5),
                "ours_every_word": _spread(1250.5),
                "trainer_padded": _spread(300.5),
                "trainer_grouped": _spread(700.5),
                "trainer_grouped_no_dropout": _spread(900.5),
            },
            "processes": 2,
            "records_a_pass": 12800,
        },
        "matmul_share": {
            "share_of_peak": _spread(0.6),
            "training_gflops": _spread(20.5),
            "sgemm_gflops": _spread(40.5),
            "mflop_a_record": 60.1,
            "profile": {
                "share_of_operators": {"matrix products": 0.512, "dropout": 0.1},
                "operators_share_of_wall": 0.93,
            },
            "threads": 1,
        },
        "multi_task": {
            "mtl_against_pair": {"same_passes": _spread(0.51), "to_best": _spread(0.52)},
            "mtl": fits | {"best_valid_log_loss": _spread(1.31)},
            "pair": fits | {"best_valid_log_loss": _spread(1.32)},
            "passes": 6,
            "train_records": 24000,
        },
        "boosting": {
            "stage_against_plain": _spread(0.81),
            "wall_seconds": {"stage": _spread(12.5), "plain": _spread(15.5)},
            "valid_log_loss": {
                "stage": {"urgency": 0.7012, "specialty": 0.6034},
                "plain": {"urgency": 0.7056, "specialty": 0.6078},
            },
        },
        "scaling": {
            "generation": growth | {"by_records": {"1000000": size}},
            "prepare": growth | {"by_records": {"10000": size, "160000": size}},
            "training": growth | {"by_records": {"10000": size}},
        },
        "scoring": {
            "by_batch": {
                "1": {"forms_per_second": _spread(250.5), "peak_mib": _spread(521.5)},
                "256": {"forms_per_second": _spread(1300.5), "peak_mib": _spread(522.5)},
            },
            "threads": 1,
        },
        "score_table": {
            "table_against_model": _spread(0.94),
            "forms_per_second": {
                "model": _spread(950.5),
                "table": _spread(890.5),
                "explained": _spread(22.5),
            },
            "by_forms": {
                "10000": {"forms_per_second": _spread(2800.5), "peak_mib": _spread(523.5)},
                "1000000": {"forms_per_second": _spread(2700.5), "peak_mib": _spread(524.5)},
            },
            "seeds": 3,
            "threads": 1,
        },
        "serve": {
            "seconds_to_ready": _spread(4.5),
            "alone": {
                "median_ms": _spread(23.5),
                "p99_ms": _spread(34.5),
                "forms_per_second": _spread(42.5),
                "failed": 0,
            },
            "together": {
                "median_ms": _spread(1250.5),
                "p99_ms": _spread(1340.5),
                "forms_per_second": _spread(41.5),
                "failed": 1,
            },
            "clients": 50,
            "load_seconds": 60,
            "seeds": 3,
        },
        "cluster": {
            "cluster_against_pool": _spread(1.12),
            "wall_seconds": {"cluster": _spread(112.5), "pool": _spread(103.5)},
            "cpu_seconds_of_driver": _spread(2.5),
            "scheduler_peak_mib": {"fits": 71, "queue": 181},
            "queue": {"seconds_to_submit": 13.1},
            "shipping": {
                "1": shipped | {"scheduler_peak_mib": 91},
                "8": shipped | {"scheduler_peak_mib": 92},
            },
            "fits": 200,
            "queued_fits": 10000,
            "shipped_mb": 40,
            "workers": 2,
        },
        "pipeline": {
            "loss_weight_against_full": {"median": 0.33, "min": 0.33, "max": 0.33},
            "full": run,
            "nothing_to_do": {"wall_seconds": run["wall_seconds"]},
            "loss_weight": run,
        },
    }
    return {
        "machine": {
            "processor": "Abacus 3",
            "cores": 2,
            "memory_gib": 8.0,
            "system": "Linux x86_64",
            "versions": {"python": "3.11.0", "torch": "2.13.0"},
        },
        "topics": {
            name: topic
            | {"repeats": 3, "busy_cores_before": 0.02, "code": "commit abc1234, 2030-01-02"}
            for name, topic in topics.items()
        },
    }
