"""A method of another program: reads a folder of gene graphs, writes one embedding. Run by test_external.py.

It needs nothing of this project, and misbehaves on demand.
"""

import os
import subprocess
import sys
import time
from pathlib import Path


def main(folder: str, output: str, seed: str, mode: str) -> None:
    if mode == "hang":
        Path(__file__).with_name("folder").write_text(str(Path(output).parent))
        Path(__file__).with_name("pid").write_text(str(os.getpid()))
        time.sleep(600)
    if mode == "heavy":
        wanted = b"x" * 700_000_000
        end = time.process_time() + 1.5
        while time.process_time() < end:
            pass
        del wanted
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])  # holds our output open
    print("a line from the command")
    if mode == "fail":
        sys.exit("the licence has expired")
    if mode == "silent":
        return
    import h5py  # after the modes that need not wait for it
    import numpy as np

    random = np.random.default_rng(int(seed))
    genes, names, values = [], [], []
    for path in sorted(Path(folder).glob("*.h5ad")):
        with h5py.File(path) as file:
            index = file["obs"].attrs["_index"]
            own = file["obs"][index].asstr()[:]
            name = file["uns/geneboard/name"].asstr()[()]
            data, columns, ends = (file["obsp/adjacency"][part][:] for part in ("data", "indices", "indptr"))
        adjacency = np.zeros((len(own), len(own)))
        adjacency[np.repeat(np.arange(len(own)), np.diff(ends)), columns] = data
        genes.append(own)
        names += [name] * len(own)
        values.append(adjacency @ random.normal(size=(len(own), 5)))
    order = random.permutation(len(names))  # rows may come in any order
    if mode == "short":
        order = order[1:]
    write(
        output,
        np.concatenate(values)[order].astype(np.float32),
        gene=np.concatenate(genes)[order],
        dataset=np.array(names, dtype=object)[order],
    )


def write(path: str, values: object, **columns: object) -> None:
    """Write an AnnData file with these columns of obs, in a second less than anndata takes to be imported."""
    import h5py
    import numpy as np

    with h5py.File(path, "w") as file:
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        array = {"encoding-type": "array", "encoding-version": "0.2.0"}
        file.create_dataset("X", data=values).attrs.update(array)
        for axis, length in zip(("obs", "var"), values.shape, strict=True):
            own = {"_index": [str(number) for number in range(length)], **(columns if axis == "obs" else {})}
            frame = file.create_group(axis)
            frame.attrs.update(
                {"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"}
            )
            frame.attrs["column-order"] = [name for name in own if name != "_index"] or np.empty(0)
            for name, content in own.items():
                texts = frame.create_dataset(name, data=content, dtype=h5py.string_dtype())
                texts.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})


if __name__ == "__main__":
    main(*sys.argv[1:])
