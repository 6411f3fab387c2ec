import sys, os, tempfile
from pathlib import Path
sys.path.insert(0,"/work/main")
import pytest
def test_it(build, tmp_path, small_run):
    from intake_triage.__main__ import main
    import pandas as pd
    f=pd.read_parquet(small_run.prepared/"records.parquet")
    t=tmp_path/"t.csv"; f.head(100).drop(columns=["urgency","specialty"]).assign(date="2024-01-02").to_csv(t,index=False)
    for s in (("gbm+mtl","gbm+mtl"),("linear","gbm")):
        b=build(*s)
        print(main(["score",str(b),str(t),str(tmp_path/"o.csv"),"--explain"]))
        print((tmp_path/"o.csv").read_text()[:1500])
        print(main(["score",str(b),str(t),str(tmp_path/"o.parquet")]))
        print(pd.read_parquet(tmp_path/"o.parquet").dtypes)
    print(os.listdir(tmp_path))
