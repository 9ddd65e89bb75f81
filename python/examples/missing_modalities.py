# %% [markdown]
# # What each missing modality costs
# The same patient is segmented again and again, each time without one of the images; a learned template stands for it.
# Cells as in simulate_to_table.py.

# %%
import tempfile
from pathlib import Path
from typing import Any

import pandas as pd

import brainmvp

work = Path(tempfile.mkdtemp(prefix="brainmvp_"))
small: dict[str, Any] = {"recipe": "tiny", "crop": 16, "threads": 1, "precision": "fp32"}  # seconds instead of hours; the results mean nothing

# %%
raw = brainmvp.simulate(work / "raw", studies=3, layout="brats2021", voxel=5, seed=2)
studies = brainmvp.index(raw, work / "studies.json")
store = brainmvp.prepare(work / "studies.json", work / "store", spacing=5)
pretraining = brainmvp.pretrain(store, work / "pretraining", steps=2, **small)
run = brainmvp.finetune("segment", store, work / "run", init=pretraining, steps=2, **small)

# %% Without none, and without each
first = studies.iloc[0]
images = dict(zip(first["modality"], (work / file for file in first["image"])))
rows = []
for missing in (None, *images):
    result = brainmvp.predict({name: file for name, file in images.items() if name != missing}, run, threads=1)
    label = work / f"without_{missing}.nii.gz"
    result.label.to_filename(label)
    table = brainmvp.evaluate(label, work / first["label"], labels=["1", "2", "4"], bootstrap=10)
    rows.append({"missing": missing or "none", "filled": ", ".join(result.filled), "dice": table["dice"].mean()})

# %%
costs = pd.DataFrame(rows).set_index("missing")
costs["cost"] = costs["dice"]["none"] - costs["dice"]
print(costs)
