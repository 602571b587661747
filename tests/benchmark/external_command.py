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
    import anndata  # after the modes that need not wait for it
    import numpy as np
    import pandas as pd

    graphs = [anndata.read_h5ad(path) for path in sorted(Path(folder).glob("*.h5ad"))]
    random = np.random.default_rng(int(seed))
    names = [graph.uns["geneboard"]["name"] for graph in graphs]
    obs = pd.DataFrame(
        {
            "gene": np.concatenate([graph.obs_names for graph in graphs]),
            "dataset": np.repeat(names, [graph.n_obs for graph in graphs]),
        }
    )
    values = np.concatenate(
        [
            graph.obsp["adjacency"].astype(np.float64) @ random.normal(size=(graph.n_obs, 5))
            for graph in graphs
        ]
    )
    order = random.permutation(len(obs))  # rows may come in any order
    if mode == "short":
        order = order[1:]
    obs = obs.iloc[order].reset_index(drop=True)
    obs.index = obs.index.astype(str)
    anndata.AnnData(values[order].astype(np.float32), obs=obs).write_h5ad(output)


if __name__ == "__main__":
    main(*sys.argv[1:])
