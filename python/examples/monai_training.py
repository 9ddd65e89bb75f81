# %% [markdown]
# # Fine-tune in a training loop of MONAI, from our encoder
# The encoder comes from a pre-training; MONAI augments, measures and weighs. Cells as in simulate_to_table.py.

# %%
import tempfile
from pathlib import Path

import torch
from monai.data import DataLoader  # which seeds MONAI's transforms in each worker
from monai.losses import DiceCELoss
from monai.transforms import Compose, RandFlipd, RandScaleIntensityd

import brainmvp

torch.manual_seed(0)
work = Path(tempfile.mkdtemp(prefix="brainmvp_"))

# %% A store and a pre-training; seconds instead of hours, so that the results mean nothing
raw = brainmvp.simulate(work / "raw", studies=3, layout="brats2021", voxel=5, missing=0.3, seed=3)
brainmvp.index(raw, work / "studies.json")
store = brainmvp.prepare(work / "studies.json", work / "store", spacing=5)
pretraining = brainmvp.pretrain(store, work / "pretraining", recipe="tiny", crop=16, steps=2, threads=1)

# %% Crops of the store, missing images filled by what the pre-training learned
transform = Compose([RandFlipd(["image", "label"], prob=0.5, spatial_axis=0), RandScaleIntensityd("image", factors=0.1, prob=1.0)])
data = brainmvp.Dataset(store, crop=32, fill="template", templates=brainmvp.templates(pretraining), transform=transform)
loader = DataLoader(data, batch_size=1, shuffle=True, num_workers=0)

# %% A segmentation network whose encoder is the pre-trained one
encoder = brainmvp.Encoder.from_pretrained(pretraining, channels=data.channels)
model = brainmvp.make_segmenter(encoder.network, len(data.channels), outputs=2)
model.encoder.load_state_dict(encoder.state_dict())
print(encoder.report)

# %%
loss = DiceCELoss(to_onehot_y=True, softmax=True)
optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
losses = []
model.train()
for _ in range(2):
    for batch in loader:
        tumour = (batch["label"] > 0).long()
        optimiser.zero_grad()
        result = model.supervised(batch["image"])
        value = sum(loss(logits, tumour) for logits in (result.logits, *result.deeper))
        value.backward()
        optimiser.step()
        losses.append(float(value))
print(losses)
