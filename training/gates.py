"""What a model is measured against: figures to reach, and which figures a table shows."""

from __future__ import annotations

# Of linear models on the sealed tests, from the data's card: what any release must reach.
FLOORS = {
    ("chnsenticorp", "accuracy"): 0.884,
    ("online_shopping", "accuracy"): 0.938,
    ("jd_goods", "accuracy"): 0.949,
    ("waimai", "accuracy"): 0.900,
    ("nlpcc14", "accuracy"): 0.790,
    ("eprstmt", "accuracy"): 0.789,
    ("bank_forum", "macro_f1"): 0.56,
    ("car_forum", "joint_micro_f1"): 0.574,
    ("car_forum", "aspect_micro_f1"): 0.789,
    ("car_forum", "polarity_macro_f1"): 0.472,
    ("cosmetics_reviews", "joint_micro_f1"): 0.803,
    ("cosmetics_reviews", "aspect_micro_f1"): 0.844,
    ("service_intents", "macro_f1"): 0.690,
}

# What the encoder must reach on the sealed tests.
MUST = {
    ("chnsenticorp", "accuracy"): 0.925,
    ("online_shopping", "accuracy"): 0.950,
    ("jd_goods", "accuracy"): 0.960,
    ("waimai", "accuracy"): 0.910,
    ("nlpcc14", "accuracy"): 0.815,
    ("eprstmt", "accuracy"): 0.88,
    ("bank_forum", "macro_f1"): 0.68,
    ("car_forum", "joint_micro_f1"): 0.63,
    ("car_forum", "aspect_micro_f1"): 0.88,
    ("car_forum", "polarity_macro_f1"): 0.56,
    ("cosmetics_reviews", "joint_micro_f1"): 0.85,
    ("restaurant_aspects", "aspect_micro_f1"): 0.45,
    ("restaurant_aspects", "joint_micro_f1"): 0.38,
    ("service_intents", "macro_f1"): 0.72,
    ("food_spans", "triplet_micro_f1"): 0.55,
    **{
        (name, "expected_calibration_error"): 0.03
        for name in (
            "chnsenticorp", "online_shopping", "jd_goods", "waimai", "nlpcc14", "eprstmt",
            "bank_forum",
        )
    },
}  # fmt: skip

# Figures that a table shows, by what readers call them.
SHOWN = {
    "accuracy": "accuracy",
    "macro_f1": "macro-F1",
    "expected_calibration_error": "calibration error",
    "aspect_micro_f1": "aspects F1",
    "joint_micro_f1": "joint F1",
    "polarity_macro_f1": "polarity macro-F1 on hits",
    "negative_f1": "negative F1 on hits",
    "triplet_micro_f1": "triplet F1, exact",
    "opinion_micro_f1": "opinion F1, exact",
    "target_micro_f1": "target F1, exact",
    "department_accuracy": "department, untrained",
}
