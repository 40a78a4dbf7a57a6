"""Where the files of a run stand."""

PATHS = {
    "data": "results/{run}/data/{dataset}{suffix}",
    "best": "results/{run}/studies/{label}/{code}/best.json",
    "trials": "results/{run}/studies/{label}/{code}/trials.csv",
    "runs": "results/{run}/curves/Result_{label}-{code}.parquet",
    "curves": "results/{run}/curves/Result_{label}-{code}.csv",
    "lr_range": "results/{run}/lr_range/{label}.csv",
    "prior": "results/{run}/lode/{label}/prior/{code}.json",
    "lode": "results/{run}/lode/{label}/{code}.json",
    "lode_table": "results/{run}/lode/table.csv",
    "metric": "results/{run}/metrics/{metric}.csv",
    "leaderboard": "results/{run}/leaderboard.csv",
    "figure": "figures/{run}/{figure}.{format}",
    "gallery": "figures/{run}/index.html",
    "verdicts": "results/{run}/verification/verdicts.csv",
    "claims": "results/{run}/verification/claims.csv",
    "report": "results/{run}/verification/report.html",
}
"""Every file of a run, relative to the working folder."""
