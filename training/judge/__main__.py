"""Make the judge: `python3 -m training.judge FOLDER --data reading_zh.jsonl --start EMBEDDING_FOLDER`.

Everything lies in FOLDER; begun again there, it goes on where it stopped. In the end FOLDER/judge holds what goes into
rag/judge, and the scores on held-out articles are printed. `--smoke` does all of it with a few hundred questions in two
minutes, to see that it runs.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # read when torch is imported

_TEACHER = 12  # layers
_MORE = 6  # windows a question that teachers judge


def main() -> None:
    parser = argparse.ArgumentParser(prog="training.judge", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="reading_zh.jsonl")
    parser.add_argument("--start", type=Path, required=True, help="folder of multilingual-e5-small")
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--items", type=int, default=64, help="questions a step")
    parser.add_argument("--seed", type=int, default=4)
    parser.add_argument("--device", default="cpu", help="cuda: an accelerator")
    parser.add_argument("--teacher", type=Path, nargs="*", default=[], help="folders of finished runs of twelve layers")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--smoke", action="store_true")
    given = parser.parse_args()

    import torch
    from tokenizers import Tokenizer

    from rag.evidence.cross_encoder import CrossEncoder
    from training.judge import examples, scores, vocabulary
    from training.judge.learning import Plan, learn, teacher
    from training.judge.network import start
    from training.judge.shipping import ship

    torch.set_num_threads(given.threads)
    torch.manual_seed(given.seed)
    given.folder.mkdir(parents=True, exist_ok=True)
    corpus = examples.read(given.data, held=False, limit=300 if given.smoke else 0)
    print(f"{len(corpus.items)} questions, {len(corpus.windows)} windows", flush=True)
    texts = [title + text for title, text in corpus.paragraphs] + [item.question for item in corpus.items]
    described, kept = vocabulary.cut(given.start, texts)
    (given.folder / "tokenizer.json").write_text(described, "utf-8")
    print(f"{len(kept)} pieces", flush=True)
    model = start(given.start, kept, given.layers).to(given.device)
    teachers = [teacher(start(given.start, kept, _TEACHER), folder).to(given.device) for folder in given.teacher]
    more = _MORE if teachers else 0
    if given.smoke:
        plan = Plan(steps=12, items=8, warm=4, more=more)
    else:
        plan = Plan(steps=given.steps, items=given.items, seed=given.seed, more=more)
    learn(model, Tokenizer.from_str(described), corpus, plan, given.folder, teachers)
    shipped = given.folder / "judge"
    ship(model.state(), model.heads, model.epsilon, given.folder / "tokenizer.json", shipped)
    held = examples.read(given.data, held=True)
    judge = CrossEncoder(shipped, given.threads)
    for name, score in scores.measure(judge, held, 20 if given.smoke else 400).items():
        print(f"{name:10} {score:.3f}")


if __name__ == "__main__":
    main()
