#!/usr/bin/env python3
"""A pre-training step of the public code beside one of ours, in the same run, by turns, on the same processor and threads.

CHECKOUT is a folder with the public code of the paper (models/Uniformer.py). Python needs torch and MONAI; timm is stood in for where it
is missing. Both sides: uniformer_small, one sample of four modalities at 96^3, two views, eight templates of 240 x 240 x 155, AdamW;
the public code in fp32, ours in each --precision (fp32 and bf16). Times are medians; the first step of each is not counted.
"""
import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
import types

CROP = 96
MODALITIES = ["flair", "t1", "t1c", "t2", "mra", "pd", "dwi", "adc"]
TEMPLATE = (240, 240, 155)


def stand_in_for_timm():
    """The five names of timm that the public network imports; none of them computes in a step."""
    from torch import nn

    class DropPath(nn.Identity):
        def __init__(self, rate=0.0):
            super().__init__()
            assert not rate, "a network with dropped paths needs timm"

    names = {
        "timm.models.vision_transformer": {"_cfg": lambda **settings: settings},
        "timm.models.registry": {"register_model": lambda function: function},
        "timm.models.layers": {"trunc_normal_": nn.init.trunc_normal_, "DropPath": DropPath, "to_2tuple": lambda x: (x, x)},
    }
    for name in ["timm", "timm.models", *names]:
        sys.modules[name] = types.ModuleType(name)
        vars(sys.modules[name]).update(names.get(name, {}))


def public_step(checkout):
    """A function that does one training step of the public code."""
    try:
        import monai  # noqa: F401
        import torch
    except ImportError as error:
        sys.exit(f"error: {sys.executable} cannot import {error.name}, which the public code needs; install torch and monai there")
    try:
        import timm.models.layers  # noqa: F401
    except Exception:  # pylint: disable=broad-except  # missing, or not made for this torch
        stand_in_for_timm()
    sys.path.insert(0, checkout)
    try:
        from models.Uniformer import RecModel
    except ImportError as error:
        sys.exit(f"error: {checkout}: expected the public code with models/Uniformer.py, and found {error}")
    settings = types.SimpleNamespace(device="cpu", in_channels=1, roi_x=CROP, initial_checkpoint="", template_index=MODALITIES,
                                     dst_h=TEMPLATE[0], dst_w=TEMPLATE[1], dst_d=TEMPLATE[2], mask_rate=0.875, mask_block_size=8,
                                     start_epoch=-1)
    torch.manual_seed(0)
    model = RecModel(settings, dim=512).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-4, weight_decay=1e-5)
    images = torch.rand(1, 4, CROP, CROP, CROP)
    start = torch.tensor([[(side - CROP) // 2 for side in TEMPLATE]])

    def step():
        optimizer.zero_grad()
        loss = model(images, args=settings, index=0, rep_start_point=start, rearranged_series=["FLAIR", "t1", "t1c", "t2"],
                     cur_epoch=0, series_name=["FLAIR,t1,t1c,t2"])[0]
        loss.backward()
        optimizer.step()

    return step


def own_step(program, threads, precision):
    """Seconds and bytes of one counted step of ours."""
    command = [program, "bench", "step", "--precision", precision, "--no-baseline", "--repetitions", "1", "--threads", str(threads), "--json"]
    result = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
    if result.returncode != 0:
        sys.exit(result.returncode)
    row = json.loads(result.stdout)["results"][0]
    return row["seconds"], row["peak_rss_bytes"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("checkout")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repetitions", type=int, default=3)
    parser.add_argument("--precision", nargs="+", choices=["fp32", "bf16"], default=["fp32", "bf16"])
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    step = public_step(options.checkout)
    import torch

    torch.set_num_threads(options.threads)
    print("warming up the public code", file=sys.stderr)
    step()
    theirs, ours, memory = [], {precision: [] for precision in options.precision}, {}
    for i in range(options.repetitions):
        begin = time.perf_counter()
        step()
        theirs.append(time.perf_counter() - begin)
        for precision, seconds in ours.items():
            second, memory[precision] = own_step(options.program, options.threads, precision)
            seconds.append(second)
        print(f"{i + 1} of {options.repetitions}: public {theirs[-1]:.1f} s, ours " +
              ", ".join(f"{seconds[-1]:.1f} s in {precision}" for precision, seconds in ours.items()), file=sys.stderr)
    public = statistics.median(theirs)
    result = {
        "threads": options.threads,
        "public_seconds": public,
        "public_peak_memory": 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "ours": {precision: {"seconds": statistics.median(seconds), "ratio": public / statistics.median(seconds),
                             "peak_memory": memory[precision]} for precision, seconds in ours.items()},
    }
    if options.json:
        print(json.dumps(result, indent=2))
        return
    print("| step, uniformer_small, 96^3, threads | precision | public code in fp32 | ours | ratio | public peak memory | ours |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for precision, row in result["ours"].items():
        print(f"| {options.threads} | {precision} | {public:.1f} s | {row['seconds']:.1f} s | {row['ratio']:.1f} | "
              f"{result['public_peak_memory'] / 1e9:.1f} GB | {row['peak_memory'] / 1e9:.1f} GB |")


if __name__ == "__main__":
    main()
