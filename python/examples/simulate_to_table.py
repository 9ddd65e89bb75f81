# %% [markdown]
# # From simulated heads to a table
# Each cell of this file is a cell of a notebook (Jupyter with jupytext, VS Code, Spyder); `python simulate_to_table.py` runs all.

# %%
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

import brainmvp

work = Path(tempfile.mkdtemp(prefix="brainmvp_"))
small: dict[str, Any] = {"recipe": "tiny", "crop": 16, "threads": 1, "precision": "fp32"}  # seconds instead of hours; the results mean nothing

# %% Four patients with gliomas, voxels of 5 mm
raw = brainmvp.simulate(work / "raw", studies=4, layout="brats2021", voxel=5, seed=1)
studies = brainmvp.index(raw, work / "studies.json")
store = brainmvp.prepare(work / "studies.json", work / "store", spacing=5)
print(studies[["list", "id", "modality"]])

# %% A first picture: the middle slice of every modality of the first patient
study = next(iter(store.values()))
slices = [np.asarray(study[name])[:, :, study.shape[2] // 2].T[::-1] for name in study.modalities]
picture = np.clip(np.concatenate(slices, axis=1), 0, 1)
image = Image.fromarray((255 * picture).astype(np.uint8)).resize((4 * picture.shape[1], 4 * picture.shape[0]))
image.save(work / "slices.png")
image  # which a notebook shows

# %% Pre-train, fine-tune, predict, evaluate
pretraining = brainmvp.pretrain(store, work / "pretraining", steps=2, **small)
run = brainmvp.finetune("segment", store, work / "run", init=pretraining, steps=2, **small)
labels = work / "labels"
labels.mkdir()
first = studies.iloc[0]
images = dict(zip(first["modality"], (work / file for file in first["image"])))
result = brainmvp.predict(images, run, threads=1)
result.label.to_filename(labels / f"{first['id']}.nii.gz")
table = brainmvp.evaluate(labels / f"{first['id']}.nii.gz", work / first["label"], labels=["1", "2", "4"], bootstrap=10)
print(table[["region", "dice"]] if "region" in table else table)

# %%
print(f"all of it is in {work}")
