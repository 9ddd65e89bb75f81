# %% [markdown]
# # Embeddings in scikit-learn
# One vector per study, from the deepest feature of an encoder, for any model of scikit-learn. Cells as in simulate_to_table.py.

# %%
import tempfile
from pathlib import Path

import numpy as np
from sklearn.decomposition import PCA
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import brainmvp

work = Path(tempfile.mkdtemp(prefix="brainmvp_"))

# %% Heads and a pre-training; seconds instead of hours, so that the results mean nothing
raw = brainmvp.simulate(work / "raw", studies=6, layout="brats2021", voxel=6, seed=4)
brainmvp.index(raw, work / "studies.json")
store = brainmvp.prepare(work / "studies.json", work / "store", spacing=6)
pretraining = brainmvp.pretrain(store, work / "pretraining", recipe="tiny", crop=16, steps=2, threads=1)

# %% A row per study
encoder = brainmvp.Encoder.from_pretrained(pretraining, channels=store.modalities)
embeddings = brainmvp.embed(encoder, brainmvp.Dataset(store, crop=16, intensities=encoder.intensities))
print(embeddings.shape)

# %% How large is the tumour? Of every study, by what the others show
volume = np.array([np.count_nonzero(np.asarray(store[study]["label"])) for study in embeddings.index])
model = make_pipeline(StandardScaler(), PCA(2), Ridge())
predicted = cross_val_predict(model, embeddings.to_numpy(), volume, cv=LeaveOneOut())
print(np.column_stack([volume, predicted.round()]))
